import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Failure, ok, type Result } from '../../domain/failure.ts';
import type { Host } from '../../domain/host.ts';
import type { Endpoint } from '../../domain/transport.ts';
import type { AnsibleWay } from '../../inventory/ansible-way.ts';
import { AGENT_ANSWER_MS, AgentCertificates, type AgentKey, listAgentKeys } from '../../transport/agent-client.ts';
import { KnownHostsReader } from '../../transport/host-key-check.ts';
import { parseKnownHosts, senselessLines } from '../../transport/known-hosts.ts';
import { localKeyFiles } from '../../transport/local-key-files.ts';
import { readPrivateKey, usablePublicKey } from '../../transport/private-key.ts';
import { nodeSshConfigIo } from '../../transport/ssh-config/node-io.ts';
import { openSshConfig } from '../../transport/ssh-config/ssh-config.ts';
import type { KeyFileLook, KeysLook, KnownHostsLook, SshConfigLook, WaysLook } from '../../views/doctor/ssh.ts';
import { sshTarget } from '../ssh-target.ts';
import type { World } from '../world.ts';

/** A name that no configuration speaks of (RFC 2606, section 2): what it gets is what any host gets. */
const ANY_HOST = 'any-host.invalid';

/** Where keys are had from, of this machine and of hosts. */
export type Login = Pick<Endpoint, 'agent' | 'identityFiles' | 'identitiesOnly' | 'knownHostsFiles'>;

/** What the configuration of ssh says, and what comes of it for hosts. */
export interface SshLook {
  readonly config: SshConfigLook;
  readonly ways: WaysLook;
  /** How the hosts are logged in to, each way once; without any, that of a host that the configuration does not name. */
  readonly logins: readonly Login[];
}

/** Reads the configuration of ssh, all of whose files are followed for any host, and what it makes of the hosts of an inventory. */
export async function lookAtSsh({ env }: World, given: string | undefined, hosts: readonly Host[], ansible?: AnsibleWay): Promise<SshLook> {
  const file = given ?? ansible?.sshConfig;
  const io = nodeSshConfigIo(env);
  const matchExec = new Set<string>();
  const config = await openSshConfig(io, {
    exec: 'refuse',
    onExec: (at) => void matchExec.add(at),
    ...(file === undefined ? {} : { file }),
  });
  const read = await config.resolve({ host: ANY_HOST, settings: [] });
  const failures: Failure[] = [];
  const here = { keys: localKeyFiles(), knownHosts: new KnownHostsReader(), agents: new AgentCertificates() };
  const logins = new Map<string, Login>();
  // What is wrong with the configuration itself is told once, and not again for each host.
  for (const host of read.ok ? hosts : []) {
    const found = await sshTarget(host, ansible === undefined ? {} : { ansible }, { config, ...here });
    if (found.ok) logins.set(...keyed(found.value.target));
    else failures.push(found.failure);
  }
  if (logins.size === 0) {
    const other = read.ok ? config : await openSshConfig(io, { exec: 'refuse', file: 'none' });
    const any = await sshTarget({ name: ANY_HOST, groups: [], vars: {} }, {}, { config: other, ...here });
    if (any.ok) logins.set(...keyed(any.value.target));
  }
  const files = file === undefined ? [join(io.user.home, '.ssh/config'), '/etc/ssh/ssh_config'] : [file];
  return {
    config: { files: files.filter((path) => existsSync(path)), matchExec: [...matchExec], ...(read.ok ? {} : { failure: read.failure }) },
    ways: { hosts: read.ok ? hosts.length : 0, failures },
    logins: [...logins.values()],
  };
}

function keyed({ agent, identityFiles, identitiesOnly, knownHostsFiles }: Login): [string, Login] {
  const login = {
    identityFiles,
    knownHostsFiles,
    ...(agent === undefined ? {} : { agent }),
    ...(identitiesOnly ? { identitiesOnly } : {}),
  };
  return [JSON.stringify(login), login];
}

/** Reads the files of known_hosts, each once. */
export function lookAtKnownHosts(logins: readonly Login[]): Promise<readonly KnownHostsLook[]> {
  return Promise.all([...new Set(logins.flatMap(({ knownHostsFiles }) => knownHostsFiles))].map(lookAtFile));
}

async function lookAtFile(path: string): Promise<KnownHostsLook> {
  const nothing = { path, keys: 0, authorities: 0, senseless: [] };
  try {
    const { mode } = await stat(path);
    const text = await readFile(path, 'latin1');
    const keys = parseKnownHosts(text, path);
    const of = (marker: string) => keys.filter((key) => key.marker === marker).length;
    return { path, mode, keys: of('none'), authorities: of('cert-authority'), senseless: senselessLines(text) };
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return error.code === 'ENOENT' ? nothing : { ...nothing, problem: error.message };
  }
}

/** Asks the agent for its keys, and looks at the key files. No passphrase is asked for. */
export async function lookAtKeys({ agent, identitiesOnly, identityFiles }: Login): Promise<KeysLook> {
  const held = agent === undefined ? undefined : await agentKeys(agent);
  const blobs = held?.ok ? held.value.map(({ blob }) => blob) : [];
  const files: KeyFileLook[] = [];
  const unusable: string[] = [];
  for (const path of identityFiles) {
    const key = await readPrivateKey(path, { get: async () => undefined });
    if ('unusable' in key) unusable.push(`${path}: ${key.unusable}`);
    else {
      const publicKey = key.publicKey.getPublicSSH();
      files.push({ path, isEncrypted: key.isLocked(), isInAgent: blobs.some((blob) => blob.equals(publicKey)) });
    }
  }
  return { ...agentLook(agent, held), identitiesOnly: identitiesOnly === true, files, unusable };
}

async function agentKeys(socket: string): Promise<Result<readonly AgentKey[]>> {
  try {
    const keys = await listAgentKeys(socket, AGENT_ANSWER_MS);
    return ok(keys.filter(({ blob }) => !('unusable' in usablePublicKey(blob))));
  } catch (error) {
    return { ok: false, failure: { code: 'auth', message: error instanceof Error ? error.message : String(error) } };
  }
}

function agentLook(socket: string | undefined, held: Result<readonly AgentKey[]> | undefined): Pick<KeysLook, 'agent'> {
  if (socket === undefined || held === undefined) return {};
  return { agent: held.ok ? { socket, keys: held.value.length } : { socket, problem: held.failure.message } };
}
