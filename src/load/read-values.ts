import { durationMs, MAX_DURATION_MS } from '../domain/duration.ts';
import type { Report } from './report.ts';
import { didYouMean } from './suggest.ts';
import { describeTree, type Tree } from './yaml-tree.ts';

/** A string; `undefined` when it is absent or something else, which is reported. */
export function readString(tree: Tree | undefined, what: string, report: Report): string | undefined {
  if (tree === undefined || tree.kind === 'broken') return undefined;
  if (tree.kind === 'scalar' && typeof tree.value === 'string') return tree.value;
  const quotable = tree.kind === 'scalar' && tree.value !== null;
  const hint = quotable ? `quote it: "${report.text.slice(tree.range.start, tree.range.end)}"` : undefined;
  report.error('wrong-type', tree.range, `${what} must be a string, but is ${describeTree(tree)}`, hint);
  return undefined;
}

/** Text that is shown as it stands, so that an expression in it would be a slip. */
export function readPlainText(tree: Tree | undefined, what: string, report: Report): string | undefined {
  const text = readString(tree, what, report);
  if (text === undefined || tree === undefined || !text.includes('${{')) return text;
  report.error('expression-not-here', tree.range, `${what} is taken as it stands, without expressions`);
  return undefined;
}

/** A true or false that is taken as it stands; `undefined` when there is none, or after it was reported. */
export function readBoolean(tree: Tree | undefined, what: string, report: Report): boolean | undefined {
  if (tree === undefined || tree.kind === 'broken') return undefined;
  if (tree.kind === 'scalar' && typeof tree.value === 'boolean') return tree.value;
  report.error('wrong-type', tree.range, `${what} must be true or false, but is ${describeTree(tree)}`);
  return undefined;
}

/** A whole number from `least` to `most`. */
export function readInteger(tree: Tree | undefined, what: string, least: number, most: number, report: Report): number | undefined {
  if (tree === undefined || tree.kind === 'broken') return undefined;
  const value = tree.kind === 'scalar' ? tree.value : undefined;
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    report.error('wrong-type', tree.range, `${what} must be a whole number, but is ${describeTree(tree)}`);
    return undefined;
  }
  if (value >= least && value <= most) return value;
  report.error('bad-value', tree.range, `${what} must be from ${least} to ${most}, but is ${value}`);
  return undefined;
}

/** A length of time in ms, up to 7 days; `0` alone is taken as well. */
export function readDuration(tree: Tree | undefined, what: string, report: Report): number | undefined {
  if (tree === undefined || tree.kind === 'broken') return undefined;
  if (tree.kind === 'scalar' && tree.value === 0) return 0;
  const ms = tree.kind === 'scalar' && typeof tree.value === 'string' ? durationMs(tree.value) : undefined;
  if (ms === undefined) {
    const hint =
      tree.kind === 'scalar' && typeof tree.value === 'number' ? `give it a unit: ${tree.value}s` : 'such as 500ms, 20s, 15m or 1m30s';
    report.error('bad-value', tree.range, `${what} must be a length of time, but is ${describeTree(tree)}`, hint);
    return undefined;
  }
  if (ms <= MAX_DURATION_MS) return ms;
  report.error('bad-value', tree.range, `${what} is longer than 7 days`);
  return undefined;
}

/** One of a few words. */
export function readChoice<T extends string>(tree: Tree | undefined, what: string, choices: readonly T[], report: Report): T | undefined {
  if (tree === undefined || tree.kind === 'broken') return undefined;
  const value = tree.kind === 'scalar' ? tree.value : undefined;
  const chosen = choices.find((choice) => choice === value);
  if (chosen !== undefined) return chosen;
  const found = typeof value === 'string' ? value : describeTree(tree);
  const hint = typeof value === 'string' ? didYouMean(value, choices) : undefined;
  const words = choices.length > 2 ? `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}` : choices.join(' or ');
  report.error('bad-value', tree.range, `${what} must be ${words}, but is ${found}`, hint);
  return undefined;
}

/** The elements of a list; nothing for what is no list, which is reported. */
export function readList(tree: Tree | undefined, what: string, report: Report): readonly Tree[] | undefined {
  if (tree === undefined || tree.kind === 'broken') return undefined;
  if (tree.kind === 'list') return tree.items;
  report.error('wrong-type', tree.range, `${what} must be a list, but is ${describeTree(tree)}`);
  return undefined;
}
