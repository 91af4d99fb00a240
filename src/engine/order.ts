import {
  type Change,
  type CommandChange,
  type FileChange,
  realPathOf,
  type TriggerChange,
  type UnitChange,
  type UnitState,
} from '../domain/change.ts';
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
        // By whatever name: a link and what it leads to are one file.
        files.set(realPathOf(change), joinedFile(files.get(realPathOf(change)), change));
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

function joinedFile(earlier: FileChange | undefined, later: FileChange): FileChange {
  return { ...joined(earlier, later), path: (earlier ?? later).path };
}

/**
 * Later steps are planned on a host as earlier ones would leave it, but what a rollback puts back is how it was found: each
 * trigger gets the state that its unit had before all changes.
 */
export function asFound(changes: readonly Change[]): readonly Change[] {
  const found = new Map<string, UnitState>();
  for (const change of changes) if (change.kind === 'unit' && !found.has(change.unit)) found.set(change.unit, change.before);
  return changes.map((change) => {
    const before = change.kind === 'trigger' && change.unit !== undefined ? found.get(change.unit) : undefined;
    return before === undefined ? change : ({ ...change, before } as Change);
  });
}

function sameUnit({ before, after }: UnitChange): boolean {
  return before.active === after.active && before.enabled === after.enabled && before.masked === after.masked;
}
