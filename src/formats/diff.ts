import { structuredPatch } from 'diff';
import { visible } from './visible.ts';

/** One line of a hunk; `\` is the remark that the line above has no newline. The text is safe to show. */
export interface DiffLine {
  readonly sign: ' ' | '+' | '-' | '\\';
  readonly text: string;
}

/** A run of changed lines with context around it; line numbers count from 1. */
export interface DiffHunk {
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
  readonly lines: readonly DiffLine[];
}

/**
 * How one file's bytes become others. `replaced`: too big, or too different, to be shown line by line; the counts are all
 * lines then. Sizes are in bytes.
 */
export type FileDiff =
  | { readonly kind: 'same' }
  | { readonly kind: 'text'; readonly added: number; readonly removed: number; readonly hunks: readonly DiffHunk[] }
  | { readonly kind: 'replaced'; readonly added: number; readonly removed: number }
  | { readonly kind: 'binary'; readonly oldSize: number; readonly newSize: number };

/** Files above this size, in bytes, are not compared line by line. */
const MAX_SIZE = 2_097_152;

/** Above so many added and removed lines a diff is no longer read by anybody; and its cost grows with the square. */
const MAX_EDITS = 2_000;

/** Git looks for a NUL in so many bytes of the beginning to call a file binary. */
const BINARY_PROBE = 8_000;

/** Compares a file's bytes; undefined is a file that is not there. */
export function diffFiles(before: Uint8Array | undefined, after: Uint8Array | undefined, context = 3): FileDiff {
  const old = before ?? new Uint8Array();
  const next = after ?? new Uint8Array();
  if (Buffer.compare(old, next) === 0) return { kind: 'same' };
  if (isBinary(old) || isBinary(next)) return { kind: 'binary', oldSize: old.length, newSize: next.length };
  // One character a byte: what differs only in bytes that cannot be shown differs here as well.
  const [oldText, newText] = [byteText(old), byteText(next)];
  const replaced: FileDiff = { kind: 'replaced', added: countLines(newText), removed: countLines(oldText) };
  if (old.length > MAX_SIZE || next.length > MAX_SIZE) return replaced;
  const patch = structuredPatch('', '', oldText, newText, '', '', { context, maxEditLength: MAX_EDITS });
  if (patch === undefined) return replaced;
  const hunks = patch.hunks.map(({ lines, ...where }) => ({ ...where, lines: lines.map(toLine) }));
  const count = (sign: string) => hunks.reduce((sum, hunk) => sum + hunk.lines.filter((line) => line.sign === sign).length, 0);
  return { kind: 'text', added: count('+'), removed: count('-'), hunks };
}

/** The lines of a unified diff as `diff -u` prints them; a note in brackets where there is nothing to show line by line. */
export function unifiedLines(
  path: string,
  diff: FileDiff,
  exists: { readonly before: boolean; readonly after: boolean },
): readonly string[] {
  if (diff.kind === 'same') return [];
  const shown = visible(path).replaceAll('\n', '\\n');
  const header = [`--- ${exists.before ? shown : '/dev/null'}`, `+++ ${exists.after ? shown : '/dev/null'}`];
  if (diff.kind === 'binary') return [...header, `[binary: ${diff.oldSize} bytes become ${diff.newSize}]`];
  if (diff.kind === 'replaced') return [...header, `[too much to show: ${diff.removed} lines become ${diff.added}]`];
  return [...header, ...diff.hunks.flatMap(hunkLines)];
}

function hunkLines(hunk: DiffHunk): readonly string[] {
  // An empty range is named by the line before it.
  const range = (start: number, lines: number) => (lines === 1 ? `${start}` : `${lines === 0 ? start - 1 : start},${lines}`);
  const head = `@@ -${range(hunk.oldStart, hunk.oldLines)} +${range(hunk.newStart, hunk.newLines)} @@`;
  return [head, ...hunk.lines.map((line) => line.sign + line.text)];
}

function toLine(line: string): DiffLine {
  const sign = line[0] === '+' || line[0] === '-' || line[0] === '\\' ? line[0] : ' ';
  return { sign, text: visible(new Uint8Array(Buffer.from(line.slice(1), 'latin1'))) };
}

function isBinary(bytes: Uint8Array): boolean {
  return bytes.subarray(0, BINARY_PROBE).includes(0);
}

function byteText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function countLines(text: string): number {
  if (text === '') return 0;
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}
