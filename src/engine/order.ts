import type { Change, CommandChange, FileChange, TriggerChange, UnitChange } from '../domain/change.ts';
import { sameFile } from '../domain/file.ts';

/**
 * Merges a host's changes into the one order in which they are carried out, applying and rolling back alike:
 * files, daemon-reload, commands, unit state, reset-failed, reload or restart. Two changes of one file or unit become
 * one with both ends; what ends as it began is dropped; a unit is restarted at most once, and a restart makes a reload needless.
 */
export function orderChanges(changes: readonly Change[]): readonly Change[] {
  const files = new Map<string, FileChange>();
  const units = new Map<string, UnitChange>();
  const triggers = new Map<string, TriggerChange>();
  const commands: CommandChange[] = [];
  for (const change of changes) {
    switch (change.kind) {
      case 'file':
        files.set(change.path, joined(files.get(change.path), change));
        break;
      case 'unit':
        units.set(change.unit, joined(units.get(change.unit), change));
        break;
      case 'trigger': {
        const key = `${change.action} ${change.unit ?? ''}`;
        triggers.set(key, triggers.get(key) ?? change);
        break;
      }
      case 'command':
        commands.push(change);
        break;
    }
  }
  const wanted = [...triggers.values()].filter((t) => t.action !== 'reload' || !triggers.has(`restart ${t.unit ?? ''}`));
  return [
    ...[...files.values()].filter((change) => !sameFile(change.before, change.after)),
    ...wanted.filter((t) => t.action === 'daemon-reload'),
    ...commands,
    ...[...units.values()].filter((change) => !sameUnit(change)),
    ...wanted.filter((t) => t.action === 'reset-failed'),
    ...wanted.filter((t) => t.action === 'reload' || t.action === 'restart'),
  ];
}

function joined<C extends FileChange | UnitChange>(earlier: C | undefined, later: C): C {
  if (earlier === undefined) return later;
  return { ...later, before: earlier.before, says: [...earlier.says, ...later.says], sensitive: earlier.sensitive || later.sensitive };
}

function sameUnit({ before, after }: UnitChange): boolean {
  return before.active === after.active && before.enabled === after.enabled && before.masked === after.masked;
}
