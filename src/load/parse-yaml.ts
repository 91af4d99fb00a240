import { Composer, type CST, type Document, isMap, isScalar, isSeq, type Pair, type ParsedNode, type Scalar, type YAMLMap } from 'yaml';
import { lexYaml } from './lex-yaml.ts';
import type { Range, Report } from './report.ts';
import { type ScalarStyle, scalarOffsets } from './scalar-offsets.ts';
import type { Entry, ScalarTree, Tree } from './yaml-tree.ts';

const MAX_KEYS = 2_000;
const MAX_SYNTAX_ERRORS = 10;
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Reads one YAML 1.2 document. `undefined`: there is none to check, and the report says why and where. */
export function parseYaml(report: Report): Tree | undefined {
  try {
    const tokens = lexYaml(report);
    const document = tokens && compose(tokens, report);
    if (!document || report.failed) return undefined;
    if (document.contents === null) return empty(report);
    return treeOf(document.contents as ParsedNode, report);
  } catch (error) {
    // The parser may overflow its stack, or trip over what nobody has thought of: a bad file, never a crash.
    const why = error instanceof Error ? error.message : String(error);
    report.error('yaml-syntax', { start: 0, end: 1 }, `the YAML parser gave up: ${why.split('\n')[0]}`);
    return undefined;
  }
}

function empty(report: Report): undefined {
  report.error('missing-key', { start: 0, end: 1 }, 'the file is empty', 'begin with apiVersion: runbook/v1');
  return undefined;
}

function compose(tokens: readonly CST.Token[], report: Report): Document | undefined {
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    merge: false,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  });
  const [document] = composer.compose(tokens, true, report.text.length);
  const lines = new Set<number>();
  for (const { pos, message } of document?.errors ?? []) {
    // One slip makes the parser stumble several times in the same line; the first says it.
    const { line } = report.place(pos[0]);
    if (lines.has(line) || lines.size >= MAX_SYNTAX_ERRORS) continue;
    lines.add(line);
    const range = { start: pos[0], end: Math.max(pos[0] + 1, pos[1]) };
    const near = report.text.slice(report.text.lastIndexOf('\n', pos[0] - 1) + 1, pos[0] + 80).split('\n')[0] ?? '';
    const hint = near.includes('${{') ? "quote the expression: '${{ … }}'" : undefined;
    report.error('yaml-syntax', range, sentence(message), hint);
  }
  return document;
}

/** The parser's words begin upper-case and may run over lines. */
function sentence(message: string): string {
  const line = message.split('\n')[0] ?? message;
  return line.charAt(0).toLowerCase() + line.slice(1).replace(/\.$/, '');
}

function treeOf(node: ParsedNode, report: Report): Tree {
  const range = rangeOf(node);
  if (isScalar(node)) return scalarOf(node, range, report);
  if (isSeq(node)) return { kind: 'list', range, items: node.items.map((item) => treeOf(item, report)) };
  if (isMap(node)) return { kind: 'map', range, entries: entriesOf(node, range, report) };
  return { kind: 'broken', range };
}

function rangeOf(node: ParsedNode): Range {
  return { start: node.range[0], end: Math.max(node.range[0], node.range[1]) };
}

function scalarOf(node: Scalar.Parsed, range: Range, report: Report): Tree {
  const { value } = node;
  if (typeof value === 'number' && (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)))) {
    report.error('bad-number', range, 'a number that cannot be held exactly', 'quote it if it is a text');
    return { kind: 'broken', range };
  }
  if (value !== null && typeof value !== 'boolean' && typeof value !== 'number' && typeof value !== 'string')
    return { kind: 'broken', range };
  return { kind: 'scalar', range, value: value === 0 ? 0 : value, offsetOf: offsetsOf(node, range, report.text) };
}

function offsetsOf(node: Scalar.Parsed, range: Range, text: string): ScalarTree['offsetOf'] {
  let offsets: readonly number[] | undefined;
  return (index) => {
    if (typeof node.value !== 'string') return range.start;
    const style = styleOf(node);
    offsets ??= scalarOffsets(text, contentStart(text, range, style), range.end, node.value, style);
    return offsets[Math.min(index, offsets.length - 1)] ?? range.start;
  };
}

function styleOf({ type }: Scalar.Parsed): ScalarStyle {
  if (type === 'QUOTE_DOUBLE') return 'double';
  if (type === 'QUOTE_SINGLE') return 'single';
  return type === 'BLOCK_FOLDED' || type === 'BLOCK_LITERAL' ? 'block' : 'plain';
}

function contentStart(text: string, range: Range, style: ScalarStyle): number {
  if (style === 'plain') return range.start;
  if (style !== 'block') return range.start + 1;
  const lineEnd = text.indexOf('\n', range.start);
  return lineEnd === -1 ? range.end : Math.min(range.end, lineEnd + 1);
}

function entriesOf(node: YAMLMap.Parsed, range: Range, report: Report): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>();
  if (node.items.length > MAX_KEYS) {
    report.error('too-large', range, `${node.items.length} keys in one map; at most ${MAX_KEYS} are taken`);
    return entries;
  }
  for (const pair of node.items) addEntry(entries, pair, range, report);
  return entries;
}

function addEntry(entries: Map<string, Entry>, pair: Pair<ParsedNode, ParsedNode | null>, map: Range, report: Report): void {
  const key = pair.key === null ? map : rangeOf(pair.key);
  const name = isScalar(pair.key) ? pair.key.value : undefined;
  if (typeof name !== 'string') {
    report.error('bad-key', key, 'a key must be a string', 'quote it, or quote the whole value if { } belongs to a text');
    return;
  }
  if (FORBIDDEN_KEYS.has(name)) {
    report.error('bad-key', key, `the key ${name} is refused`);
    return;
  }
  if (name === '<<') {
    report.error('yaml-feature', key, 'merge keys are not taken in a runbook', 'write the keys out');
    return;
  }
  const before = entries.get(name);
  if (before) {
    const first = report.place(before.key.start).line;
    report.error('duplicate-key', key, `the key ${name} stands here a second time`, `the first is in line ${first}`);
    return;
  }
  const value: Tree =
    pair.value === null ? { kind: 'scalar', range: key, value: null, offsetOf: () => key.start } : treeOf(pair.value, report);
  entries.set(name, { key, value });
}
