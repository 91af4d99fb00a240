import { CST, Lexer, Parser } from 'yaml';
import type { Range, Report } from './report.ts';

const MAX_BYTES = 1_048_576;
const MAX_LEXEMES = 60_000;
const MAX_DEPTH = 32;
const MAX_SCALAR = 65_536;
/** A coarse stop while reading; keys are counted exactly once the tree stands. */
const MAX_ITEMS = 20_000;

/** YAML's c-printable, less what changes the order in which text is shown (bidirectional controls). */
const UNPRINTABLE = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]|[\u202a-\u202e\u2066-\u2069]/u;

const REFUSED: Readonly<Record<string, string>> = {
  anchor: 'anchors are not taken',
  alias: 'aliases are not taken',
  tag: 'tags are not taken',
  'directive-line': 'directives are not taken',
};

const COLLECTIONS: ReadonlySet<string> = new Set(['block-map', 'block-seq', 'flow-collection']);

/**
 * Reads YAML into tokens, counting as it goes, so that a text made to exhaust the parser is refused before the expensive
 * part begins. `undefined`: refused, and the report says why and where.
 */
export function lexYaml(report: Report): readonly CST.Token[] | undefined {
  if (!fits(report)) return undefined;
  const tokens: CST.Token[] = [];
  const parser = new Parser();
  let count = 0;
  let previous = '';
  for (const lexeme of new Lexer().lex(report.text)) {
    const here = { start: parser.offset, end: parser.offset + lexeme.length };
    if (previous !== CST.SCALAR) refuseFeature(lexeme, here, report);
    for (const token of parser.next(lexeme)) tokens.push(token);
    count += 1;
    previous = lexeme;
    const excess = excessOf(parser, lexeme, count);
    if (excess === undefined) continue;
    report.error('too-large', here, excess);
    return undefined;
  }
  for (const token of parser.end()) tokens.push(token);
  refuseDocuments(tokens, report);
  return report.failed ? undefined : tokens;
}

function fits(report: Report): boolean {
  const { text } = report;
  const size = Buffer.byteLength(text, 'utf8');
  if (size > MAX_BYTES) {
    report.error('too-large', { start: 0, end: 1 }, `the file has ${size} bytes; a runbook has at most ${MAX_BYTES}`);
    return false;
  }
  const body = text.startsWith('\ufeff') ? text.slice(1) : text;
  const at = body.search(UNPRINTABLE);
  if (at === -1) return true;
  const start = at + (text.length - body.length);
  const code = (text.codePointAt(start) ?? 0).toString(16).padStart(4, '0');
  const hint = `write it as an escape in double quotes: "\\u${code}"`;
  report.error('control-character', { start, end: start + 1 }, `the character U+${code.toUpperCase()} is not taken in a runbook`, hint);
  return false;
}

function refuseFeature(lexeme: string, here: Range, report: Report): void {
  const type = CST.tokenType(lexeme);
  const message = type === null ? undefined : REFUSED[type];
  if (message === undefined) return;
  const hint =
    type === 'directive-line' ? 'leave it out: a runbook is YAML 1.2' : 'write the value out where it is used, or quote it if it is text';
  report.error('yaml-feature', here, `${message} in a runbook`, hint);
}

function refuseDocuments(tokens: readonly CST.Token[], report: Report): void {
  const second = tokens.filter((token) => token.type === 'document')[1];
  if (second === undefined) return;
  const message = 'a file holds one runbook, but a second document begins here';
  report.error('yaml-feature', { start: second.offset, end: second.offset + 3 }, message, 'put it into a file of its own');
}

function excessOf(parser: Parser, lexeme: string, count: number): string | undefined {
  if (count > MAX_LEXEMES) return 'the file holds too much for a runbook';
  if (lexeme.length > MAX_SCALAR) return `a text of ${lexeme.length} characters; a runbook takes at most ${MAX_SCALAR} in one place`;
  let depth = 0;
  for (const token of parser.stack) {
    if (!COLLECTIONS.has(token.type)) continue;
    depth += 1;
    if ('items' in token && token.items.length > MAX_ITEMS) return `more than ${MAX_ITEMS} entries in one place`;
  }
  return depth > MAX_DEPTH ? `nested more than ${MAX_DEPTH} levels deep` : undefined;
}
