import { ok, type Result } from '../domain/failure.ts';
import type { Host } from '../domain/host.ts';
import type { Endpoint, Target } from '../domain/transport.ts';
import { type InventoryRequest, type RequestDefaults, sshRequest } from '../inventory/ssh-request.ts';
import type { SshSettings } from '../transport/ssh-config/settings.ts';
import type { SshConfig } from '../transport/ssh-config/ssh-config.ts';

/** How long a connection may take where nobody says so, and how often a silent host is asked whether it is there, in ms. */
const USUAL = { connectTimeoutMs: 10_000, keepAliveMs: 15_000 };

/** Ssh on this machine: its configuration, and what key files there are. */
export interface SshHere {
  readonly config: SshConfig;
  exists(path: string): boolean;
}

/** How to reach a host, and the inventory's passwords under the names by which the target refers to them. */
export type TargetWithSecrets = { readonly target: Target } & Pick<InventoryRequest, 'secrets'>;

/** How to reach a host: by what the inventory says, and by ssh's configuration for all else, as ssh itself would with Ansible's arguments. */
export async function sshTarget(host: Host, defaults: RequestDefaults, { config, exists }: SshHere): Promise<Result<TargetWithSecrets>> {
  const request = sshRequest(host, defaults);
  if (!request.ok) return request;
  const { alias, settings, become, password, secrets } = request.value;
  const route = await config.route({ host: alias, settings });
  if (!route.ok) return route;
  const last = route.value.at(-1);
  if (last === undefined) throw new Error('a way to nowhere');
  const jumps = route.value.slice(0, -1).map((hop) => endpointOf(hop, hop.host, exists));
  const target: Target = {
    ...endpointOf(last, host.name, exists),
    ...(jumps.length === 0 ? {} : { jumps }),
    ...(password === undefined ? {} : { password }),
    become,
  };
  return ok({ target, secrets });
}

/** Default keys are only tried where they are there; what is named and missing is told when nothing else lets us in. */
function endpointOf(settings: SshSettings, name: string, exists: SshHere['exists']): Endpoint {
  const { said, identityAgent, hostKeyAlias, proxyCommand, connectTimeout, serverAliveInterval } = settings;
  const keys = said['IdentityFile'] === undefined ? settings.identityFile.filter(exists) : settings.identityFile;
  return {
    host: name,
    ...(settings.host === settings.hostName ? {} : { alias: settings.host }),
    address: settings.hostName,
    port: settings.port,
    user: settings.user,
    identityFiles: keys,
    ...(settings.identitiesOnly ? { identitiesOnly: true as const } : {}),
    ...(identityAgent === undefined ? {} : { agent: identityAgent }),
    knownHostsFiles: [...settings.userKnownHostsFile, ...settings.globalKnownHostsFile],
    ...(hostKeyAlias === undefined ? {} : { hostKeyAlias }),
    ...(proxyCommand === undefined ? {} : { proxyCommand }),
    connectTimeoutMs: connectTimeout === undefined ? USUAL.connectTimeoutMs : connectTimeout * 1_000,
    keepAliveMs: serverAliveInterval === 0 ? USUAL.keepAliveMs : serverAliveInterval * 1_000,
  };
}
