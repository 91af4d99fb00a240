import { fail, ok, type Result } from '../domain/failure.ts';
import { splitWords } from './shell-words.ts';

/** What `ansible_ssh_args` and its kin can say; what is not here was not said. */
export interface SshArguments {
  readonly identityFiles: readonly string[];
  readonly knownHostsFiles?: readonly string[];
  readonly connectTimeout?: string;
  readonly port?: string;
  readonly user?: string;
  /** ProxyJump or ProxyCommand, whichever is said first. */
  readonly way?: { readonly kind: 'jump' | 'command'; readonly value: string };
  readonly hostKeyAlias?: string;
  /** StrictHostKeyChecking, where it leaves host keys checked. */
  readonly hostKeyChecking?: string;
}

type Draft = { -readonly [Name in keyof SshArguments]: SshArguments[Name] } & { identityFiles: string[] };

/** Letters of ssh that take a value and are understood, as the options that they stand for. */
const LETTERS: ReadonlyMap<string, string> = new Map([
  ['i', 'identityfile'],
  ['p', 'port'],
  ['l', 'user'],
  ['J', 'proxyjump'],
]);

/** Letters and options that ask for what is done anyway, or for nothing that is seen: one connection a host is shared by all that is asked. */
const IDLE_LETTERS: ReadonlySet<string> = new Set(['-C', '-T', '-a', '-q', '-x']);
const IDLE_OPTIONS: ReadonlySet<string> = new Set([
  'batchmode',
  'compression',
  'controlmaster',
  'controlpath',
  'controlpersist',
  'loglevel',
]);

function knownHosts(value: string): Result<readonly string[]> {
  const files = splitWords(value, { comments: false });
  if (!files.ok) return files;
  const names = files.value.map((word) => word.text);
  const none = names.find((name) => name === '/dev/null' || name.toLowerCase() === 'none');
  if (names.length === 0 || none !== undefined) {
    return fail('refused', `UserKnownHostsFile=${value} is refused: host keys are always checked`, {
      hint: 'name a file that holds the host keys',
    });
  }
  return ok(names);
}

/** Applies one option. As with ssh, the first value counts, but identity files add up. */
function apply(option: string, value: string, into: Draft): Result<void> {
  const name = option.toLowerCase();
  if (name === 'identityfile') into.identityFiles.push(value);
  else if (name === 'userknownhostsfile') {
    const files = knownHosts(value);
    if (!files.ok) return files;
    into.knownHostsFiles ??= files.value;
  } else if (name === 'connecttimeout') into.connectTimeout ??= value;
  else if (name === 'port') into.port ??= value;
  else if (name === 'user') into.user ??= value;
  else if (name === 'hostkeyalias') into.hostKeyAlias ??= value;
  else if (name === 'stricthostkeychecking' && /^(yes|ask|accept-new)$/i.test(value)) into.hostKeyChecking ??= value;
  else if (name === 'proxyjump') into.way ??= { kind: 'jump', value };
  else if (name === 'proxycommand') into.way ??= { kind: 'command', value };
  else if (!IDLE_OPTIONS.has(name)) return unsupported(`-o ${option}=${value}`);
  return ok(undefined);
}

function unsupported(what: string): Result<never> {
  return fail('refused', `the ssh argument ${what} is not supported`, {
    hint: 'understood are -i, -l, -p, -J and -o IdentityFile, User, Port, ConnectTimeout, UserKnownHostsFile, StrictHostKeyChecking (yes, accept-new), ProxyJump, ProxyCommand, HostKeyAlias',
  });
}

/** `Name=value`, `Name value` or `Name = value`, as after `-o`. */
function applyOption(text: string, into: Draft): Result<void> {
  const [, name = '', value = ''] = /^\s*([A-Za-z0-9]+)(?:\s*=\s*|\s+)(.*)$/s.exec(text) ?? [];
  if (name === '') return unsupported(`-o ${text}`);
  const unquoted = /^"([^"]*)"$/.exec(value.trim())?.[1] ?? value.trim();
  return unquoted === '' ? unsupported(`-o ${text}`) : apply(name, unquoted, into);
}

/** Reads words as ssh's command line. Everything that is not understood is a failure that names it. */
export function sshArguments(text: string): Result<SshArguments> {
  const words = splitWords(text, { comments: false });
  if (!words.ok) return words;
  const found: Draft = { identityFiles: [] };
  const rest = words.value.map((word) => word.text);
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (IDLE_LETTERS.has(word)) continue;
    const letter = /^-([oilpJ])/.exec(word)?.[1];
    if (letter === undefined) return unsupported(word);
    const value = word.length > 2 ? word.slice(2) : rest.shift();
    if (value === undefined) return fail('refused', `the ssh argument ${word} has no value`);
    const done = letter === 'o' ? applyOption(value, found) : apply(LETTERS.get(letter) ?? '', value, found);
    if (!done.ok) return done;
  }
  return ok(found);
}
