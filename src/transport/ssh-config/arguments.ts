import { isValidAlgorithmList } from './algorithm-list.ts';
import type { AlgorithmKeyword } from './algorithms-of-openssh.ts';
import { lowerCase } from './config-line.ts';
import { type Environment, expand } from './expand.ts';
import { isDomain, isNone, type JumpHop, parseJump, uncommented } from './jump.ts';
import { parseInteger, parsePort, parseTime } from './numbers.ts';

/** What the arguments of a line are judged by, beside themselves. */
export interface ArgumentFacts {
  readonly env: Environment;
  /** TCP ports by the names of their services. */
  readonly services: ReadonlyMap<string, number>;
  /** Whether the line is of a command line, where ssh is stricter. */
  readonly onCommandLine: boolean;
}

/** What follows a keyword: cut into arguments, and as it stands. */
export interface GivenArguments {
  readonly words: readonly string[];
  readonly rest: string;
}

/** What a line asks for. */
export type Effect =
  /** One value, of which the first counts; absent: as if the line were not there. */
  | { readonly kind: 'one'; readonly value?: string }
  /** Several values, of which the first line counts. */
  | { readonly kind: 'several'; readonly values: readonly string[] }
  /** A value more. */
  | { readonly kind: 'more'; readonly value: string }
  /** No hops: `none`. */
  | { readonly kind: 'jump'; readonly hops: readonly JumpHop[]; readonly list: string }
  /** ForwardAgent with a path: the switch and the path are two values. */
  | { readonly kind: 'forward-agent'; readonly path: string };

/** What is made of arguments: their effect and how many of them it took, or what is wrong with them. */
export type Parsed = { readonly effect: Effect; readonly taken: number } | { readonly problem: string };

/** How the arguments of a keyword are read. */
export type ArgumentParser = (given: GivenArguments, facts: ArgumentFacts) => Parsed;

const MISSING: Parsed = { problem: 'an argument is missing' };

function one(value: string | undefined, taken = 1): Parsed {
  return { effect: { kind: 'one', ...(value === undefined ? {} : { value }) }, taken };
}

/** One argument, which may be anything but empty, and what it stands for. */
function argument(read: (word: string, facts: ArgumentFacts) => Parsed | undefined, what: string): ArgumentParser {
  return ({ words: [word] }, facts) => {
    if (word === undefined || word === '') return MISSING;
    return read(word, facts) ?? { problem: `"${word}" is no ${what}` };
  };
}

/** Any one argument. */
export const anyString: ArgumentParser = argument((word) => one(word), 'argument');

/** One of some words, in any case; the values are as OpenSSH's manual spells them. */
export function choice(values: Readonly<Record<string, string>>): ArgumentParser {
  const known = Object.keys(values).join(', ');
  return argument((word) => {
    const value = Object.hasOwn(values, lowerCase(word)) ? values[lowerCase(word)] : undefined;
    return value === undefined ? { problem: `"${word}" is none of ${known}` } : one(value);
  }, 'value');
}

const number = (value: number | undefined): Parsed | undefined => (value === undefined ? undefined : one(String(value)));

/** An integer from 0. */
export const integer: ArgumentParser = argument((word) => number(parseInteger(word)), 'whole number');

/** A port from 1, or the name of a service. */
export const port: ArgumentParser = argument((word, { services }) => number(parsePort(word, services)), 'port');

/** Seconds. `none` is as if nothing were said: a later line counts. */
export const time: ArgumentParser = argument((word) => (word === 'none' ? one(undefined) : number(parseTime(word))), 'time');

/** One argument that adds up with those of other lines. */
export const oneMore: ArgumentParser = argument((word) => ({ effect: { kind: 'more', value: word }, taken: 1 }), 'argument');

/** The rest of the line as it stands, quotes and comments with it. */
export const command: ArgumentParser = ({ words, rest }) => one(rest.replace(/^[ \t\r\n=]+/, ''), words.length);

/** Algorithms, with `+`, `-` or `^` before them. */
export function algorithms(keyword: AlgorithmKeyword): ArgumentParser {
  return argument((word) => (isValidAlgorithmList(keyword, word) ? one(word) : undefined), 'list of algorithms that OpenSSH 9.2 knows');
}

