import {
  type Change,
  type CommandChange,
  type FileChange,
  realPathOf,
  type TriggerChange,
  type UnitChange,
  type UnitState,
} from './change.ts';
import type { Failure } from './failure.ts';
import { sameFile } from './file.ts';

/**
 * Merges a host's changes into the one order in which they are carried out, applying and rolling back alike:
 * files, daemon-reload, commands, unit state, reset-failed, reload or restart, and units that end masked. Two changes of one file or unit become
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
  const all = [
    ...[...files.values()].filter((change) => !sameFile(change.before, change.after)),
    ...commands,
    ...[...units.values()].filter((change) => !sameUnit(change)),
    ...[...triggers.values()].filter((t) => t.action !== 'reload' || !triggers.has(`restart ${t.unit ?? ''}`)),
  ];
  return inOrder(all, (change) => change);
}

/** Sorts by the place that a change has in the one order; equals keep theirs. */
export function inOrder<T>(items: readonly T[], changeOf: (item: T) => Change): readonly T[] {
  return [...items].sort((a, b) => rankOf(changeOf(a)) - rankOf(changeOf(b)));
}

function rankOf(change: Change): number {
  switch (change.kind) {
    case 'file':
      return 0;
    case 'command':
      return 2;
    case 'unit':
      // A masked unit can be neither started nor restarted.
      return change.after.masked ? 6 : 3;
    case 'trigger':
      return { 'daemon-reload': 1, 'reset-failed': 4, reload: 5, restart: 5 }[change.action];
  }
}

function joined<C extends FileChange | UnitChange>(earlier: C | undefined, later: C): C {
  if (earlier === undefined) return later;
  return { ...later, before: earlier.before, says: [...earlier.says, ...later.says], sensitive: earlier.sensitive || later.sensitive };
}

function joinedFile(earlier: FileChange | undefined, later: FileChange): FileChange {
  if (earlier === undefined) return later;
  // Who must accept the bytes, and how they are written, holds for the file, whichever step says it.
  const { validate = earlier.validate, inPlace = earlier.inPlace } = later;
  return { ...joined(earlier, later), path: earlier.path, ...(validate ? { validate } : {}), ...(inPlace ? { inPlace } : {}) };
}

/**
 * Steps are planned on a host as earlier ones would leave it, but what a rollback puts back is how it was found: each change
 * of a unit gets the state from before all of them. A restart is left out where a later step stops the unit.
 */
export function asFound(changes: readonly Change[]): readonly Change[] {
  const found = new Map<string, UnitState>();
  for (const change of changes) {
    const state = change.kind === 'unit' || change.kind === 'trigger' ? change.before : undefined;
    const unit = change.kind === 'unit' || change.kind === 'trigger' ? change.unit : undefined;
    if (unit !== undefined && state !== undefined && !found.has(unit)) found.set(unit, state);
  }
  return changes.flatMap((change, index): readonly Change[] => {
    if (change.kind !== 'unit' && change.kind !== 'trigger') return [change];
    const { unit = '' } = change;
    if (starts(change) && changes.slice(index).some((later) => later.kind === 'unit' && later.unit === unit && stops(later))) return [];
    const before = found.get(unit);
    return before === undefined ? [change] : [{ ...change, before }];
  });
}

/** Why changes cannot be made in the one order: unmasked, restarted and masked again, a unit would be restarted while masked. */
export function orderProblem(ordered: readonly Change[]): Failure | undefined {
  const unmasks = new Set(ordered.flatMap((change) => (change.kind === 'unit' && !change.after.masked ? [change.unit] : [])));
  for (const change of ordered) {
    if (change.kind !== 'trigger' || !starts(change) || !change.before?.masked || unmasks.has(change.unit ?? '')) continue;
    return { code: 'bad-params', message: `${change.unit} is masked, and would be restarted`, hint: 'mask it in another run' };
  }
  return undefined;
}

function starts(change: Change): boolean {
  return change.kind === 'trigger' && (change.action === 'restart' || change.action === 'reload');
}

function stops({ before, after }: UnitChange): boolean {
  return before.active && !after.active;
}

function sameUnit({ before, after }: UnitChange): boolean {
  return before.active === after.active && before.enabled === after.enabled && before.masked === after.masked;
}
