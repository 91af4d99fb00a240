import { type EnvAssignment, type EnvFileRules, isVariableName, parseEnvFile } from './env-file.ts';
import type { ExecWord } from './exec-line.ts';
import { extractWords, SPLIT_RULES } from './extract-word.ts';
import { isSetByManager } from './manager-variable.ts';
import { substitute } from './substitute.ts';
import { lineIndex, type TracedText } from './traced-text.ts';
import type { DefinedCommand, DefinedVariable, UnitDefinition } from './unit-definition.ts';

/** An environment file that a unit names, in order; `text` undefined: there is no such file. */
export interface EnvironmentText {
  readonly path: string;
  readonly optional: boolean;
  readonly text: string | undefined;
}

/** The definition of a variable that counts. */
export type VariableSource = { readonly name: string; readonly value: TracedText; readonly path: string; readonly text: string } & (
  | { readonly kind: 'environment'; readonly variable: DefinedVariable }
  | { readonly kind: 'env-file'; readonly assignment: EnvAssignment }
);

/** One argument as the program is given it. */
export interface Argument {
  readonly text: string;
  /** The file that it is defined in, and the line its first character stands on (1-based). */
  readonly file: string;
  readonly line: number;
  /** The variable that brings it; `''` when it stands in `ExecStart=` itself. */
  readonly variable: string;
  /** It holds a specifier or variable whose value cannot be known from files. */
  readonly uncertain: boolean;
  /** Index of the word of the command line that it comes from. */
  readonly word: number;
  /** It is one of the words that `$NAME` was split into: of which definition, and which one. */
  readonly split?: { readonly source: VariableSource; readonly index: number };
}

/** A command with its argv, argv[0] included. */
export interface EffectiveCommand {
  readonly command: DefinedCommand;
  readonly argv: readonly Argument[];
}

/** How a unit's processes are started. */
export interface EffectiveUnit {
  readonly commands: readonly EffectiveCommand[];
  /** By name, the definition that counts; names of `UnsetEnvironment=` are not in it. */
  readonly variables: ReadonlyMap<string, VariableSource>;
  /** Those of the definition, and of the environment files. */
  readonly problems: readonly string[];
}

/**
 * What Linux hands to a program at the most, in bytes (`man execve`: a quarter of the usual stack). Files may say far more:
 * a variable that stands in a command line many times.
 */
const MOST_BYTES = 2_097_152;

/**
 * Derives the argv of a unit's commands from its files, by systemd's rules (v252: src/core/execute.c, src/basic/env-util.c):
 * files named by `EnvironmentFile=` win over `Environment=`, later files over earlier ones; `$NAME` as a word of its own is
 * split into zero or more arguments; `${NAME}` never splits, also inside a word; `$$` is a dollar; a variable that is not set
 * is empty.
 */
export function effectiveUnit(definition: UnitDefinition, files: readonly EnvironmentText[], rules?: EnvFileRules): EffectiveUnit {
  const problems = [...definition.problems];
  const variables = new Map<string, VariableSource>();
  for (const variable of definition.environment.values()) {
    const { path, text } = variable.file;
    variables.set(variable.name, { kind: 'environment', name: variable.name, value: variable.value, path, text, variable });
  }
  for (const file of files) readEnvironmentFile(file, variables, problems, rules);
  const unset = new Set(definition.unset);
  for (const [name, { value }] of variables) {
    if (unset.has(name) || unset.has(`${name}=${value.text}`)) variables.delete(name);
  }
  const expansion: Expansion = { definition, variables, unset, lines: new Map(), left: MOST_BYTES };
  const commands = definition.commands.map((command) => ({ command, argv: argvOf(command, expansion) }));
  if (expansion.left < 0) problems.push('its arguments are longer than Linux takes, and systemd does not start it');
  return { commands, variables, problems };
}

function readEnvironmentFile(
  file: EnvironmentText,
  variables: Map<string, VariableSource>,
  problems: string[],
  rules?: EnvFileRules,
): void {
  const consequence = file.optional ? 'systemd ignores it' : 'systemd does not start the unit without it';
  if (file.text === undefined) {
    if (!file.optional) problems.push(`${file.path} does not exist, and ${consequence}`);
    return;
  }
  const parsed = parseEnvFile(file.text, rules);
  if (parsed.refused !== undefined) problems.push(`${file.path} is not read: ${parsed.refused}; ${consequence}`);
  for (const assignment of parsed.assignments.filter(({ name }) => isVariableName(name))) {
    const { name, value } = assignment;
    variables.set(name, { kind: 'env-file', name, value, path: file.path, text: file.text, assignment });
  }
}

