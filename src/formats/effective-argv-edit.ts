import { carryOut, type EditedSnapshot, type UnitSnapshot, unitTexts } from './argument-carry-out.ts';
import { type AppendPlace, type Place, type PlacedChange, placeChange, placeName } from './argument-place.ts';
import type { ArgumentChange } from './argument-plan.ts';
import { type EffectiveUnit, effectiveUnit } from './effective-argv.ts';
import { isVariableName } from './env-file.ts';
import { isSetByManager } from './manager-variable.ts';
import { type DefinedCommand, type DefinedVariable, defineUnit, type UnitDefinition } from './unit-definition.ts';
import { ownDropIn, withRestated } from './unit-drop-in.ts';

/** Which files may be edited where they are; others of a unit are overridden by a drop-in, other environment files are refused. */
export interface Editable {
  unitFile(path: string): boolean;
  environmentFile(path: string): boolean;
}

/** A file's new text. */
export interface ChangedText {
  readonly path: string;
  readonly text: string;
  readonly kind: 'unit' | 'environment';
  readonly says: readonly string[];
}

/** The files to write; or, as a sentence without a full stop, why it cannot be done safely. */
export type ArgumentEdit = { readonly ok: true; readonly files: readonly ChangedText[] } | { readonly ok: false; readonly why: string };

/**
 * Removes and sets flags of a unit's command where they are defined: in the value of an environment file's variable, or in the
 * `ExecStart=` or `Environment=` line of a unit file that may be edited; what stands in another unit file is said again, word for
 * word, in a drop-in that sorts last, and edited there. A flag that is not there yet goes to the variable that ends the command
 * line (`… $KUBELET_EXTRA_ARGS`), else to the end of the command line. The new files are read again and must give exactly the
 * arguments that were meant, and leave every other variable as it was; if they do not, nothing is changed.
 */
export function editArguments(snapshot: UnitSnapshot, change: ArgumentChange, editable: Editable): ArgumentEdit {
  const first = placed(snapshot, change, editable);
  if (typeof first.placed === 'string') return { ok: false, why: first.placed };
  if (first.placed.changes.length === 0) return { ok: true, files: [] };
  const locked = lockedFile(first.placed, editable);
  if (locked !== undefined) return { ok: false, why: `${locked} is not ours to edit, and a drop-in cannot override what it sets` };
  const restated = restate(snapshot, first.unit, first.placed, editable);
  if (typeof restated === 'string') return { ok: false, why: restated };
  const second = placed(restated.snapshot, change, editable);
  if (typeof second.placed === 'string') return { ok: false, why: second.placed };
  for (const style of ['in-place', 'anew'] as const) {
    const edited = carryOut(restated.snapshot, second.placed, style);
    if (edited !== undefined && holds(second, edited)) return { ok: true, files: changedTexts(snapshot, edited, second.placed, restated) };
  }
  return { ok: false, why: 'the files, edited, would not give the arguments that are meant' };
}

interface Placed {
  readonly unit: EffectiveUnit;
  readonly placed: PlacedChange | string;
}

function placed(snapshot: UnitSnapshot, change: ArgumentChange, editable: Editable): Placed {
  const definition = defineUnit(snapshot.texts, snapshot.context);
  const unit = effectiveUnit(definition, snapshot.environment);
  return { unit, placed: placeChange(unit, change, appendPlaceOf(snapshot, definition, unit, editable)) };
}

function appendPlaceOf(snapshot: UnitSnapshot, definition: UnitDefinition, unit: EffectiveUnit, editable: Editable): AppendPlace {
  return ({ command }) => {
    const fallback: Place = { kind: 'command', command };
    const last = command.words.at(-1)?.word.text ?? '';
    const name = last.startsWith('$') && command.expands && command.words.length > 1 ? last.slice(1) : '';
    if (usesOf(name, definition) !== 1) return fallback;
    const source = unit.variables.get(name);
    if (source !== undefined) {
      const canEdit = source.kind === 'environment' || editable.environmentFile(source.path);
      return canEdit ? { kind: 'variable', source } : fallback;
    }
    const isOurs = isVariableName(name) && !definition.unset.some((unset) => unset.split('=')[0] === name) && !definition.passed.has(name);
    const file = definition.environmentFiles.at(-1);
    const isNamed = snapshot.environment.some(({ path }) => path === file?.path);
    if (!isOurs || isSetByManager(name, definition.hasUser) || file === undefined || !isNamed) return fallback;
    return editable.environmentFile(file.path) ? { kind: 'new-variable', name, path: file.path } : fallback;
  };
}