/** Several arguments; `none` stands alone. `read` gives what an argument stands for, or undefined. */
export function several(read: (word: string) => string | undefined = (word) => word): ArgumentParser {
  return ({ words }) => {
    const values = words.map((word) => (word === '' ? undefined : read(word)));
    const wrong = values.indexOf(undefined);
    if (wrong >= 0) return { problem: `"${words[wrong] ?? ''}" cannot stand here` };
    if (words.length > 1 && words.some(isNone)) return { problem: '"none" must stand alone' };
    return { effect: { kind: 'several', values: values.filter((value) => value !== undefined) }, taken: words.length };
  };
}

/** A suffix of CanonicalDomains. */
export function domain(word: string): string | undefined {
  return isDomain(word) ? lowerCase(word).replace(/\.$/, '') : undefined;
}

/** A rule of CanonicalizePermittedCNAMEs: `from:to`, or `*`. */
export function cnameRule(word: string): string | undefined {
  return isNone(word) || word === '*' || /:./s.test(word) ? lowerCase(word) : undefined;
}

/** Whatever there is, unread: keywords that are not used here. ssh may find fault with more of it. */
export const unread: ArgumentParser = ({ words, rest }) => (words.length === 0 ? MISSING : one(rest, words.length));

/** Arguments of which each must pass; there may be none. */
export function each(isValid: (word: string) => boolean): ArgumentParser {
  return ({ words, rest }) => {
    const wrong = words.find((word) => !isValid(word));
    return wrong === undefined ? one(rest, words.length) : { problem: `"${wrong}" cannot stand here` };
  };
}

/** ProxyJump. */
export const jump: ArgumentParser = ({ words, rest }, { services, onCommandLine }) => {
  const text = rest.replace(/^[ \t\r\n=]+/, '');
  const hops = isNone(text) ? [] : parseJump(text, services, onCommandLine);
  if (hops === undefined) return { problem: `"${text}" is no list of [user@]host[:port]` };
  return { effect: { kind: 'jump', hops, list: uncommented(text) }, taken: words.length };
};

/** AddKeysToAgent: a choice, or a time, or `confirm` and a time. */
export const addKeys: ArgumentParser = ({ words: [word = '', lifetime] }) => {
  const choices: Readonly<Record<string, string>> = { yes: 'yes', true: 'yes', no: 'no', false: 'no', ask: 'ask', confirm: 'confirm' };
  const value = Object.hasOwn(choices, lowerCase(word)) ? choices[lowerCase(word)] : undefined;
  const seconds = parseTime(lifetime ?? (value === undefined ? word : '0'));
  if (seconds === undefined || (lifetime !== undefined && value !== 'confirm')) return { problem: `"${word}" is no choice and no time` };
  return one(seconds > 0 ? `${value ?? 'yes'} ${seconds}` : (value ?? 'yes'), lifetime === undefined ? 1 : 2);
};

/** ControlPersist: yes, no, or a time. */
export const persist: ArgumentParser = argument(
  (word) => (['yes', 'true', 'no', 'false'].includes(word) ? one(word) : number(parseTime(word))),
  'time',
);

/** EscapeChar: a character, `^` and a letter, or `none`. */
export const escapeCharacter: ArgumentParser = argument(
  (word) => (/^(none|.|\^[@-\x7f])$/s.test(word) ? one(word) : undefined),
  'escape character',
);

function agentProblem(word: string, env: Environment): string | undefined {
  const expanded = expand(word, { env });
  if (!expanded.ok) return expanded.failure.message;
  return /^\$(?!\{)(?![A-Za-z0-9_]+$)/.test(word) ? `"${word}" names no environment variable` : undefined;
}

/** IdentityAgent: a path whose variables are set, or `$NAME`. */
export const agentPath: ArgumentParser = argument((word, { env }) => {
  const problem = agentProblem(word, env);
  return problem === undefined ? one(word) : { problem };
}, 'path');

/** ForwardAgent: yes, no, or a path. */
export const forwardAgent: ArgumentParser = argument((word, { env }) => {
  if (/^(yes|true)$/i.test(word)) return one('yes');
  if (/^(no|false)$/i.test(word)) return one('no');
  const problem = agentProblem(word, env);
  return problem === undefined ? { effect: { kind: 'forward-agent', path: word }, taken: 1 } : { problem };
}, 'path');
