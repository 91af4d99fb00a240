import { trailingBlanks } from './blanks.ts';
import { ENV_RULES_BEFORE_254, type EnvAssignment, type EnvFile, type EnvFileRules, parseEnvFile, winningAssignment } from './env-file.ts';
import { writeEnvValue, writeInQuote, writeSplitWord } from './env-value.ts';
import { extractWords, SPLIT_RULES } from './extract-word.ts';
import { applyEdits } from './traced-text.ts';
import { changedWords, changesNothing, type WordChange, wordEdits } from './word-edit.ts';

/** The words that `$NAME` in `ExecStart=` becomes with such a value. */
export function splitValue(assignment: Pick<EnvAssignment, 'value'>): readonly string[] {
  return (extractWords(assignment.value, SPLIT_RULES) ?? []).map(({ word }) => word.text);
}

/**
 * The file with a variable set: in the value of the assignment that counts, in its kind of quotes, or in a line at the end.
 * Undefined when no such file would be read back as meant (a file whose last quote is never closed, for one).
 */
export function setVariable(text: string, name: string, value: string, rules: EnvFileRules = ENV_RULES_BEFORE_254): string | undefined {
  const before = parseEnvFile(text, rules);
  if (before.refused !== undefined) return undefined;
  const assignment = winningAssignment(before, name);
  if (assignment?.value.text === value) return text;
  if (assignment === undefined) {
    const added = addLine(text, `${name}=${writeEnvValue(value, '"')}`);
    return isChangedTo(before, parseEnvFile(added, rules), before.assignments.length, [name, value]) ? added : undefined;
  }
  return rewritten(before, assignment, value, rules);
}

/** The file without any assignment of a variable; their lines go whole. Undefined when the rest would then mean something else. */
export function unsetVariable(text: string, name: string, rules: EnvFileRules = ENV_RULES_BEFORE_254): string | undefined {
  const before = parseEnvFile(text, rules);
  if (before.refused !== undefined) return undefined;
  const edits = before.assignments.filter((assignment) => assignment.name === name).map((assignment) => wholeLines(text, assignment));
  const edited = applyEdits(text, edits);
  const left = before.assignments.filter((assignment) => assignment.name !== name);
  return sameMeaning(left, parseEnvFile(edited, rules).assignments) ? edited : undefined;
}

/**
 * The file with the words of a variable changed (arguments that `$NAME` brings into a command line), every other byte kept:
 * quotes, comments, order, line ends, a missing final newline. Without any word left, an empty value stays. Undefined when
 * the variable is not there, or its new value cannot be written so that it is read back as meant.
 */
export function editVariableWords(text: string, name: string, change: WordChange, rules = ENV_RULES_BEFORE_254): string | undefined {
  const before = parseEnvFile(text, rules);
  const assignment = winningAssignment(before, name);
  if (assignment === undefined) return undefined;
  if (changesNothing(change)) return text;
  const wanted = changedWords(splitValue(assignment), change);
  const index = before.assignments.indexOf(assignment);
  const local = editInPlace(text, assignment, change);
  if (local !== undefined && hasWords(before, parseEnvFile(local, rules), index, wanted)) return local;
  return rewritten(before, assignment, wanted.map(writeSplitWord).join(' '), rules);
}

function editInPlace(text: string, assignment: EnvAssignment, change: WordChange): string | undefined {
  const words = extractWords(assignment.value, SPLIT_RULES) ?? [];
  const list = { file: text, source: assignment.value, words, emptyAt: emptyPlace(text, assignment) };
  const encode = (word: string, index: number): string | undefined =>
    writeInQuote(writeSplitWord(word), assignment.quotes[index] ?? text.charAt(list.emptyAt - 1).replace(/[^"']/, ''));
  const edits = wordEdits(list, change, encode);
  return edits === undefined ? undefined : applyEdits(text, edits);
}

/** Where a value that has no character may get some: between its quotes, if it has any. */
function emptyPlace(text: string, assignment: EnvAssignment): number {
  const raw = text.slice(assignment.valueFrom, assignment.valueTo);
  return assignment.valueFrom + raw.length - raw.trimStart().length + (/^\s*["']/.test(raw) ? 1 : 0);
}

function rewritten(before: EnvFile, assignment: EnvAssignment, value: string, rules: EnvFileRules): string | undefined {
  const raw = before.text.slice(assignment.valueFrom, assignment.valueTo);
  const lead = /^[ \t]*/.exec(raw)?.[0] ?? '';
  const quote = /^["']/.exec(raw.slice(lead.length))?.[0] ?? '';
  const text = lead + writeEnvValue(value, quote);
  const edited = applyEdits(before.text, [{ from: assignment.valueFrom, to: assignment.valueTo, text }]);
  const index = before.assignments.indexOf(assignment);
  return isChangedTo(before, parseEnvFile(edited, rules), index, [assignment.name, value]) ? edited : undefined;
}

function addLine(text: string, line: string): string {
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  return text === '' || /[\n\r]$/.test(text) ? text + line + newline : text + newline + line;
}

function wholeLines(text: string, assignment: EnvAssignment): { from: number; to: number; text: string } {
  const indent = assignment.from - trailingBlanks(text.slice(0, assignment.from), ' \t');
  const newline = /^(?:\r\n|\n|\r)?/.exec(text.slice(assignment.valueTo))?.[0].length ?? 0;
  return { from: assignment.from - indent, to: assignment.valueTo + newline, text: '' };
}

type Meaning = Pick<EnvAssignment, 'name' | 'value'>;

function sameMeaning(a: readonly Meaning[], b: readonly Meaning[]): boolean {
  return a.length === b.length && a.every((one, index) => one.name === b[index]?.name && one.value.text === b[index]?.value.text);
}

function isChangedTo(before: EnvFile, after: EnvFile, index: number, [name, value]: readonly [string, string]): boolean {
  const wanted: Meaning[] = [...before.assignments];
  wanted[index] = { name, value: { text: value, from: [], to: [] } };
  return after.refused === undefined && sameMeaning(wanted, after.assignments);
}

function hasWords(before: EnvFile, after: EnvFile, index: number, words: readonly string[]): boolean {
  const changed = after.assignments[index];
  if (changed === undefined || !isChangedTo(before, after, index, [changed.name, changed.value.text])) return false;
  return JSON.stringify(splitValue(changed)) === JSON.stringify(words);
}
