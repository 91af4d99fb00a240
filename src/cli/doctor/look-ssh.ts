import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ok, type Result } from '../../domain/failure.ts';
import { type AgentKey, listAgentKeys } from '../../transport/agent-client.ts';
import { parseKnownHosts, senselessLines } from '../../transport/known-hosts.ts';
import { readPrivateKey, usablePublicKey } from '../../transport/private-key.ts';
import { nodeSshConfigIo } from '../../transport/ssh-config/node-io.ts';
import type { SshSettings } from '../../transport/ssh-config/settings.ts';
import { openSshConfig } from '../../transport/ssh-config/ssh-config.ts';
import type { KeyFileLook, KeysLook, KnownHostsLook, SshConfigLook } from '../../views/doctor/ssh.ts';
import type { World } from '../world.ts';

/** A name that no configuration speaks of (RFC 2606, section 2): what it gets is what any host gets. */
const ANY_HOST = 'any-host.invalid';

const AGENT_ANSWER_MS = 5_000;

/** What the configuration of ssh says, and what comes of it for a host that it does not name. */
export interface SshLook {
  readonly config: SshConfigLook;
  /** By the configuration, or by none at all where that fails. */
  readonly settings: SshSettings;
}

/** Reads the configuration of ssh, all of whose files are followed for any host. */
export async function lookAtSshConfig({ env }: World, file: string | undefined): Promise<SshLook> {
  const io = nodeSshConfigIo(env);
  const matchExec = new Set<string>();
  const config = await openSshConfig(io, {
    exec: 'refuse',
    onExec: (at) => void matchExec.add(at),
    ...(file === undefined ? {} : { file }),
  });
  const read = await config.resolve({ host: ANY_HOST, settings: [] });
  const defaults = await openSshConfig(io, { exec: 'refuse', file: 'none' });
  const settings: Result<SshSettings> = read.ok ? read : await defaults.resolve({ host: ANY_HOST, settings: [] });
  if (!settings.ok) throw new Error(settings.failure.message);
  const files = file === undefined ? [join(io.user.home, '.ssh/config'), '/etc/ssh/ssh_config'] : [file];
  return {
    config: { files: files.filter((path) => existsSync(path)), matchExec: [...matchExec], ...(read.ok ? {} : { failure: read.failure }) },
    settings: settings.value,
  };
}

/** Reads the files of known_hosts. */
export function lookAtKnownHosts({ userKnownHostsFile, globalKnownHostsFile }: SshSettings): Promise<readonly KnownHostsLook[]> {
  return Promise.all([...userKnownHostsFile, ...globalKnownHostsFile].map(lookAtFile));
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
export async function lookAtKeys({ identityAgent, identitiesOnly, identityFile, said }: SshSettings): Promise<KeysLook> {
  const held = identityAgent === undefined ? undefined : await agentKeys(identityAgent);
  const blobs = held?.ok ? held.value.map(({ blob }) => blob) : [];
  const paths = said['IdentityFile'] === undefined ? identityFile.filter((path) => existsSync(path)) : identityFile;
  const files: KeyFileLook[] = [];
  const unusable: string[] = [];
  for (const path of paths) {
    const key = await readPrivateKey(path, { get: async () => undefined });
    if ('unusable' in key) unusable.push(`${path}: ${key.unusable}`);
    else {
      const publicKey = key.publicKey.getPublicSSH();
      files.push({ path, isEncrypted: key.isEncrypted, isInAgent: blobs.some((blob) => blob.equals(publicKey)) });
    }
  }
  return { ...agentLook(identityAgent, held), identitiesOnly, files, unusable };
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
