import type { DefinedCommand, DefinedVariable, UnitText, UnitTexts } from './unit-definition.ts';
import { parseUnitFile } from './unit-file.ts';
import { commandText } from './unit-file-edit.ts';

/** File names for the drop-in of our own, in order of preference; the first that sorts after all others is taken. */
const NAMES = ['50-runbook.conf', '99-runbook.conf', 'zz-runbook.conf', 'zzzz-runbook.conf'];

/**
 * The path of the drop-in that may hold what overrides all others of a unit: systemd applies drop-ins in the order of their
 * file names, whatever their directory (`man systemd.unit`). Undefined when every name at hand sorts before a present one.
 */
export function ownDropIn(unit: string, present: readonly string[]): string | undefined {
  const names = NAMES.map((name) => `/etc/systemd/system/${unit}.d/${name}`);
  return names.find((path) => present.every((other) => other === path || baseName(other) < baseName(path)));
}

/** Drop-ins in the order in which systemd applies them. */
export function inDropInOrder(dropIns: readonly UnitText[]): readonly UnitText[] {
  return [...dropIns].sort((a, b) => (baseName(a.path) < baseName(b.path) ? -1 : 1));
}

/** A path's last part. */
function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** What a drop-in says again, word for word, so that it can be edited there. */
export interface Restated {
  /** All commands, after a reset. */
  readonly commands: readonly DefinedCommand[];
  readonly variables: readonly DefinedVariable[];
}

/** The unit's files with a drop-in that says again what stands in files that are not ours to edit; its meaning is the same. */
export function withRestated(texts: UnitTexts, path: string, restated: Restated): UnitTexts {
  const before = texts.dropIns.find((dropIn) => dropIn.path === path)?.text;
  const lines = [
    ...restated.variables.map(({ entry, start, end }) => `Environment=${entry.value.text.slice(start, end)}`),
    ...(restated.commands.length > 0 ? ['ExecStart='] : []),
    ...restated.commands.map((command) => `ExecStart=${commandText(command)}`),
  ];
  const text = extended(before ?? '', lines);
  const others = texts.dropIns.filter((dropIn) => dropIn.path !== path);
  return { ...texts, dropIns: inDropInOrder([...others, { path, text }]) };
}

function extended(before: string, lines: readonly string[]): string {
  const header = before !== '' && parseUnitFile(before).lastSection === 'Service' ? [] : ['[Service]'];
  const separator = before === '' || before.endsWith('\n') ? '' : '\n';
  return `${before}${separator}${[...header, ...lines].join('\n')}\n`;
}
