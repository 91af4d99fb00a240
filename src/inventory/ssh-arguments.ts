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
  /** What goes to the configuration of ssh as it is, as after `-o`. */
  readonly options: readonly string[];
}

/** Arguments, with what was passed over. */
export interface HeededArguments {
  readonly arguments: SshArguments;
  /** The file of `-F`, as it is written. */
  readonly configFile?: string;
  /** What was not understood, or never can be, as it is written. */
  readonly passedOver: readonly string[];
}

type Draft = { -readonly [Name in keyof SshArguments]: SshArguments[Name] } & { identityFiles: string[]; options: string[] };

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
  'requesttty',
  'serveralivecountmax',
  'tcpkeepalive',
  'visualhostkey',
]);

/** Options of which one value asks for what is done anyway: keys come first, and a password only where the inventory has one. */
const IDLE_VALUES: ReadonlyMap<string, string> = new Map([
  ['forwardagent', 'no'],
  ['forwardx11', 'no'],
  ['gssapiauthentication', 'no'],
  ['passwordauthentication', 'no'],
  ['preferredauthentications', 'publickey'],
]);

/** Options that both clients follow as the configuration of ssh says them. */
const OPTIONS: ReadonlySet<string> = new Set(['addressfamily', 'bindaddress', 'identitiesonly', 'serveraliveinterval']);

/** Letters of ssh that take a value (ssh(1)), so that it is no letter of its own. */
const WITH_VALUE = /^-[BbcDEeFIiJLlmOopQRSWw]/;

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
  else if (OPTIONS.has(name)) into.options.push(`${option} ${value}`);
  else if (!IDLE_OPTIONS.has(name) && IDLE_VALUES.get(name) !== value.toLowerCase()) return unsupported(`-o ${option}=${value}`);
  return ok(undefined);
}

function unsupported(what: string): Result<never> {
  return fail('refused', `the ssh argument ${what} is not supported`, {
    hint: 'understood are -i, -l, -p, -J and -o IdentityFile, User, Port, ConnectTimeout, UserKnownHostsFile, StrictHostKeyChecking (yes, accept-new), ProxyJump, ProxyCommand, HostKeyAlias, IdentitiesOnly, ServerAliveInterval, AddressFamily, BindAddress',
  });
}

/** `Name=value`, `Name value` or `Name = value`, as after `-o`. */
function applyOption(text: string, into: Draft): Result<void> {
  const [, name = '', value = ''] = /^\s*([A-Za-z0-9]+)(?:\s*=\s*|\s+)(.*)$/s.exec(text) ?? [];
  if (name === '') return unsupported(`-o ${text}`);
  const unquoted = /^"([^"]*)"$/.exec(value.trim())?.[1] ?? value.trim();
  return unquoted === '' ? unsupported(`-o ${text}`) : apply(name, unquoted, into);
}

/** One argument of ssh, with its value where it has one. */
interface Argument {
  /** As it is written, without its value. */
  readonly word: string;
  readonly letter: string;
  readonly value?: string;
}

function argumentsIn(text: string): Result<readonly Argument[]> {
  const words = splitWords(text, { comments: false });
  if (!words.ok) return words;
  const rest = words.value.map((word) => word.text);
  const found: Argument[] = [];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const letter = word.slice(0, 2);
    const value = WITH_VALUE.test(word) ? word.slice(2) || rest.shift() : undefined;
    found.push({ word, letter, ...(value === undefined ? {} : { value }) });
  }
  return ok(found);
}

function applyArgument({ word, letter, value }: Argument, into: Draft): Result<void> {
  if (IDLE_LETTERS.has(word)) return ok(undefined);
  const option = LETTERS.get(letter.slice(1));
  if (letter !== '-o' && option === undefined) return unsupported(word);
  if (value === undefined) return fail('refused', `the ssh argument ${word} has no value`);
  return option === undefined ? applyOption(value, into) : apply(option, value, into);
}

/** Reads words as ssh's command line. Everything that is not understood is a failure that names it. */
export function sshArguments(text: string): Result<SshArguments> {
  const found: Draft = { identityFiles: [], options: [] };
  const each = argumentsIn(text);
  if (!each.ok) return each;
  for (const argument of each.value) {
    const done = applyArgument(argument, found);
    if (!done.ok) return done;
  }
  return ok(found);
}

/**
 * The same for what is said of all hosts at once, where one word that is not understood is no reason to reach none of them: it is passed
 * over and named. `-F` counts here.
 */
export function heededArguments(text: string): Result<HeededArguments> {
  const found: Draft = { identityFiles: [], options: [] };
  const passedOver: string[] = [];
  let configFile: string | undefined;
  const each = argumentsIn(text);
  if (!each.ok) return each;
  for (const argument of each.value) {
    const { word, letter, value } = argument;
    if (letter === '-F' && value !== undefined) configFile = value;
    else if (!applyArgument(argument, found).ok) passedOver.push(value === undefined || word.length > 2 ? word : `${word} ${value}`);
  }
  return ok({ arguments: found, passedOver, ...(configFile === undefined ? {} : { configFile }) });
}
