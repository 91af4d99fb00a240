import type { Diagnostic } from '../domain/runbook.ts';

/** How much of a source line is shown around the place. */
const WINDOW = 120;
const BEFORE = 60;

/** What a terminal would act upon or hide. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u115f\u1160\u3164\uffa0]|\u034f|\u17b4|\u17b5/u;

/**
 * A diagnostic as text of four or five lines: what, where, the source line with the place underlined, and a hint. Control
 * characters are made visible and long lines are clipped around the place, so that it is safe and readable in any terminal.
 */
export function renderDiagnostic(diagnostic: Diagnostic): string {
  const { severity, code, message, place, hint } = diagnostic;
  const number = String(place.line);
  const { text, before, marked } = excerpt(diagnostic);
  const lines = [
    `${severity}[${code}]: ${visible(message)}`,
    `  --> ${visible(place.file)}:${place.line}:${place.column}`,
    `${number} | ${text}`.trimEnd(),
    `${' '.repeat(number.length)} | ${' '.repeat(before)}${'^'.repeat(marked)}`,
  ];
  if (hint !== undefined) lines.push(`hint: ${visible(hint)}`);
  return lines.join('\n');
}

interface Excerpt {
  readonly text: string;
  /** Columns before the squiggle. */
  readonly before: number;
  /** Columns under the squiggle; at least 1. */
  readonly marked: number;
}

function excerpt({ source, place, length }: Diagnostic): Excerpt {
  const index = place.column - 1;
  const from = source.length <= WINDOW ? 0 : Math.max(0, Math.min(index - BEFORE, source.length - WINDOW));
  const to = Math.min(source.length, from + WINDOW);
  const head = from > 0 ? '…' : '';
  const tail = to < source.length ? '…' : '';
  const before = visible(source.slice(from, index));
  const marked = visible(source.slice(index, Math.min(index + length, to)));
  const rest = visible(source.slice(Math.min(index + length, to), to));
  return { text: `${head}${before}${marked}${rest}${tail}`, before: columns(head + before), marked: Math.max(1, columns(marked)) };
}

function visible(text: string): string {
  let shown = '';
  for (const character of text) shown += HIDDEN.test(character) ? escaped(character) : character;
  return shown;
}

function escaped(character: string): string {
  if (character === '\t') return '    ';
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
  return `\\u{${code.toString(16)}}`;
}

/** Columns a terminal uses: East Asian wide characters and emoji take two. */
function columns(text: string): number {
  let width = 0;
  for (const character of text) width += WIDE.test(character) ? 2 : COMBINING.test(character) ? 0 : 1;
  return width;
}

const WIDE =
  /[\u1100-\u115e\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const COMBINING = /\p{M}/u;
