import type { Failure } from '../../domain/failure.ts';
import type { ArgumentFacts, Effect } from './arguments.ts';
import { type ConfigLine, readConfigLine, splitArguments } from './config-line.ts';
import { IGNORED, type Keyword, keywordOf } from './keywords.ts';
import { type Criterion, readMatch } from './match-line.ts';

/** What a line says. Whether it counts for a host, and whether an unknown keyword may be passed over, shows when lines are followed. */
export type Statement = { readonly at: string } & (
  | { readonly kind: 'host'; readonly patterns: readonly string[] }
  | { readonly kind: 'match'; readonly criteria: readonly Criterion[] }
  | { readonly kind: 'include'; readonly paths: readonly string[] }
  | { readonly kind: 'setting'; readonly keyword: Keyword; readonly effect: Effect; readonly text: string }
  /** `name` is in lower case. */
  | { readonly kind: 'unknown'; readonly name: string; readonly failure: Failure }
  | { readonly kind: 'wrong'; readonly failure: Failure }
);

/** Lines of a file, in order, without those that say nothing. Places are `file:line:column`. */
export function readStatements(text: string, file: string, facts: ArgumentFacts): readonly Statement[] {
  return text.split('\n').flatMap((line, index) => readStatement(line, `${file}:${index + 1}`, facts) ?? []);
}

/** One line; undefined for an empty one or a comment. `place` is its file and line, to which columns are added. */
export function readStatement(line: string, place: string, facts: ArgumentFacts): Statement | undefined {
  const found = readConfigLine(line);
  if (found === undefined) return undefined;
  const at = `${place}:${found.column}`;
  if (line.includes('\uFFFD')) return { kind: 'wrong', at, failure: { code: 'refused', message: 'the line is no UTF-8', at } };
  if (found.rest === '') return wrong(at, `${found.written} has no argument`);
  const words = splitArguments(found.rest);
  if (words === undefined) return wrong(`${place}:${found.restColumn}`, 'a quote is not closed');
  return statementOf(found, words, at, `${place}:${found.restColumn}`, facts);
}

function statementOf(line: ConfigLine, words: readonly string[], at: string, rest: string, facts: ArgumentFacts): Statement | undefined {
  if (line.keyword === 'host') return { kind: 'host', at, patterns: words };
  if (line.keyword === 'include') return { kind: 'include', at, paths: words };
  if (line.keyword === 'match') {
    const criteria = readMatch(line.rest, words.length > 0);
    return criteria.ok
      ? { kind: 'match', at, criteria: criteria.value }
      : { kind: 'wrong', at, failure: { ...criteria.failure, at: rest } };
  }
  if (IGNORED.has(line.keyword)) return undefined;
  const keyword = keywordOf(line.keyword);
  return keyword === undefined ? unknown(line, at) : settingOf(keyword, line, words, at, rest, facts);
}

function settingOf(
  keyword: Keyword,
  line: ConfigLine,
  words: readonly string[],
  at: string,
  rest: string,
  facts: ArgumentFacts,
): Statement {
  const parsed = keyword.parse({ words, rest: line.rest }, facts);
  if ('problem' in parsed) return wrong(rest, `${keyword.name}: ${parsed.problem}`);
  if (parsed.taken < words.length) return wrong(rest, `${keyword.name} has extra arguments: ${words.slice(parsed.taken).join(' ')}`);
  return { kind: 'setting', at, keyword, effect: parsed.effect, text: line.rest };
}

function wrong(at: string, message: string): Statement {
  return { kind: 'wrong', at, failure: { code: 'bad-input', message, at } };
}

function unknown(line: ConfigLine, at: string): Statement {
  const hint = `OpenSSH 9.2 does not know it either; "IgnoreUnknown ${line.keyword}" before it passes over it`;
  const failure: Failure = { code: 'bad-input', message: `bad configuration option: ${line.written}`, at, hint };
  return { kind: 'unknown', at, name: line.keyword, failure };
}
