import type { UnitProperties } from '../../src/domain/access.ts';
import type { Change, ChangeResult, FileChange, Receipt, Transaction, TriggerChange, UnitState } from '../../src/domain/change.ts';
import { sameFile } from '../../src/domain/file.ts';
import type { FakeHost } from './fake-host.ts';

/**
 * Carries a transaction out as the real interpreter must: the `before` of all files is checked before the first write, then
 * changes go in the order given until one fails. mtime is restored by an undo only.
 */
export function applyTransaction(host: FakeHost, transaction: Transaction): Receipt {
  const stale = transaction.changes.map((change) => staleness(host, change));
  if (stale.some((message) => message !== undefined)) {
    return { results: stale.map((message) => (message === undefined ? { kind: 'not-reached' } : { kind: 'stale', message })) };
  }
  const results: ChangeResult[] = [];
  for (const change of transaction.changes) {
    const broken = results.some((result) => result.kind !== 'done');
    results.push(broken ? { kind: 'not-reached' } : carryOut(host, change, transaction.undo));
  }
  return { results };
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
  if (host.units.get(unit)?.['LoadState'] === 'masked') return { kind: 'failed', message: `Unit ${unit} is masked.` };
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
