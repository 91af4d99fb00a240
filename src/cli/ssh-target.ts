import { ok, type Result } from '../domain/failure.ts';
import type { Host } from '../domain/host.ts';
import type { Endpoint, Target } from '../domain/transport.ts';
import { type InventoryRequest, type RequestDefaults, sshRequest } from '../inventory/ssh-request.ts';
import type { AgentCertificates } from '../transport/agent-client.ts';
import type { KnownHostsReader } from '../transport/host-key-check.ts';
import { indexKnownHosts } from '../transport/known-hosts.ts';
import { type KeyFiles, lineOf, type OpensshNeed, opensshNeed } from '../transport/openssh-need.ts';
import type { SshSettings } from '../transport/ssh-config/settings.ts';
import type { SshConfig } from '../transport/ssh-config/ssh-config.ts';

/** How long a connection may take where nobody says so, and how often a silent host is asked whether it is there, in ms. */
const USUAL = { connectTimeoutMs: 10_000, keepAliveMs: 15_000 };

/** Ssh on this machine: its configuration, and what files there are. */
export interface SshHere {
  readonly config: SshConfig;
  readonly keys: KeyFiles;
  readonly knownHosts: KnownHostsReader;
  readonly agents: Pick<AgentCertificates, 'in'>;
}

/** How to reach a host, and the inventory's passwords under the names by which the target refers to them. */
export type TargetWithSecrets = { readonly target: Target } & Pick<InventoryRequest, 'secrets'> & {
    /** What the host, or a jump host before it, asks for and the built-in client lacks. */
    readonly need?: OpensshNeed;
    /** Where a key of the host itself is remembered; absent where the user has no file for that. */
    readonly remembered?: Remembered;
    /** Of the host and the jump hosts before it, in order, those whose first key may be taken: `StrictHostKeyChecking accept-new`. */
    readonly acceptNew?: readonly Newcomer[];
    /** The place that says `StrictHostKeyChecking no`, of the host or of a jump host before it. */
    readonly unchecked?: string;
  };

/** Where the key of a server is remembered. */
export interface Remembered {
  /** The user's first known_hosts file. */
  readonly file: string;
  /** HashKnownHosts. */
  readonly hashed: boolean;
}

/** A server whose key may be remembered when it is met for the first time. */
export interface Newcomer extends Remembered {
  readonly target: Target;
}

/** How to reach a host: by what the inventory says, and by ssh's configuration for all else, as ssh itself would with Ansible's arguments. */
export async function sshTarget(host: Host, defaults: RequestDefaults, here: SshHere): Promise<Result<TargetWithSecrets>> {
  const request = sshRequest(host, defaults);
  if (!request.ok) return request;
  const { alias, settings, become, password, secrets } = request.value;
  const route = await here.config.route({ host: alias, settings });
  if (!route.ok) return route;
  const last = route.value.at(-1);
  if (last === undefined) throw new Error('a way to nowhere');
  const jumps = route.value.slice(0, -1).map((hop) => endpointOf(hop, hop.host, here.keys));
  const target: Target = {
    ...endpointOf(last, host.name, here.keys),
    ...(jumps.length === 0 ? {} : { jumps }),
    ...(password === undefined ? {} : { password }),
    become,
  };
  const need = await needOf(route.value, here);
  const acceptNew = route.value.flatMap((settings, hop) => {
    const remembered = rememberedBy(settings);
    if (settings.strictHostKeyChecking !== 'accept-new' || remembered === undefined) return [];
    const server = jumps[hop];
    const to: Target = server === undefined ? target : { ...server, jumps: jumps.slice(0, hop), become: { enabled: false, user: 'root' } };
    return [{ target: to, ...remembered }];
  });
  const remembered = rememberedBy(last);
  const careless = route.value.find(({ strictHostKeyChecking }) => strictHostKeyChecking === 'no')?.said['StrictHostKeyChecking'];
  return ok({
    target,
    secrets,
    ...(need === undefined ? {} : { need }),
    ...(remembered === undefined ? {} : { remembered }),
    ...(acceptNew.length === 0 ? {} : { acceptNew }),
    ...(careless === undefined ? {} : { unchecked: lineOf(careless) }),
  });
}

/** A connection over ssh leads through all of its hops; so what one of them asks for is asked for the host. */
async function needOf(route: readonly SshSettings[], { keys, knownHosts, agents }: SshHere): Promise<OpensshNeed | undefined> {
  for (const settings of route) {
    const known = await knownHosts.read(filesOf(settings));
    // What cannot be read is refused when the key is checked.
    const need = opensshNeed(settings, keys, known.ok ? known.value : indexKnownHosts([]));
    if (need !== undefined) return need;
    const agent = agentOf(settings);
    if (agent !== undefined && (await agents.in(agent))) return { what: 'a certificate', at: `the agent ${agent}`, isDefault: true };
  }
  return undefined;
}

function rememberedBy({ userKnownHostsFile: [file], hashKnownHosts: hashed }: SshSettings): Remembered | undefined {
  return file === undefined ? undefined : { file, hashed };
}

/** The agent whose certificates ssh would show: where a key is named, that is the one for the host, and the agent's others are beside the point. */
function agentOf({ identityAgent, identitiesOnly, said }: SshSettings): string | undefined {
  return identitiesOnly || said['IdentityFile'] !== undefined ? undefined : identityAgent;
}

function filesOf({ userKnownHostsFile, globalKnownHostsFile }: SshSettings): readonly string[] {
  return [...userKnownHostsFile, ...globalKnownHostsFile];
}

/** Default keys are only tried where they are there; what is named and missing is told when nothing else lets us in. */
function endpointOf(settings: SshSettings, name: string, { exists }: KeyFiles): Endpoint {
  const { said, addressFamily, bindAddress, identityAgent, hostKeyAlias, proxyCommand, connectTimeout, serverAliveInterval } = settings;
  const keys = said['IdentityFile'] === undefined ? settings.identityFile.filter(exists) : settings.identityFile;
  return {
    host: name,
    ...(settings.host === settings.hostName ? {} : { alias: settings.host }),
    address: settings.hostName,
    port: settings.port,
    ...(addressFamily === 'any' ? {} : { addressFamily }),
    ...(bindAddress === undefined ? {} : { bindAddress }),
    user: settings.user,
    identityFiles: keys,
    ...(settings.identitiesOnly ? { identitiesOnly: true as const } : {}),
    ...(identityAgent === undefined ? {} : { agent: identityAgent }),
    knownHostsFiles: filesOf(settings),
    ...(hostKeyAlias === undefined ? {} : { hostKeyAlias }),
    ...(settings.said['HostKeyAlgorithms'] === undefined ? {} : { hostKeyAlgorithms: settings.hostKeyAlgorithms }),
    ...(proxyCommand === undefined ? {} : { proxyCommand }),
    connectTimeoutMs: connectTimeout === undefined ? USUAL.connectTimeoutMs : connectTimeout * 1_000,
    keepAliveMs: serverAliveInterval === 0 ? USUAL.keepAliveMs : serverAliveInterval * 1_000,
  };
}