/** How many words of all commands a variable comes into. */
function usesOf(name: string, { commands }: UnitDefinition): number {
  const texts = commands.flatMap(({ words }) => words.map(({ word }) => word.text));
  return texts.filter((text) => text === `$${name}` || text.includes(`\${${name}}`)).length;
}

function lockedFile(change: PlacedChange, editable: Editable): string | undefined {
  const sources = change.changes.flatMap(({ place }) =>
    place.kind === 'variable' && place.source.kind === 'env-file' ? [place.source] : [],
  );
  return sources.find(({ path }) => !editable.environmentFile(path))?.path;
}

interface RestatedSnapshot {
  readonly snapshot: UnitSnapshot;
  /** The drop-in that was written or extended. */
  readonly path?: string;
  readonly says: readonly string[];
}

function restate(snapshot: UnitSnapshot, unit: EffectiveUnit, change: PlacedChange, editable: Editable): RestatedSnapshot | string {
  const variables: DefinedVariable[] = [];
  let command: DefinedCommand | undefined;
  for (const { place } of change.changes) {
    if (place.kind === 'command' && !editable.unitFile(place.command.file.path)) command = place.command;
    if (place.kind !== 'variable' || place.source.kind !== 'environment') continue;
    if (!editable.unitFile(place.source.variable.file.path)) variables.push(place.source.variable);
  }
  if (command === undefined && variables.length === 0) return { snapshot, says: [] };
  const path = ownDropIn(
    snapshot.context.unit,
    snapshot.texts.dropIns.map((dropIn) => dropIn.path),
  );
  if (path === undefined) return 'a present drop-in sorts after every name that a new one may have';
  const commands = command === undefined ? [] : unit.commands.map((one) => one.command);
  const says = [
    ...(command === undefined ? [] : [`+ ExecStart, set anew here in place of the one in ${command.file.path}`]),
    ...variables.map(({ name, file }) => `+ ${name}, set anew here in place of the one in ${file.path}`),
  ];
  return { path, says, snapshot: { ...snapshot, texts: withRestated(snapshot.texts, path, { commands, variables }) } };
}

/** Whether the edited files give the arguments that were meant, and every variable that was not to be changed its old value. */
function holds(before: Placed, edited: EditedSnapshot): boolean {
  if (typeof before.placed === 'string') return false;
  const after = effectiveUnit(defineUnit(edited.snapshot.texts, edited.snapshot.context), edited.snapshot.environment);
  const argv = after.commands.map((command) => command.argv.map(({ text }) => text));
  const changed = new Set(before.placed.changes.flatMap(({ place }) => (place.kind === 'command' ? [] : [placeName(place)])));
  const values = (unit: EffectiveUnit): string =>
    JSON.stringify(
      [...unit.variables]
        .filter(([name]) => !changed.has(name))
        .map(([name, { value }]) => [name, value.text])
        .sort(),
    );
  const uncertain = (unit: EffectiveUnit): number => unit.commands.flatMap((command) => command.argv).filter((arg) => arg.uncertain).length;
  return (
    JSON.stringify(argv) === JSON.stringify(before.placed.argv) &&
    values(before.unit) === values(after) &&
    uncertain(after) <= uncertain(before.unit) &&
    after.problems.length <= before.unit.problems.length
  );
}

function changedTexts(
  before: UnitSnapshot,
  edited: EditedSnapshot,
  change: PlacedChange,
  restated: RestatedSnapshot,
): readonly ChangedText[] {
  const old = new Map([...unitTexts(before.texts), ...before.environment].map(({ path, text }) => [path, text]));
  const unitPaths = new Set(unitTexts(edited.snapshot.texts).map(({ path }) => path));
  return [...edited.texts]
    .filter(([path, text]) => old.get(path) !== text)
    .map(([path, text]) => {
      const own = change.changes.filter(({ place }) => pathOf(place) === path).flatMap(({ says }) => says);
      const says = path === restated.path ? [...restated.says, ...own] : own;
      return { path, text, kind: unitPaths.has(path) ? 'unit' : 'environment', says };
    });
}

function pathOf(place: Place): string {
  if (place.kind === 'command') return place.command.file.path;
  return place.kind === 'variable' ? place.source.path : place.path;
}
