import type { Range } from './report.ts';

/** A file's values with the places they stand at: what all checks work on. */
export type Tree = ScalarTree | ListTree | MapTree | BrokenTree;

/** A single value. */
export interface ScalarTree {
  readonly kind: 'scalar';
  readonly range: Range;
  readonly value: null | boolean | number | string;
  /** The source offset of a position in a string value. */
  offsetOf(index: number): number;
}

interface ListTree {
  readonly kind: 'list';
  readonly range: Range;
  readonly items: readonly Tree[];
}

interface MapTree {
  readonly kind: 'map';
  readonly range: Range;
  readonly entries: ReadonlyMap<string, Entry>;
}

/** Something already reported; nothing more is said about it. */
interface BrokenTree {
  readonly kind: 'broken';
  readonly range: Range;
}

/** A value of a map, with the place of its key. */
export interface Entry {
  readonly key: Range;
  readonly value: Tree;
}

/** What a value is, in words: `a string`, `a list`. */
export function describeTree(tree: Tree): string {
  if (tree.kind === 'list') return 'a list';
  if (tree.kind === 'map') return 'a map';
  if (tree.kind === 'broken') return 'nothing that can be read';
  return describeScalar(tree.value);
}

/** What a plain value is, in words. */
export function describeScalar(value: unknown): string {
  if (value === null) return 'empty';
  if (typeof value === 'boolean') return `the boolean ${value}`;
  if (typeof value === 'number') return 'a number';
  if (typeof value === 'string') return 'a string';
  return Array.isArray(value) ? 'a list' : 'a map';
}
