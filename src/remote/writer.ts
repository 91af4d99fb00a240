import type { Writer } from '../domain/access.ts';
import type { Change, ChangeResult, Receipt, Transaction } from '../domain/change.ts';
import { HostFault } from '../domain/failure.ts';
import type { Run } from './ask.ts';
import { MAX_FILE_BYTES } from './file-query.ts';
import type { Frames } from './frames.ts';
import type { Encoding } from './payload.ts';
import { isPlainPath, textOf } from './query.ts';
import { receiptOf } from './receipt.ts';
import type { Script } from './script.ts';
import { transactionScript } from './transaction-script.ts';

const TX_ID = /^[0-9a-f]{32}$/;

/**
 * A Writer whose transactions go out by `run`, one exchange each. `machine` is the machine id that the host must have; none
 * is compared when it is absent or empty. A host without base64 says so before it writes
 * anything, and gets the bytes once more in another form.
 *
 * What is known not to have happened is in the receipt. A `HostFault` with code `lost` or `timed-out` means that it is
 * not known how far the host came; any other (`become`, `protocol`, `unreachable`) that nothing was sent.
 */
export function createWriter(run: Run, machine = ''): Writer {
  return {
    async apply(transaction) {
      const refusals = transaction.changes.map((change) => refusal(transaction, change));
      if (refusals.some((reason) => reason !== undefined)) return refusedReceipt(refusals);
      const attempt = async (encoding: Encoding) =>
        answerOf(transaction, await carried(run, transactionScript(transaction, encoding, machine)));
      return (await attempt('base64')) ?? (await attempt('octal')) ?? missingReceipt(transaction, ['base64']);
    },
  };
}

/** Undefined when base64 is all that is missing. */
function answerOf(transaction: Transaction, frames: Frames): Receipt | undefined {
  const elsewhere = frames.get('tx.elsewhere');
  if (elsewhere) return elsewhereReceipt(transaction, textOf(elsewhere));
  const frame = frames.get('tx.missing');
  if (!frame) return receiptOf(transaction.changes, frames);
  const missing = textOf(frame).trim().split(' ');
  return missing.join() === 'base64' ? undefined : missingReceipt(transaction, missing);
}

async function carried(run: Run, script: Script): Promise<Frames> {
  try {
    return await run(script);
  } catch (fault) {
    if (!(fault instanceof HostFault) || fault.failure.code !== 'too-large') throw fault;
    // An answer that was cut off leaves the outcome as unknown as one that was lost.
    throw new HostFault({ ...fault.failure, code: 'lost' });
  }
}

function elsewhereReceipt({ changes }: Transaction, machine: string): Receipt {
  const message = `this is another machine than the one that was looked at: its machine id is ${machine || 'empty'}`;
  return { results: changes.map((_, index): ChangeResult => (index === 0 ? { kind: 'stale', message } : { kind: 'not-reached' })) };
}

function missingReceipt({ changes }: Transaction, missing: readonly string[]): Receipt {
  const message = `the host has no ${missing.join(', ')}; nothing was changed`;
  return refusedReceipt(changes.map((_, index) => (index === 0 ? message : undefined)));
}

function refusedReceipt(reasons: readonly (string | undefined)[]): Receipt {
  return {
    results: reasons.map((message): ChangeResult => (message === undefined ? { kind: 'not-reached' } : { kind: 'failed', message })),
  };
}

const SET_ID_BITS = 0o6000;

/** What needs no host to be refused. */
function refusal({ id }: Transaction, change: Change): string | undefined {
  if (!TX_ID.test(id)) return `"${id}" is no transaction id`;
  if (change.kind === 'command' && change.argv.length === 0) return 'a command without a program';
  if (change.kind !== 'file') return undefined;
  const states = [change.before, change.after].flatMap((state) => (state.kind === 'file' ? [state] : []));
  const odd = [change.path, ...states.map(({ realPath }) => realPath)].find((path) => !isPlainPath(path));
  if (odd !== undefined) return `"${odd}" is no absolute, normalised path`;
  if (change.after.kind === 'absent') return undefined;
  if (change.after.content.bytes.length > MAX_FILE_BYTES) return `${change.path} would be larger than 8 MiB`;
  if ((change.after.attributes.mode & SET_ID_BITS) !== 0) return `${change.path} would be a set-user-id or set-group-id program`;
  return undefined;
}
