import type { Failure } from '../domain/failure.ts';
import type { Endpoint } from '../domain/transport.ts';
import type { KnownKey, Verdict } from './known-hosts.ts';
import type { LoginNotes } from './login.ts';
import { fingerprint, keyType } from './ssh-wire.ts';

/** How far a connection came. */
export type ConnectPhase = 'connecting' | 'key exchange' | 'login';

function placeOf(target: Pick<Endpoint, 'address' | 'port'>): string {
  return target.address.includes(':') ? `[${target.address}]:${target.port}` : `${target.address}:${target.port}`;
}

/** What is wrong with a host's key: what known_hosts has, what the host showed, and what to do. */
export function hostKeyFailure(
  target: Pick<Endpoint, 'host' | 'knownHostsFiles'>,
  name: string,
  verdict: Exclude<Verdict, { kind: 'accepted' }>,
  shown: Uint8Array,
): Failure {
  const type = keyType(shown) ?? 'an unnamed type';
  const has = verdict.known.length === 0 ? 'nothing' : verdict.known.map(describe).join(', ');
  const file = target.knownHostsFiles[0] ?? '~/.ssh/known_hosts';
  return {
    code: 'host-key',
    message: `the host key of ${target.host} ${VERDICTS[verdict.kind]}: the host showed ${type} ${fingerprint(shown)}, known_hosts has ${has}`,
    at: name,
    hint: hintFor(verdict.kind, name, type, verdict.known[0]?.file ?? file),
  };
}

const VERDICTS = { unknown: 'is not known', changed: 'has changed', revoked: 'is revoked', 'ca-only': 'is not known by itself' };

function describe(key: KnownKey): string {
  const what = key.blob.length === 0 ? 'a damaged key' : fingerprint(key.blob);
  const marker = key.marker === 'none' ? '' : `@${key.marker} `;
  return `${marker}${key.type} ${what} (${key.file}:${key.line})`;
}

function hintFor(kind: keyof typeof VERDICTS, name: string, type: string, file: string): string {
  const show = `ssh-keygen -lf on the host's own ${type} key file`;
  if (kind === 'revoked') return 'do not log in: this key was declared compromised; ask who revoked it';
  if (kind === 'changed') {
    return `the host was reinstalled, or somebody is in between; if ${show} shows that fingerprint, run ssh-keygen -R '${name}' -f ${file} and add the new key`;
  }
  const ca = kind === 'ca-only' ? 'the built-in client has no host certificates: --transport openssh; else ' : '';
  const all = 'runbook hostkeys scan shows those of all hosts, and runbook hostkeys add adds the new ones';
  return `${ca}compare the fingerprint with ${show}, then add the key to ${file} under ${name}; ${all}`;
}

/** Nothing worked to log in: which keys and methods were tried, which were not, and why. */
export function authFailure(target: Endpoint, notes: LoginNotes, said?: string): Failure {
  const { usable, skipped } = notes.identities;
  const tried = [...usable.map((identity) => identity.label), ...(notes.password ? ['the password'] : [])];
  const parts = [
    tried.length === 0 ? 'there was no key or password to try' : `tried ${tried.join(', ')}`,
    ...(notes.problems.length === 0 ? [] : [`could not sign: ${notes.problems.join(', ')}`]),
    ...(skipped.length === 0 ? [] : [`not used: ${skipped.join(', ')}`]),
    ...(notes.partial ? ['the host took a part of that, and wants more'] : []),
    ...notes.unanswered.map((text) => `the host asked "${text}", and nobody was there to answer`),
    ...(notes.methods.length === 0 ? [] : [`the host takes ${notes.methods.join(', ')}`]),
    ...(said === undefined ? [] : [`the host said: ${said}`]),
  ];
  return {
    code: 'auth',
    message: `${target.user} cannot log in on ${target.host}: ${parts.join('; ')}`,
    at: placeOf(target),
    hint: `check the user name and that one of these keys is in its authorized_keys; try ssh -p ${target.port} ${target.user}@${target.address}; FIDO (sk) keys and certificates need --transport openssh`,
  };
}

/** The time was up before the login was done. */
export function timeoutFailure(target: Endpoint, phase: ConnectPhase): Failure {
  return {
    code: 'timed-out',
    message: `no answer from ${target.host} within ${target.connectTimeoutMs} ms (${phase})`,
    at: placeOf(target),
    hint:
      phase === 'connecting'
        ? 'is the host up, and does a firewall drop the packets?'
        : 'the port is open, but SSH on it is overloaded or hangs',
  };
}

/** The host could not be reached, or the connection broke before the login was done. */
export function unreachableFailure(target: Endpoint, phase: ConnectPhase, error: unknown): Failure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const why = REASONS[code] ?? (error instanceof Error && error.message !== '' ? error.message : String(error));
  const message = `cannot reach ${target.host}: ${why} (${phase})`;
  const hint = HINTS[code];
  return { code: 'unreachable', message, at: placeOf(target), ...(hint === undefined ? {} : { hint }) };
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EHOSTUNREACH: 'no route to host',
  ENETUNREACH: 'network unreachable',
  ENOTFOUND: 'the name does not resolve',
  EAI_AGAIN: 'the name server does not answer',
  ETIMEDOUT: 'no answer',
};

const HINTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the host is up, but nothing listens on that port: is sshd running, is the port right?',
  ENOTFOUND: 'check ansible_host, or the name itself',
};
