import type { Command, Option } from 'commander';

/** What may stand at the end of a command line, by kind; the words of the program itself are there already. */
export type Wanted =
  | { readonly kind: 'words'; readonly words: readonly Candidate[] }
  | { readonly kind: 'runbooks' | 'inputs' | 'runs' | 'patterns' | 'step-types' | 'files' | 'nothing' };

/** A word, and what it means. */
export interface Candidate {
  readonly word: string;
  readonly says: string;
}

/** A command line that is being typed, as far as it is understood. */
export interface Typing {
  readonly command: Command;
  /** The word that is being typed; '' when it has not begun. */
  readonly current: string;
  /** What stands in the place of the command's arguments, in order. */
  readonly given: readonly string[];
  /** Values of `-i`. */
  readonly inventory: readonly string[];
  readonly wanted: Wanted;
}

/** Options by what their value is; the others take any text. */
const VALUES: Readonly<Record<string, Exclude<Wanted['kind'], 'words'>>> = {
  limit: 'patterns',
  hosts: 'patterns',
  input: 'inputs',
  inventory: 'files',
  vaultPasswordFile: 'files',
  ageIdentity: 'files',
  sshConfig: 'files',
  stateDir: 'files',
  out: 'files',
  prometheusTextfile: 'files',
  sign: 'files',
  key: 'files',
};

const ARGUMENTS: Readonly<Record<string, Exclude<Wanted['kind'], 'words'>>> = {
  name: 'runbooks',
  run: 'runs',
  pattern: 'patterns',
  host: 'patterns',
  type: 'step-types',
  file: 'files',
  files: 'files',
};

/** Reads the words after `runbook`, the last of which is being typed, by the program's own commands and options. */
export function typingOf(program: Command, words: readonly string[]): Typing {
  let command = program;
  let pending: Option | undefined;
  const given: string[] = [];
  const inventory: string[] = [];
  for (const word of words.slice(0, -1)) {
    if (pending !== undefined) {
      if (pending.attributeName() === 'inventory') inventory.push(word);
      pending = undefined;
    } else if (word.startsWith('-') && word !== '-') {
      const option = optionNamed(command, word);
      pending = option?.required && !word.includes('=') ? option : undefined;
    } else {
      const inner = given.length === 0 ? command.commands.find((each) => each.name() === word) : undefined;
      if (inner === undefined) given.push(word);
      else command = inner;
    }
  }
  const current = words.at(-1) ?? '';
  return { command, current, given, inventory, wanted: wantedAt(command, given.length, current, pending) };
}

function wantedAt(command: Command, position: number, current: string, pending: Option | undefined): Wanted {
  if (pending !== undefined) return valuesOf(pending);
  if (current.startsWith('-')) return { kind: 'words', words: command.options.filter(({ hidden }) => !hidden).flatMap(flagsOf) };
  if (command.commands.length > 0 && position === 0) {
    const words = command
      .createHelp()
      .visibleCommands(command)
      .map((each) => ({ word: each.name(), says: each.summary() }));
    return { kind: 'words', words };
  }
  const argument = command.registeredArguments[position] ?? command.registeredArguments.findLast(({ variadic }) => variadic);
  if (argument === undefined) return { kind: 'nothing' };
  if (argument.argChoices) return { kind: 'words', words: argument.argChoices.map((word) => ({ word, says: '' })) };
  return { kind: ARGUMENTS[argument.name()] ?? 'nothing' };
}

function valuesOf(option: Option): Wanted {
  if (option.argChoices) return { kind: 'words', words: option.argChoices.map((word) => ({ word, says: '' })) };
  return { kind: VALUES[option.attributeName()] ?? 'nothing' };
}

function flagsOf({ long, short, description }: Option): readonly Candidate[] {
  return [long, short].flatMap((word) => (word ? [{ word, says: description }] : []));
}

function optionNamed(command: Command, word: string): Option | undefined {
  const [name = ''] = word.split('=');
  return command.options.find(({ long, short }) => long === name || short === name);
}
