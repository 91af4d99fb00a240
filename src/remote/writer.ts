import type { Writer } from '../domain/access.ts';
import type { Change, FileChange } from '../domain/change.ts';
import { HostFault } from '../domain/failure.ts';
import { fingerprint } from '../domain/file.ts';
import type { ChangeResult, Receipt, Transaction } from '../domain/transaction.ts';
import type { Run } from './ask.ts';
import { MAX_FILE_BYTES } from './file-query.ts';
import type { Frames } from './frames.ts';
import type { HostShell } from './host-shell.ts';
import type { Encoding } from './payload.ts';
import { isPlainPath, textOf } from './query.ts';
import { receiptOf, refusalOf } from './receipt.ts';
import type { Script } from './script.ts';
import { type SettleVerb, settleScript } from './settle-script.ts';
import { standingOf } from './standing.ts';
import { transactionScript } from './transaction-script.ts';

const TX_ID = /^[0-9a-f]{32}$/;

/** What a Writer needs to know of its host. */
export interface WriterOptions {
  readonly host: HostShell;
  /** The machine id that the host must have; '' for any. */
  readonly machine: string;
}

/**
 * A Writer whose transactions go out by `run`, one exchange each. A host without base64 says so before it writes anything,
 * and gets the bytes once more in another form.
 *
 * What is known not to have happened is in the receipt. A `HostFault` with code `lost` or `timed-out` means that it is
 * not known how far the host came; any other (`become`, `protocol`, `unreachable`) that nothing was sent. So an answer that
 * came whole and cannot be read is `lost` as well: the script has run.
 */
export function createWriter(run: Run, { host, machine }: WriterOptions): Writer {
  const settled = async (tx: string, verb: SettleVerb): Promise<Frames> => {
    if (!TX_ID.test(tx)) throw new HostFault({ code: 'bad-params', message: `"${tx}" is no transaction id` });
    const frames = await carried(run, settleScript(tx, verb, { host, machine }));
    const elsewhere = frames.get('tx.elsewhere');
    if (elsewhere) throw new HostFault({ code: 'conflict', message: anotherMachine(textOf(elsewhere)) });
    const missing = frames.get('tx.missing');
    if (missing) throw new HostFault({ code: 'missing-program', message: `the host has no ${textOf(missing).trim()}` });
    const refusal = refusalOf(frames);
    if (refusal) throw new HostFault(refusal);
    return frames;
  };
  return {
    async begin(transaction) {
      const refusals = transaction.changes.map((change) => refusal(transaction, change));
      if (refusals.some((reason) => reason !== undefined)) return refusedReceipt(refusals);
      const attempt = async (encoding: Encoding) => {
        const frames = await carried(run, transactionScript(transaction, { host, encoding, machine }));
        return readAs(frames, (answer) => answerOf(transaction, answer));
      };
      return (await attempt('base64')) ?? (await attempt('octal')) ?? missingReceipt(transaction, ['base64']);
    },
    confirm: async (tx) => readAs(await settled(tx, 'confirm'), standingOf),
    undo: async (tx) => readAs(await settled(tx, 'undo'), standingOf),
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

/** Reads an answer that came whole. One that makes no sense says nothing of what the script has done. */
function readAs<T>(frames: Frames, read: (frames: Frames) => T): T {
  try {
    return read(frames);
  } catch (fault) {
    if (!(fault instanceof HostFault)) throw fault;
    throw new HostFault({ ...fault.failure, code: 'lost' });
  }
}

function anotherMachine(machine: string): string {
  return `this is another machine than the one that was looked at: its machine id is ${machine || 'empty'}`;
}

function elsewhereReceipt({ changes }: Transaction, machine: string): Receipt {
  return turnedAway(
    changes.map((_, index) => (index === 0 ? { kind: 'stale', message: anotherMachine(machine) } : { kind: 'not-reached' })),
  );
}

function missingReceipt({ changes }: Transaction, missing: readonly string[]): Receipt {
  const message = `the host has no ${missing.join(', ')}; nothing was changed`;
  return refusedReceipt(changes.map((_, index) => (index === 0 ? message : undefined)));
}

function refusedReceipt(reasons: readonly (string | undefined)[]): Receipt {
  return turnedAway(reasons.map((message) => (message === undefined ? { kind: 'not-reached' } : { kind: 'failed', message })));
}

function turnedAway(results: readonly ChangeResult[]): Receipt {
  return { results, state: 'none', remarks: [] };
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
  if (change.inPlace && !sameButBytes(change)) return `${change.path} cannot be given other attributes while it is written in place`;
  if (change.validate !== undefined && !change.validate.some((word) => word.includes('%s')))
    return `the program that judges ${change.path} is not given it: %s is missing`;
  if (change.after.kind === 'absent') return undefined;
  if (change.after.content.bytes.length > MAX_FILE_BYTES) return `${change.path} would be larger than 8 MiB`;
  if ((change.after.attributes.mode & SET_ID_BITS) !== 0) return `${change.path} would be a set-user-id or set-group-id program`;
  return undefined;
}

function sameButBytes({ before, after }: FileChange): boolean {
  if (before.kind !== 'file' || after.kind !== 'file') return before.kind !== after.kind;
  return fingerprint(before) === fingerprint(after);
}
