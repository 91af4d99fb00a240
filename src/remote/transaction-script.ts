import type { Change, Transaction } from '../domain/change.ts';
import { fileCheckFunctions } from './file-checks.ts';
import { type FileScript, fileScript } from './file-script.ts';
import { fileWriteFunctions } from './file-writes.ts';
import type { Encoding } from './payload.ts';
import { phaseFunctions } from './phase-functions.ts';
import { quote } from './quote.ts';
import type { Script } from './script.ts';
import { unitFunctions } from './unit-functions.ts';
import { type CallScript, commandScript, triggerScript, unitScript } from './unit-script.ts';

/** Time for looking at, cloning and syncing one file, in ms. */
const FILE_MS = 30_000;

const BASE_TOOLS = ['head', 'date', 'tail'];
const FILE_TOOLS = 'id stat readlink cut sed sort grep sha256sum df cp mv rm ln cat mkdir rmdir chmod chown touch sync'.split(' ');

/** One change's shell text. */
type Part = { readonly kind: 'file'; readonly script: FileScript } | { readonly kind: 'call'; readonly script: CallScript };

/** The whole of a transaction as one script, for the machine of that id ('' for any); its frames are read by `receiptOf`. */
export function transactionScript(transaction: Transaction, encoding: Encoding, machine: string): Script {
  const parts = transaction.changes.map((change, index) => partOf(change, index, transaction.undo, encoding));
  return {
    functions: [fileCheckFunctions, fileWriteFunctions, unitFunctions, phaseFunctions, ...definitions(parts)],
    body: [
      opening(transaction),
      'transaction() {',
      ...phases(parts),
      '}',
      `need tx ${tools(transaction, encoding)} && same_machine ${quote(machine)} && transaction`,
    ].join('\n'),
    timeoutMs: parts.reduce((sum, { kind, script }) => sum + (kind === 'file' ? FILE_MS : script.timeoutMs), 30_000),
    maxBytes: 256 * 1024 + transaction.changes.length * 128 * 1024,
  };
}

function partOf(change: Change, index: number, undo: boolean, encoding: Encoding): Part {
  switch (change.kind) {
    case 'file':
      return { kind: 'file', script: fileScript(change, index, undo, encoding) };
    case 'unit':
      return { kind: 'call', script: unitScript(change, undo) };
    case 'trigger':
      return { kind: 'call', script: triggerScript(change, undo) };
    case 'command':
      return { kind: 'call', script: commandScript(change) };
  }
}

function definitions(parts: readonly Part[]): readonly string[] {
  return parts.flatMap((part) => (part.kind === 'file' ? [part.script.definitions] : []));
}

function opening({ id, undo }: Transaction): string {
  return `set -f
trap '' HUP PIPE
txid=${id} undo=${undo ? 1 : 0} me=$(id -u)
refused= stopped= skip= prepared= made= identities=`;
}

/**
 * Check, prepare, commit. The undo that fires on the host by itself is armed between prepare and commit: that is where
 * `arm` will stand, when all new bytes are durable and no file has been replaced yet.
 */
function phases(parts: readonly Part[]): readonly string[] {
  const all = parts.map((part, n) => ({ n, ...part }));
  const files = all.filter((part) => part.kind === 'file');
  const checks = all.map((part) => checkCall(part.n, part));
  const prepares = files.flatMap(({ n, script }) => (script.prepare ? [`prepare ${n} ${script.prepare}`] : []));
  const commits = all.map((part) =>
    part.kind === 'file' ? `change_file ${part.n} ${part.script.commit}` : `change ${part.n} ${part.script.call}`,
  );
  const discards = files.map(({ n }) => `n=${n}; use_${n}; locate; discard`);
  const body = (lines: readonly string[]): string => ['  :', ...lines.map((line) => `  ${line}`)].join('\n');
  return [body(checks), body(prepares), `  if [ -z "$refused" ]; then\n${body(commits)}\n  fi`, body(discards)];
}

function checkCall(n: number, part: Part): string {
  if (part.kind === 'file') return `check ${n} check_file ${part.script.check}`;
  return part.script.check === undefined ? '' : `check ${n} ${part.script.check}`;
}

function tools({ changes }: Transaction, encoding: Encoding): string {
  const kinds = new Set(changes.map(({ kind }) => kind));
  const all = [...BASE_TOOLS];
  if (kinds.has('file')) all.push(...FILE_TOOLS, ...(encoding === 'base64' ? ['base64'] : []));
  if (kinds.has('unit') || kinds.has('trigger')) all.push('systemctl');
  return all.join(' ');
}
