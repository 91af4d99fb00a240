import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../domain/json.ts';
import type { Report } from './report.ts';
import { holdsExpression } from './split-template.ts';
import type { Tree } from './yaml-tree.ts';

/** A value of the file as plain data; `undefined` when a part of it is broken or an expression, which is reported. */
export function plainValue(tree: Tree, what: string, report: Report): Json | undefined {
  switch (tree.kind) {
    case 'broken':
      return undefined;
    case 'scalar':
      if (typeof tree.value !== 'string' || !holdsExpression(tree.value)) return tree.value;
      report.error('expression-not-here', tree.range, `${what} is taken as it stands, without expressions`);
      return undefined;
    case 'list': {
      const items = tree.items.flatMap((item) => {
        const plain = plainValue(item, what, report);
        return plain === undefined ? [] : [plain];
      });
      return items.length === tree.items.length ? items : undefined;
    }
    case 'map': {
      const entries = [...tree.entries].flatMap(([key, { value }]) => {
        const plain = plainValue(value, what, report);
        return plain === undefined ? [] : [[key, plain] as const];
      });
      return entries.length === tree.entries.size ? Object.fromEntries(entries) : undefined;
    }
  }
}

/** Whether two plain values are the same. */
export function sameValue(a: Json, b: Json): boolean {
  return isDeepStrictEqual(a, b);
}
