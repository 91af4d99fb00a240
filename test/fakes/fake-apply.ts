import type { UnitProperties } from '../../src/domain/access.ts';
import type { Change, FileChange, TriggerChange, UnitState } from '../../src/domain/change.ts';
import { type FileState, sameFile } from '../../src/domain/file.ts';
import { indexedInverse } from '../../src/domain/inverse.ts';
import type { ChangeResult, Receipt, Standing, Transaction } from '../../src/domain/transaction.ts';
import type { FakeHost } from './fake-host.ts';

/**
 * Carries a transaction out as the real interpreter must: the `before` of all files is checked before the first write, then
 * changes go in the order given until one fails, and then all is taken back. mtime is restored by a rollback only.
 */
export function beginTransaction(host: FakeHost, transaction: Transaction): Receipt {
  const stale = transaction.changes.map((change) => staleness(host, change));
  if (stale.some((message) => message !== undefined)) {
    const results = stale.map((message): ChangeResult => (message === undefined ? { kind: 'not-reached' } : { kind: 'stale', message }));
    return { results, state: 'none', remarks: [] };
  }
  const results: ChangeResult[] = [];
  for (const [index, change] of transaction.changes.entries()) {
    const broken = results.some((result) => result.kind !== 'done');
    results.push(broken ? { kind: 'not-reached' } : tried(host, change, index, transaction.rollback));
  }
  if (results.every(({ kind }) => kind === 'done')) return { results, state: 'applied', remarks: [] };
  return { results, ...takeBack(host, transaction.changes, results) };
}

/** Takes a transaction back as the real host does: nothing where somebody else's edit is found, else all that was done. */
export function takeBack(host: FakeHost, changes: readonly Change[], results?: readonly ChangeResult[]): Standing {
  const isDone = (index: number) => !results || results[index]?.kind === 'done';
  const remarks = changes.flatMap((change, index) => (isDone(index) && change.kind === 'file' ? foreignEdit(host, change) : []));
  if (remarks.length > 0) return { state: 'conflict', remarks };
  const filesBegun = changes.some(({ kind }, index) => kind === 'file' && isDone(index));
  for (const { index, change } of indexedInverse(changes)) {
    const begun = isDone(index) || (results?.[index]?.kind === 'failed' && change.kind !== 'command' && change.kind !== 'file');
    const wanted = change.kind === 'trigger' ? begun || filesBegun : begun;
    const result: ChangeResult = wanted ? carryOut(host, change, true) : { kind: 'done' };
    if (result.kind === 'failed') return { state: 'rolling', remarks: [`could not be taken back: ${result.message}`] };
  }
  return { state: 'rolled-back', remarks: [] };
}

function foreignEdit(host: FakeHost, { path, before, after }: FileChange): readonly string[] {
  const now = host.look(path);
  const digest = (state: FileState) => (state.kind === 'file' ? state.content.sha256 : 'no file');
  if (sameFile(now, after)) return [];
  return [`${path} was edited by somebody else: it had ${digest(before)}, was given ${digest(after)}, and has ${digest(now)}`];
}

/** A unit's lasting state as the properties of `systemctl show` tell it. */
export function unitStateOf(properties: UnitProperties): UnitState {
  const file = properties['UnitFileState'] ?? '';
  return {
    active: ['active', 'activating', 'reloading'].includes(properties['ActiveState'] ?? ''),
    enabled: file.startsWith('enabled'),
    masked: properties['LoadState'] === 'masked' || file.startsWith('masked'),
  };
}

function staleness(host: FakeHost, change: Change): string | undefined {
  if (change.kind !== 'file' || sameFile(host.look(change.path), change.before)) return undefined;
  return `${change.path} is no longer what it was when planned`;
}

function tried(host: FakeHost, change: Change, index: number, rollback: boolean): ChangeResult {
  const fails = host.hooks.fails?.(change, index);
  if (fails === undefined) return carryOut(host, change, rollback);
  if (fails === 'half' && (change.kind === 'unit' || change.kind === 'trigger')) carryOut(host, change, rollback);
  return { kind: 'failed', message: 'it broke' };
}

function carryOut(host: FakeHost, change: Change, undo: boolean): ChangeResult {
  switch (change.kind) {
    case 'file':
      return writeFile(host, change, undo);
    case 'unit':
      host.setUnit(change.unit, unitProperties(change.after));
      return { kind: 'done' };
    case 'trigger':
      return pull(host, change, undo);
    case 'command': {
      host.ran.push(change.argv.join(' '));
      const code = host.answer(change.argv).code ?? 0;
      return code === 0 ? { kind: 'done' } : { kind: 'failed', message: `${change.argv.join(' ')} ended with ${code}` };
    }
  }
}

function writeFile(host: FakeHost, change: FileChange, undo: boolean): ChangeResult {
  const { after } = change;
  if (after.kind === 'absent') {
    host.files.delete(host.links.get(change.path) ?? change.path);
    return { kind: 'done' };
  }
  const mtimeNs = undo ? after.attributes.mtimeNs : host.tick();
  host.files.set(after.realPath, { ...after, attributes: { ...after.attributes, mtimeNs } });
  return { kind: 'done' };
}

function pull(host: FakeHost, change: TriggerChange, undo: boolean): ChangeResult {
  host.triggered.push(change.unit === undefined ? change.action : `${change.action} ${change.unit}`);
  if (change.action === 'daemon-reload') {
    for (const unit of host.units.keys()) host.setUnit(unit, { NeedDaemonReload: 'no' });
    return { kind: 'done' };
  }
  const unit = change.unit ?? '';
  if (change.action === 'reset-failed') {
    host.setUnit(unit, { NRestarts: '0', Result: 'success' });
    return { kind: 'done' };
  }
  if (undo && change.before?.active === false) {
    host.setUnit(unit, { ActiveState: 'inactive', SubState: 'dead' });
    return { kind: 'done' };
  }
  const { LoadState, ActiveState } = host.units.get(unit) ?? {};
  // A masked unit is not started again; an undo is content with one that is up.
  if (LoadState === 'masked')
    return undo && ActiveState === 'active' ? { kind: 'done' } : { kind: 'failed', message: `Unit ${unit} is masked.` };
  host.setUnit(unit, { ActiveState: 'active', SubState: 'running' });
  const message = host.hooks.restarted?.(host, unit);
  return message === undefined || undo ? { kind: 'done' } : { kind: 'failed', message };
}

function unitProperties(state: UnitState): UnitProperties {
  return {
    ActiveState: state.active ? 'active' : 'inactive',
    SubState: state.active ? 'running' : 'dead',
    UnitFileState: state.masked ? 'masked' : state.enabled ? 'enabled' : 'disabled',
    LoadState: state.masked ? 'masked' : 'loaded',
  };
}
