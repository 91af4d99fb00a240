import type { PlaceChange, PlacedChange } from './argument-place.ts';
import type { EnvironmentText } from './effective-argv.ts';
import { editVariableWords, setVariable } from './env-file-edit.ts';
import { writeSplitWord } from './env-value.ts';
import { applyEdits, type TextEdit } from './traced-text.ts';
import type { UnitText, UnitTexts } from './unit-definition.ts';
import { type EditStyle, environmentEdits, execEdits } from './unit-file-edit.ts';
import type { SpecifierContext } from './unit-specifier.ts';

/** A unit with all the files that its arguments come from. */
export interface UnitSnapshot {
  readonly context: SpecifierContext;
  readonly texts: UnitTexts;
  readonly environment: readonly EnvironmentText[];
}

/** A snapshot after edits, and the texts that were made, by path. */
export interface EditedSnapshot {
  readonly snapshot: UnitSnapshot;
  readonly texts: ReadonlyMap<string, string>;
}

/** A unit's fragment and drop-ins, in the order in which systemd reads them. */
export function unitTexts({ fragment, dropIns }: UnitTexts): readonly UnitText[] {
  return fragment === undefined ? dropIns : [fragment, ...dropIns];
}

/** Makes all edits in the texts of a snapshot; undefined when one of them cannot be written. Callers read the result again. */
export function carryOut(snapshot: UnitSnapshot, change: PlacedChange, style: EditStyle): EditedSnapshot | undefined {
  const texts = new Map<string, string>();
  const edits = new Map<string, TextEdit[]>();
  for (const one of change.changes) {
    const made = unitEdits(one, style);
    if (made === undefined) return undefined;
    if (made.kind === 'unit') edits.set(made.path, [...(edits.get(made.path) ?? []), ...made.edits]);
    else if (!editEnvironmentFile(snapshot, texts, one)) return undefined;
  }
  for (const { path, text } of unitTexts(snapshot.texts)) {
    const own = edits.get(path);
    if (own !== undefined) texts.set(path, applyEdits(text, own));
  }
  return { snapshot: withTexts(snapshot, texts), texts };
}

type UnitEdits = { readonly kind: 'unit'; readonly path: string; readonly edits: readonly TextEdit[] } | { readonly kind: 'environment' };

function unitEdits({ place, change }: PlaceChange, style: EditStyle): UnitEdits | undefined {
  if (place.kind === 'new-variable' || (place.kind === 'variable' && place.source.kind === 'env-file')) return { kind: 'environment' };
  const variable = place.kind === 'variable' && place.source.kind === 'environment' ? place.source.variable : undefined;
  const command = place.kind === 'command' ? place.command : undefined;
  const edits = variable ? environmentEdits(variable, change, style) : command && execEdits(command, change, style);
  const path = variable?.file.path ?? command?.file.path;
  return edits === undefined || path === undefined ? undefined : { kind: 'unit', path, edits };
}

function editEnvironmentFile(snapshot: UnitSnapshot, texts: Map<string, string>, { place, change }: PlaceChange): boolean {
  if (place.kind === 'command') return false;
  const path = place.kind === 'variable' ? place.source.path : place.path;
  const before = texts.get(path) ?? snapshot.environment.find((file) => file.path === path)?.text ?? '';
  const after =
    place.kind === 'variable'
      ? editVariableWords(before, place.source.name, change)
      : setVariable(before, place.name, change.append.map(writeSplitWord).join(' '));
  if (after !== undefined) texts.set(path, after);
  return after !== undefined;
}

function withTexts(snapshot: UnitSnapshot, texts: ReadonlyMap<string, string>): UnitSnapshot {
  const { fragment, dropIns } = snapshot.texts;
  const renew = <T extends { path: string; text: string | undefined }>(file: T): T => ({
    ...file,
    text: texts.get(file.path) ?? file.text,
  });
  return {
    ...snapshot,
    texts: { ...(fragment === undefined ? {} : { fragment: renew(fragment) }), dropIns: dropIns.map(renew) },
    environment: snapshot.environment.map(renew),
  };
}
