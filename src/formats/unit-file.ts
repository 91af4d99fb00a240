import { trailingBlanks } from './blanks.ts';
import { type TracedBuilder, type TracedText, tracedBuilder, tracedSlice } from './traced-text.ts';
import { isSystemdUtf8 } from './utf8-check.ts';

/** One `Key=value` of a unit file; a value that goes on over several lines is joined. */
export interface UnitEntry {
  readonly section: string;
  readonly key: string;
  readonly value: TracedText;
  /** Where the first of its lines begins, and where the last ends (without its newline). */
  readonly from: number;
  readonly to: number;
}

/** A unit file or drop-in as systemd reads it. */
export interface UnitFile {
  readonly text: string;
  readonly entries: readonly UnitEntry[];
  /** The section that the last line stands in; undefined before the first. */
  readonly lastSection?: string;
  /** systemd stops reading here: entries that follow do not count. A fragment that is stopped is not loaded at all. */
  readonly stopped?: { readonly at: number; readonly why: string };
}

interface Line {
  readonly from: number;
  readonly to: number;
}

interface LogicalLine extends Line {
  readonly source: TracedText;
}

const BYTE_ORDER_MARK = '\xef\xbb\xbf';

/**
 * Parses a unit file or drop-in as systemd v252 does (src/shared/conf-parser.c): a backslash at the end of a line is a blank
 * and joins the next line; lines that begin with `#` or `;` are comments wherever they stand, also between joined lines;
 * an empty line ends a joined one. Takes and keeps byte text.
 */
export function parseUnitFile(text: string): UnitFile {
  const entries: UnitEntry[] = [];
  let section: string | undefined;
  for (const line of logicalLines(text)) {
    const stripped = strip(line.source);
    const parsed = parseLine(stripped);
    if (parsed.kind === 'stop') return { text, entries, stopped: { at: line.from, why: parsed.why } };
    if (parsed.kind === 'section') section = parsed.name;
    if (parsed.kind === 'entry' && section !== undefined) {
      entries.push({ section, key: parsed.key, value: parsed.value, from: line.from, to: line.to });
    }
  }
  return { text, entries, ...(section === undefined ? {} : { lastSection: section }) };
}

type ParsedLine =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'section'; readonly name: string }
  | { readonly kind: 'entry'; readonly key: string; readonly value: TracedText }
  | { readonly kind: 'stop'; readonly why: string };

function parseLine(line: TracedText): ParsedLine {
  if (line.text === '') return { kind: 'nothing' };
  if (!isSystemdUtf8(line.text)) return { kind: 'stop', why: 'a line is not UTF-8' };
  if (line.text.startsWith('[')) {
    return line.text.endsWith(']')
      ? { kind: 'section', name: line.text.slice(1, -1) }
      : { kind: 'stop', why: 'a section header is not closed' };
  }
  const equals = line.text.indexOf('=');
  if (equals <= 0) return { kind: 'nothing' };
  return { kind: 'entry', key: strip(tracedSlice(line, 0, equals)).text, value: strip(tracedSlice(line, equals + 1)) };
}

function logicalLines(text: string): readonly LogicalLine[] {
  const result: LogicalLine[] = [];
  let open: { from: number; to: number; out: TracedBuilder } | undefined;
  let markSeen = false;
  for (const line of physicalLines(text)) {
    if (/^[ \t\n\r]*[#;]/.test(text.slice(line.from, line.to))) continue;
    const hasMark: boolean = !markSeen && text.startsWith(BYTE_ORDER_MARK, line.from);
    markSeen ||= hasMark;
    const from = hasMark ? line.from + BYTE_ORDER_MARK.length : line.from;
    open = { from: open?.from ?? from, to: line.to, out: open?.out ?? tracedBuilder() };
    const continues = /(?:^|[^\\])(?:\\\\)*\\$/.test(text.slice(from, line.to));
    const end = continues ? line.to - 1 : line.to;
    for (let at = from; at < end; at += 1) open.out.push(text.charAt(at), at, at + 1);
    if (continues) open.out.push(' ', end, end);
    else {
      result.push({ from: open.from, to: open.to, source: open.out.done() });
      open = undefined;
    }
  }
  if (open !== undefined) result.push({ from: open.from, to: open.to, source: open.out.done() });
  return result;
}

/** Lines without their ends: any run of different characters out of `\n`, `\r` and NUL is one end (systemd's `read_line`). */
function physicalLines(text: string): readonly Line[] {
  const lines: Line[] = [];
  let from = 0;
  for (let at = 0; at < text.length; ) {
    if (!isLineEnd(text.charAt(at))) {
      at += 1;
      continue;
    }
    lines.push({ from, to: at });
    const seen = new Set<string>();
    while (at < text.length && isLineEnd(text.charAt(at)) && !seen.has(text.charAt(at))) {
      seen.add(text.charAt(at));
      at += 1;
    }
    from = at;
  }
  if (from < text.length) lines.push({ from, to: text.length });
  return lines;
}

function isLineEnd(character: string): boolean {
  return character === '\n' || character === '\r' || character === '\0';
}

function strip(source: TracedText): TracedText {
  const lead = source.text.length - source.text.replace(/^[ \t\n\r]+/, '').length;
  return tracedSlice(source, lead, Math.max(lead, trailingBlanks(source.text)));
}
