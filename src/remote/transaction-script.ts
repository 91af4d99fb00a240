import type { Change } from '../domain/change.ts';
import { contentOf } from '../domain/file.ts';
import type { Transaction } from '../domain/transaction.ts';
import { fileCheckFunctions } from './file-checks.ts';
import { fileContents, VALIDATE_SECONDS, wayOf } from './file-script.ts';
import { fileWriteFunctions } from './file-writes.ts';
import type { HostShell } from './host-shell.ts';
import type { Encoding } from './payload.ts';
import { phaseFunctions } from './phase-functions.ts';
import { quote } from './quote.ts';
import type { Script } from './script.ts';
import { FILE_TOOLS, RECORD_TOOLS } from './tools.ts';
import { undoScript, undoTimeoutMs } from './undo-script.ts';
import { type CallScript, commandScript, triggerScript, unitScript } from './unit-script.ts';

/** Time for looking at, cloning, judging and syncing one file, in ms. */
const FILE_MS = 30_000 + VALIDATE_SECONDS * 1_000;

/** Records of ended transactions that a host keeps, so that it can say what became of one. */
const MOST_RECORDS = 50;

/** What carries a transaction to a host. */
export interface Carrier {
  readonly host: HostShell;
  readonly encoding: Encoding;
  /** The machine id that the host must have; '' for any. */
  readonly machine: string;
}

/** The whole of a transaction as one script; its frames are read by `receiptOf`. */
export function transactionScript(transaction: Transaction, { host, encoding, machine }: Carrier): Script {
  const { changes, rollback } = transaction;
  const undo = undoScript(transaction, host);
  return {
    functions: [],
    body: [
      `set -f
trap '' HUP PIPE
undo_text=${quote(undo.definitions)}
undo_call=${quote(undo.call)}
undo_sha=${contentOf(Buffer.from(`${undo.definitions}\n${undo.call}\n`)).sha256}
most_records=${MOST_RECORDS}
refused= stopped= skip= identities=
eval "$undo_text"
place_record
boot_id
dead_man`,
      fileCheckFunctions,
      fileWriteFunctions,
      phaseFunctions,
      ...changes.map((change, index) => (change.kind === 'file' ? fileContents(change, index, encoding) : '')),
      phases(changes, rollback),
      `need tx ${tools(changes, encoding)} && same_machine ${quote(machine)} && transaction`,
      'say_state',
    ].join('\n'),
    timeoutMs: changes.reduce((sum, change) => sum + timeoutOf(change, rollback), 60_000) + undoTimeoutMs(changes),
    maxBytes: 512 * 1024 + changes.length * 256 * 1024,
  };
}

/** Check, record, prepare, arm, commit; what does not succeed after the record was begun is taken back at once. */
function phases(changes: readonly Change[], rollback: boolean): string {
  const checks = changes.map((change, n) => checkCall(change, n, rollback));
  const prepares = changes.map((change, n) => (change.kind === 'file' ? `prepare ${n} prepare_${wayOf(change)}` : ':'));
  const commits = changes.map((change, n) => {
    if (change.kind === 'file') return `change_file ${n} commit_${wayOf(change)}`;
    const { by, call } = callOf(change, rollback);
    return `change ${n} ${by} ${call}`;
  });
  const body = (lines: readonly string[]): string => ['  :', ...lines].join('\n  ');
  return `transaction() {
  not_begun || return
${body(checks)}
  [ -z "$refused" ] && open_record && lasting_record && begin_record || return
${body(prepares)}
  if [ -z "$refused" ] && armed && commit; then
  ${body(commits)}
    [ -n "$stopped" ] || { pass APPLYING APPLIED && { arm_sooner; return; }; }
  fi
  take_back
}`;
}

function checkCall(change: Change, n: number, rollback: boolean): string {
  if (change.kind === 'file') return `check ${n} check_file check_${change.before.kind === 'absent' ? 'absent' : 'present'}`;
  const { check } = callOf(change, rollback);
  return check === undefined ? ':' : `check ${n} ${check}`;
}

function callOf(change: Exclude<Change, { kind: 'file' }>, rollback: boolean): CallScript {
  switch (change.kind) {
    case 'unit':
      return unitScript(change, rollback);
    case 'trigger':
      return triggerScript(change, rollback);
    case 'command':
      return commandScript(change);
  }
}

function timeoutOf(change: Change, rollback: boolean): number {
  return change.kind === 'file' ? FILE_MS : callOf(change, rollback).timeoutMs;
}

function tools(changes: readonly Change[], encoding: Encoding): string {
  const kinds = new Set(changes.map(({ kind }) => kind));
  const all = [...RECORD_TOOLS];
  if (kinds.has('file')) all.push(...FILE_TOOLS, ...(encoding === 'base64' ? ['base64'] : []));
  if (kinds.has('unit') || kinds.has('trigger')) all.push('systemctl');
  return all.join(' ');
}