interface Expansion {
  readonly definition: UnitDefinition;
  readonly variables: ReadonlyMap<string, VariableSource>;
  readonly unset: ReadonlySet<string>;
  /** By a file's text, the line of an offset in it. */
  readonly lines: Map<string, (offset: number) => number>;
  /** How many bytes of arguments may still come; below 0 there are no more. */
  left: number;
}

function argvOf(command: DefinedCommand, expansion: Expansion): readonly Argument[] {
  const argv: Argument[] = [];
  for (const [index, word] of command.words.entries()) {
    for (const argument of argumentsOf(command, word, index, expansion)) {
      expansion.left -= argument.text.length + 1;
      if (expansion.left < 0) return argv;
      argv.push(argument);
    }
  }
  return argv;
}

function argumentsOf(command: DefinedCommand, word: ExecWord, index: number, expansion: Expansion): readonly Argument[] {
  const { text } = word.word;
  if (!command.expands) return [literal(command, word, index, text, expansion)];
  if (/^\$(?![{$])/.test(text)) return split(command, word, index, expansion);
  return [substituted(command, word, index, expansion)];
}

function literal(command: DefinedCommand, word: ExecWord, index: number, text: string, expansion: Expansion): Argument {
  const line = lineIn(command.file.text, command.entry.value.from[word.start] ?? command.entry.from, expansion);
  return { text, file: command.file.path, line, variable: '', uncertain: word.uncertain, word: index };
}

function lineIn(text: string, offset: number, { lines }: Expansion): number {
  const known = lines.get(text) ?? lineIndex(text);
  lines.set(text, known);
  return known(offset);
}

/** `$NAME` alone: the variable's words; also when `NAME` cannot be the name of one, and so never is set. */
function split(command: DefinedCommand, word: ExecWord, index: number, expansion: Expansion): readonly Argument[] {
  const name = word.word.text.slice(1);
  const source = expansion.variables.get(name);
  if (source === undefined) {
    return isUnknown(name, expansion) ? [{ ...literal(command, word, index, word.word.text, expansion), uncertain: true }] : [];
  }
  return (extractWords(source.value, SPLIT_RULES) ?? []).map((part, position) => ({
    text: part.word.text,
    file: source.path,
    line: lineIn(source.text, source.value.from[part.start] ?? 0, expansion),
    variable: name,
    uncertain: word.uncertain || (source.kind === 'environment' && source.variable.uncertain),
    word: index,
    split: { source, index: position },
  }));
}

/** `${NAME}` anywhere in a word, and `$$`; every other `$` stays (replace_env with no flags). */
function substituted(command: DefinedCommand, word: ExecWord, index: number, expansion: Expansion): Argument {
  const used: VariableSource[] = [];
  let unknown = false;
  const valueFor = (name: string): string | undefined => {
    const source = expansion.variables.get(name);
    if (source !== undefined) used.push(source);
    if (source !== undefined || !isUnknown(name, expansion)) return source?.value.text ?? '';
    unknown = true;
    return undefined;
  };
  const text = substitute(word.word.text, valueFor, expansion.left);
  const argument = literal(command, word, index, text, expansion);
  const uncertain = word.uncertain || unknown || used.some((source) => source.kind === 'environment' && source.variable.uncertain);
  const alone = /^\$\{[^}:]*\}$/.test(word.word.text) ? used[0] : undefined;
  if (alone === undefined) return { ...argument, uncertain };
  const from = alone.value.from[0] ?? definitionStart(alone);
  return { ...argument, uncertain, file: alone.path, line: lineIn(alone.text, from, expansion), variable: alone.name };
}

/** Where the assignment of a variable begins. */
function definitionStart(source: VariableSource): number {
  if (source.kind === 'env-file') return source.assignment.from;
  return source.variable.entry.value.from[source.variable.start] ?? source.variable.entry.from;
}

function isUnknown(name: string, { definition, unset }: Expansion): boolean {
  return !unset.has(name) && (definition.passed.has(name) || isSetByManager(name, definition.hasUser));
}
