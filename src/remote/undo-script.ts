import type { Change } from '../domain/change.ts';
import { indexedInverse } from '../domain/inverse.ts';
import type { Transaction } from '../domain/transaction.ts';
import { apartFunctions } from './apart-functions.ts';
import { deadManFunctions, RETRY_SECONDS } from './dead-man-functions.ts';
import { fileLookFunctions } from './file-looks.ts';
import { fileConstants, wayOf } from './file-script.ts';
import { frameFunctions } from './frames.ts';
import type { HostShell } from './host-shell.ts';
import { quote } from './quote.ts';
import { recordFunctions } from './record-functions.ts';
import { shellOpening } from './script.ts';
import { undoFunctions } from './undo-functions.ts';
import { unitFunctions } from './unit-functions.ts';
import { type CallScript, commandScript, triggerScript, unitScript } from './unit-script.ts';

/** The two parts of tx/ID/undo.sh. */
export interface UndoScript {
  /** Functions and constants, which the applying script uses as well. */
  readonly definitions: string;
  /** What runs them. */
  readonly call: string;
}

/**
 * The text of tx/ID/undo.sh: all that the host needs to take the transaction back or to confirm it, whoever calls and
 * whatever became of the controller.
 */
export function undoScript(transaction: Transaction, host: HostShell): UndoScript {
  const { id, changes, owner, rollback } = transaction;
  const files = changes.flatMap(({ kind }, index) => (kind === 'file' ? [index] : []));
  const constants = {
    txid: id,
    root: host.state,
    units: host.units,
    timer: `runbook-undo-${id}`,
    boot_unit: `runbook-undo-boot-${id}.service`,
    run: word(owner.run),
    operator: word(owner.operator),
    controller: word(owner.controller),
    shell: host.shell,
    rollback: rollback ? '1' : '0',
    undo_after: seconds(transaction.undoAfterMs),
    undo_after_changes: seconds(transaction.undoAfterChangesMs),
    retry_seconds: String(RETRY_SECONDS),
    all_files: files.join(' '),
    all_files_back: files.toReversed().join(' '),
    all_marks: marks(changes).join(' '),
    ahead: changes.flatMap(({ kind }, index) => (kind === 'command' || kind === 'unit' ? [index] : [])).join(' '),
  };
  const definitions = `# runbook: transaction ${id}. "sh undo.sh" takes it back, "sh undo.sh confirm" keeps it.
${frameFunctions}${apartFunctions}${fileLookFunctions}${unitFunctions}${recordFunctions}${deadManFunctions}${undoFunctions}
${Object.entries(constants)
  .map(([name, value]) => `${name}=${quote(value)}`)
  .join('\n')}
remarks=0 booting= failed=
${files.map((index) => fileConstantsOf(changes[index], index, rollback)).join('')}
${undoRest(changes)}
settle_alone() {
${shellOpening(host)}
nonce=\${RUNBOOK_NONCE-}
unset RUNBOOK_NONCE
exec 3>&1 4>&2
who_am_i
follow "$0"
here=\${leads_to%/*}
root=\${here%/tx/*}
boot_id
settle "$@"
}
`;
  return { definitions, call: 'settle_alone "$@" </dev/null' };
}

function fileConstantsOf(change: Change | undefined, index: number, rollback: boolean): string {
  return change?.kind === 'file' ? fileConstants(change, index, rollback) : '';
}

/** Names that a record is made with: how far each change came, and its undo. */
function marks(changes: readonly Change[]): readonly string[] {
  return changes.flatMap((change, index) => {
    if (change.kind !== 'file') return [`c.${index}.todo`, `r.${index}.todo`];
    return ['place', 'delete'].includes(wayOf(change)) ? [`b.${index}.todo`, `f.${index}.todo`] : [`b.${index}.todo`];
  });
}

/** What is taken back after the files, in the one order; the second word says when there is anything to take back. */
function undoRest(changes: readonly Change[]): string {
  const inverses = indexedInverse(changes);
  const calls = (isWanted: (kind: Change['kind']) => boolean) =>
    inverses.flatMap(({ index, change }) => (change.kind !== 'file' && isWanted(change.kind) ? [undoCall(change, index)] : []));
  // A command that cannot be taken back yet keeps no service from its old files; a restart waits for the daemon-reload before it.
  const commands = calls((kind) => kind === 'command');
  const units = calls((kind) => kind !== 'command');
  return `undo_rest() {\n${[...commands, [...units, ':'].join(' &&\n'), '[ -n "$failed" ] || tell_stays', ':'].join('\n')}\n}\n${staysFunction(changes)}`;
}

function undoCall(change: Exclude<Change, { kind: 'file' }>, index: number): string {
  const { call, by } = backScript(change);
  switch (change.kind) {
    case 'unit':
      return `back ${index} begun ${by} ${call}`;
    case 'command':
      return `back ${index} done ${by} ${call}`;
    case 'trigger': {
      const { action, unit, before } = change;
      // Stopping what was down can be done again; it needs no look at what runs.
      if (before?.active === false) return `back ${index} begun ${by} ${call}`;
      const restarts = action === 'restart' && unit !== undefined;
      return `back ${index} anything ${by} ${restarts ? `owed ${quote(change.unit ?? '')} ${call}` : call}`;
    }
  }
}

function backScript(change: Exclude<Change, { kind: 'file' }>): CallScript {
  switch (change.kind) {
    case 'unit':
      return unitScript(change, true);
    case 'trigger':
      return triggerScript(change, true);
    case 'command':
      return commandScript(change);
  }
}

/** Says which commands were done, or begun, and stay: they cannot be taken back, or it is not known what they did. */
function staysFunction(changes: readonly Change[]): string {
  const lines = changes.flatMap((change, index) => {
    if (change.kind !== 'command') return [];
    const stays = 'irreversible' in change.undo ? change.undo.irreversible : '';
    const doneLine = `[ ! -e "$here/c.${index}.done" ] || remark ${quote(`stays: ${stays}`)}`;
    const said = change.sensitive ? 'a sensitive command' : change.argv.join(' ');
    const begunLine = `[ ! -e "$here/c.${index}.begun" ] || remark ${quote(`was begun and did not succeed, and what it did stays: ${said}`)}`;
    return stays === '' ? [begunLine] : [doneLine, begunLine];
  });
  return `tell_stays() {\n${[...lines, 'return 0'].join('\n')}\n}\n`;
}

/** The time that taking all of it back may need, in ms. */
export function undoTimeoutMs(changes: readonly Change[]): number {
  const needed = ({ change }: { readonly change: Change }) => (change.kind === 'file' ? 10_000 : backScript(change).timeoutMs);
  return indexedInverse(changes).reduce((sum, one) => sum + needed(one), 60_000);
}

/** Whole seconds, one at least; '' where there is no limit. */
function seconds(ms: number | undefined): string {
  return ms === undefined ? '' : String(Math.max(1, Math.ceil(ms / 1_000)));
}

/** One word for a line of the record. */
function word(text: string): string {
  return text.replace(/[^\w@.:+-]/g, '_') || '-';
}
