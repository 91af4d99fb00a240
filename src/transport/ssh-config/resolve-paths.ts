import { fail, ok, type Result } from '../../domain/failure.ts';
import type { MachineNames } from './accounts.ts';
import type { Said } from './draft.ts';
import { type Expansion, expand, expandTilde, type Tokens } from './expand.ts';
import type { LocalUser } from './io.ts';
import type { Options } from './read-options.ts';

/** What paths are resolved with. */
export interface PathFacts {
  readonly tokens: Tokens;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly user: LocalUser;
  readonly names: MachineNames;
}

/** Files and sockets of a connection. */
interface ResolvedPaths {
  readonly identityFile: readonly string[];
  readonly certificateFile: readonly string[];
  readonly userKnownHostsFile: readonly string[];
  readonly globalKnownHostsFile: readonly string[];
  readonly identityAgent?: string;
  readonly forwardAgentSocket?: string;
}

/** `readconf.c`, `fill_default_options`. */
const IDENTITY_FILES = ['id_rsa', 'id_ecdsa', 'id_ecdsa_sk', 'id_ed25519', 'id_ed25519_sk', 'id_xmss', 'id_dsa'];
const defaults = (...paths: readonly string[]): readonly Said<string>[] => paths.map((value) => ({ value, at: 'the defaults of ssh' }));

/** Resolves what names files. Fails with `bad-input` for tokens, variables and users that there are not. */
export function resolvePaths({ draft }: Options, facts: PathFacts): Result<ResolvedPaths> {
  const more = draft.more('IdentityFile');
  const identities = more.length > 0 ? more : defaults(...IDENTITY_FILES.map((name) => `~/.ssh/${name}`));
  const identityFile = resolveAll('IdentityFile', identities.filter(isNamed), facts);
  if (!identityFile.ok) return identityFile;
  const certificateFile = resolveAll('CertificateFile', draft.more('CertificateFile'), facts);
  if (!certificateFile.ok) return certificateFile;
  const user = filesOf(draft.several('UserKnownHostsFile'), ['~/.ssh/known_hosts', '~/.ssh/known_hosts2']);
  const userKnownHostsFile = resolveAll('UserKnownHostsFile', user, facts);
  if (!userKnownHostsFile.ok) return userKnownHostsFile;
  const global = filesOf(draft.several('GlobalKnownHostsFile'), ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2']);
  const globalKnownHostsFile = resolveAll('GlobalKnownHostsFile', global, facts, {});
  if (!globalKnownHostsFile.ok) return globalKnownHostsFile;
  const agent = agentSocket(draft.one('IdentityAgent'), facts);
  if (!agent.ok) return agent;
  const forwarded = draft.one('ForwardAgent path');
  const socket = forwarded === undefined ? ok(undefined) : socketOf('ForwardAgent', forwarded, facts);
  if (!socket.ok) return socket;
  return ok({
    identityFile: identityFile.value,
    certificateFile: certificateFile.value,
    userKnownHostsFile: userKnownHostsFile.value,
    globalKnownHostsFile: globalKnownHostsFile.value,
    ...(agent.value === undefined ? {} : { identityAgent: agent.value }),
    ...(socket.value === undefined ? {} : { forwardAgentSocket: socket.value }),
  });
}

function isNamed({ value }: Said<string>): boolean {
  return value.toLowerCase() !== 'none';
}

function filesOf(said: Said<readonly string[]> | undefined, otherwise: readonly string[]): readonly Said<string>[] {
  if (said === undefined) return defaults(...otherwise);
  return said.value.map((value) => ({ value, at: said.at })).filter(isNamed);
}

function resolveAll(
  keyword: string,
  paths: readonly Said<string>[],
  facts: PathFacts,
  expansion: Expansion = facts,
): Result<readonly string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const resolved = resolvePath(path.value, facts, expansion);
    if (!resolved.ok) return fail('bad-input', `${keyword} ${path.value}: ${resolved.failure.message}`, { at: path.at });
    found.push(resolved.value);
  }
  return ok(found);
}

/** `~` first, then tokens and variables, as in `ssh.c`. */
function resolvePath(path: string, { user, names }: PathFacts, expansion: Expansion): Result<string> {
  const homeOf = (name: string) => (name === '' ? user.home : names.accounts.find((account) => account.name === name)?.home);
  const absolute = expandTilde(path, homeOf);
  return absolute.ok ? expand(absolute.value, expansion) : absolute;
}

/** `none`, `SSH_AUTH_SOCK`, `$NAME`, or a path. */
function agentSocket(said: Said<string> | undefined, facts: PathFacts): Result<string | undefined> {
  if (said === undefined || said.value === 'SSH_AUTH_SOCK') return ok(facts.env['SSH_AUTH_SOCK'] || undefined);
  const socket = socketOf('IdentityAgent', said, facts);
  return socket.ok && socket.value === 'none' ? ok(undefined) : socket;
}

/** `$NAME`, or a path; undefined where the variable names none. */
function socketOf(keyword: string, said: Said<string>, facts: PathFacts): Result<string | undefined> {
  const path = resolvePath(said.value, facts, facts);
  if (!path.ok) return fail('bad-input', `${keyword} ${said.value}: ${path.failure.message}`, { at: said.at });
  return ok(/^\$[^{]/.test(path.value) ? facts.env[path.value.slice(1)] || undefined : path.value);
}
