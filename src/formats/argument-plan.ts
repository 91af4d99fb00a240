import type { WordAction, WordChange } from './word-edit.ts';

/** Flags to take away, and flags to give a value (`''`: none), by their names as written, such as `--v` or `-v`. */
export interface ArgumentChange {
  readonly remove: readonly string[];
  readonly set: Readonly<Record<string, string>>;
}

/** One thing that a plan does, for people. */
interface ArgumentNote {
  readonly sign: '-' | '~' | '+';
  readonly text: string;
  /** The argument it is about; absent when it is a new one. */
  readonly index?: number;
}

/** What becomes of each argument, and why. */
export interface ArgumentPlan {
  readonly change: WordChange;
  readonly notes: readonly ArgumentNote[];
}

/**
 * Plans a change of a program's arguments, argv[0] not among them. `--flag=value` is one argument. A word that follows a bare
 * `--flag` and does not begin with `-` is taken for the flag's value and goes with it (so would a stray word after a flag that
 * takes none). After `--` there are no flags. A flag that is set several times keeps its last place and loses the others;
 * one that is not there yet is added at the end. Undefined when it cannot be added because of a `--`.
 */
export function planArguments(args: readonly string[], change: ArgumentChange): ArgumentPlan | undefined {
  const end = args.indexOf('--') === -1 ? args.length : args.indexOf('--');
  const flags = occurrences(args.slice(0, end));
  const actions: WordAction[] = args.map(() => ({ kind: 'keep' }));
  const notes: ArgumentNote[] = [];
  const append: string[] = [];
  for (const flag of flags.filter(({ name }) => change.remove.includes(name))) drop(flag, args, actions, notes);
  for (const [name, value] of Object.entries(change.set)) {
    const found = flags.filter((flag) => flag.name === name && actions[flag.index]?.kind === 'keep');
    const last = found.pop();
    for (const flag of found) drop(flag, args, actions, notes);
    if (last !== undefined) assign(last, value, args, actions, notes);
    else {
      append.push(joined(name, value));
      notes.push({ sign: '+', text: joined(name, value) });
    }
  }
  return append.length > 0 && end < args.length ? undefined : { change: { actions, append }, notes };
}

/** A flag among arguments. `value`: the index of the word that is its value; absent when it stands after a `=`, or there is none. */
export interface FlagOccurrence {
  readonly name: string;
  readonly index: number;
  readonly value?: number;
}

/** The flags among arguments, in order; a bare word after a flag without `=` is taken for its value. */
export function occurrences(args: readonly string[]): readonly FlagOccurrence[] {
  const found: FlagOccurrence[] = [];
  for (const [index, arg] of args.entries()) {
    if (!isFlag(arg)) continue;
    const next = args[index + 1];
    const takesNext = !arg.includes('=') && next !== undefined && !isFlag(next);
    found.push({ name: flagName(arg), index, ...(takesNext ? { value: index + 1 } : {}) });
  }
  return found;
}

/** Whether an argument is a flag: it begins with a dash, and is more than that. */
export function isFlag(arg: string): boolean {
  return arg.startsWith('-') && arg !== '-';
}

/** A flag's name: what stands before its first `=`. */
export function flagName(arg: string): string {
  const equals = arg.indexOf('=');
  return equals === -1 ? arg : arg.slice(0, equals);
}

function joined(name: string, value: string): string {
  return value === '' ? name : `${name}=${value}`;
}

function shown(flag: FlagOccurrence, args: readonly string[]): string {
  const own = args[flag.index] ?? '';
  return flag.value === undefined ? own : `${own} ${args[flag.value] ?? ''}`;
}

function drop(flag: FlagOccurrence, args: readonly string[], actions: WordAction[], notes: ArgumentNote[]): void {
  actions[flag.index] = { kind: 'remove' };
  if (flag.value !== undefined) actions[flag.value] = { kind: 'remove' };
  notes.push({ sign: '-', text: shown(flag, args), index: flag.index });
}

function assign(flag: FlagOccurrence, value: string, args: readonly string[], actions: WordAction[], notes: ArgumentNote[]): void {
  const before = args[flag.index] ?? '';
  if (flag.value !== undefined && value !== '') {
    if (args[flag.value] === value) return;
    actions[flag.value] = { kind: 'replace', text: value };
  } else {
    const after = joined(flag.name, value);
    if (before === after && flag.value === undefined) return;
    actions[flag.index] = { kind: 'replace', text: after };
    if (flag.value !== undefined) actions[flag.value] = { kind: 'remove' };
  }
  notes.push({ sign: '~', text: `${joined(flag.name, value)} (was ${shown(flag, args)})`, index: flag.index });
}
