import { runsShellText } from '../domain/shell-text.ts';
import type { AnyStepSpec } from '../domain/step.ts';
import type { Tree } from './yaml-tree.ts';

/** Whether a type runs programs that the runbook's author names. */
export function runsPrograms({ name }: AnyStepSpec): boolean {
  return name.startsWith('command.');
}

/** Whether a list of words in `with`, as it stands there, is shell text. */
export function writesShellText(tree: Tree): boolean {
  if (tree.kind === 'map') return [...tree.entries.values()].some(({ value }) => writesShellText(value));
  if (tree.kind !== 'list') return false;
  const words = tree.items.map((item) => (item.kind === 'scalar' ? String(item.value) : ''));
  return runsShellText(words) || tree.items.some(writesShellText);
}

/** The same of parameters whose expressions have their values. */
export function becameShellText(value: unknown): boolean {
  if (Array.isArray(value)) return runsShellText(value.map(String)) || value.some(becameShellText);
  return typeof value === 'object' && value !== null && Object.values(value).some(becameShellText);
}
