import { createHash } from 'node:crypto';
import { fail, ok, type Result } from '../../domain/failure.ts';

/** Values of the tokens that a keyword takes, by their letters (`man ssh_config`, TOKENS). `%%` always stands for `%`. */
export type Tokens = Readonly<Record<string, string>>;

/** The variables of the process, for `${NAME}` (`man ssh_config`, ENVIRONMENT VARIABLES). */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What a text is to be expanded with; what is absent stays as it is. */
export interface Expansion {
  readonly tokens?: Tokens;
  readonly env?: Environment;
}

/**
 * Fills in tokens and variables once, as `vdollar_percent_expand` of OpenSSH 9.2 does. Fails with `bad-input` for a token that the
 * keyword does not take, and for a variable that is not set.
 */
export function expand(text: string, { tokens, env }: Expansion): Result<string> {
  let found = '';
  for (let at = 0; at < text.length; at += 1) {
    const pair = text.slice(at, at + 2);
    if (env !== undefined && pair === '${') {
      const variable = variableAt(text, at + 2, env);
      if (!variable.ok) return variable;
      found += variable.value.text;
      at = variable.value.end;
    } else if (tokens !== undefined && pair.startsWith('%')) {
      const value = pair === '%%' ? '%' : tokenOf(tokens, pair.slice(1));
      if (value === undefined) return fail('bad-input', pair === '%' ? 'nothing follows the last %' : `${pair} is no token here`);
      found += value;
      at += 1;
    } else found += text.charAt(at);
  }
  return ok(found);
}

function tokenOf(tokens: Tokens, letter: string): string | undefined {
  return Object.hasOwn(tokens, letter) ? tokens[letter] : undefined;
}

function variableAt(text: string, start: number, env: Environment): Result<{ readonly text: string; readonly end: number }> {
  const end = text.indexOf('}', start);
  if (end < 0) return fail('bad-input', 'a ${ has no closing }');
  const name = text.slice(start, end);
  if (name === '') return fail('bad-input', '${} names no variable');
  const value = env[name];
  return value === undefined ? fail('bad-input', `the environment variable ${name} is not set`) : ok({ text: value, end });
}

/**
 * `~` and `~user` at the beginning of a path, as `tilde_expand` does. `homeOf` gives a home directory, one's own for the empty name.
 * Fails with `bad-input` for a user that there is not.
 */
export function expandTilde(path: string, homeOf: (user: string) => string | undefined): Result<string> {
  const [, user, rest] = /^~([^/]*)\/*(.*)$/s.exec(path) ?? [];
  if (user === undefined || rest === undefined) return ok(path);
  const home = homeOf(user);
  if (home === undefined) return fail('bad-input', `there is no user "${user}" on this machine`);
  return ok(`${home}${home.endsWith('/') ? '' : '/'}${rest}`);
}

/** What a connection is, for its tokens. */
export interface ConnectionFacts {
  /** The host as it was asked for. */
  readonly host: string;
  /** Where it is reached. */
  readonly hostName: string;
  readonly port: number;
  /** The login name there. */
  readonly user: string;
  readonly hostKeyAlias?: string | undefined;
  readonly localUser: string;
  readonly localUid: number;
  readonly localHome: string;
  /** With its domain, if the machine has one. */
  readonly localHostName: string;
}

/** The tokens that most keywords take (`DEFAULT_CLIENT_PERCENT_EXPAND_ARGS`); the alias for `%k` defaults to `keyName`. */
export function connectionTokens(facts: ConnectionFacts, keyName: string): Tokens {
  const { host, hostName, user, localHostName } = facts;
  const port = String(facts.port);
  return {
    C: createHash('sha1').update(`${localHostName}${hostName}${port}${user}`).digest('hex'),
    L: localHostName.replace(/\..*$/s, ''),
    d: facts.localHome,
    h: hostName,
    i: String(facts.localUid),
    k: facts.hostKeyAlias ?? keyName,
    l: localHostName,
    n: host,
    p: port,
    r: user,
    u: facts.localUser,
  };
}
