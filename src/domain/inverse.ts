import type { Change } from './change.ts';
import { inOrder } from './change-order.ts';

/** The inverse of one of a list of changes, with its place in that list. */
export interface IndexedInverse {
  readonly index: number;
  readonly change: Change;
}

/**
 * The changes that take others back, in the order in which they are carried out, each with the place of the one that it takes
 * back. Commands run their declared undo, last one first; irreversible ones have none and are left out ({@link irreversible}
 * names them).
 */
export function indexedInverse(changes: readonly Change[]): readonly IndexedInverse[] {
  const inverses = changes.flatMap((change, index) => inverseOf(change).map((inverted) => ({ index, change: inverted })));
  return inOrder(inverses.reverse(), ({ change }) => change);
}

/** {@link indexedInverse} without the places. */
export function inverse(changes: readonly Change[]): readonly Change[] {
  return indexedInverse(changes).map(({ change }) => change);
}

/** What of a list of changes can never be taken back, as the author declared it. */
export function irreversible(changes: readonly Change[]): readonly string[] {
  return changes.flatMap((change) => (change.kind === 'command' && 'irreversible' in change.undo ? [change.undo.irreversible] : []));
}

function inverseOf(change: Change): readonly Change[] {
  const says = change.says.map(invertedLine).reverse();
  switch (change.kind) {
    case 'file':
    case 'unit':
      return [{ ...change, says, before: change.after, after: change.before } as Change];
    case 'trigger':
      return [{ ...change, says }];
    case 'command':
      return 'irreversible' in change.undo ? [] : [{ ...change, says, argv: change.undo.argv, undo: { argv: change.argv } }];
  }
}

const INVERTED: Readonly<Record<string, string>> = { '+': '-', '-': '+' };

function invertedLine(line: string): string {
  const sign = INVERTED[line.slice(0, 1)];
  return sign === undefined ? line : sign + line.slice(1);
}
