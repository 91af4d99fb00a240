import { fail, ok, type Result } from '../../domain/failure.ts';
import type { SshSetting } from '../../domain/transport.ts';
import { readMachineNames } from './accounts.ts';
import { ConfigFiles } from './config-files.ts';
import type { ExecPolicy } from './follow-match.ts';
import type { SshConfigIo } from './io.ts';
import type { JumpHop } from './jump.ts';
import { type ReadingFacts, readOptions, type SshRequest } from './read-options.ts';
import type { SshSettings } from './settings.ts';
import { settingsOf } from './settings-of.ts';

/** How a configuration is read. */
export interface SshConfigOptions {
  /** A file instead of `~/.ssh/config` and `/etc/ssh/ssh_config`, as after `ssh -F`; `none`: no file at all. */
  readonly file?: string;
  /**
   * Whether commands of `Match exec` are run, by the user's shell as ssh does it. `refuse`: a host for which the answer would matter is
   * refused by name, with the place of that line.
   */
  readonly exec: ExecPolicy;
  /** Told the place (`file:line:column`) of every `Match exec` that is met, whether it decides anything or not. */
  readonly onExec?: (at: string) => void;
}

/** The configuration of ssh, resolved as OpenSSH 9.2 of Debian 12 does it. Its files are read once. */
export interface SshConfig {
  /**
   * What ssh would use for one connection. Fails with `bad-input` (and `file:line:column`) for what ssh finds fault with, and with
   * `refused` for what is not done here: commands, and names that would have to be looked up.
   */
  resolve(request: SshRequest): Promise<Result<SshSettings>>;
  /**
   * The way to a host: the machines to log in to, one through the other, in order; the host is the last. Each has the settings of its own,
   * as ssh gives them to the ssh that it starts for ProxyJump: none of the request's settings. A ProxyCommand can only be that of the first.
   * Fails as `resolve`, and for a way that leads in a circle.
   */
  route(request: SshRequest): Promise<Result<readonly SshSettings[]>>;
}

/** More hops than anybody has: they lead in a circle. */
const MOST_HOPS = 16;

/**
 * Opens the configuration of this machine's user. Files are read when a host first needs them.
 *
 *     const config = await openSshConfig(nodeSshConfigIo(process.env), { exec: 'refuse' });
 *     const user = { keyword: 'User', value: 'deploy', at: 'hosts.yaml:3' } as const;
 *     const route = await config.route({ host: 'web1', settings: [user] });
 */
export async function openSshConfig(io: SshConfigIo, options: SshConfigOptions): Promise<SshConfig> {
  const names = await readMachineNames(io);
  const facts: ReadingFacts = { ...options, io, names, files: new ConfigFiles(io, names) };
  const resolve = async (request: SshRequest): Promise<Result<SshSettings>> => {
    const read = await readOptions(request, facts);
    return read.ok ? settingsOf(read.value, facts) : read;
  };
  return { resolve, route: (request) => routeTo(request, resolve) };
}

async function routeTo(request: SshRequest, resolve: SshConfig['resolve']): Promise<Result<readonly SshSettings[]>> {
  const route: SshSettings[] = [];
  let next: SshRequest | undefined = request;
  while (next !== undefined) {
    const settings: Result<SshSettings> = await resolve(next);
    if (!settings.ok) return settings;
    route.unshift(settings.value);
    if (route.length > MOST_HOPS) return fail('refused', `the way to ${request.host} leads through more than ${MOST_HOPS} machines`);
    next = hopRequest(settings.value);
  }
  return ok(route);
}

/** What ssh asks of the ssh that it starts: `ssh [-l user] [-p port] [-J the hops before] host`. */
function hopRequest({ proxyJump, said }: SshSettings): SshRequest | undefined {
  const hop = proxyJump.at(-1);
  if (hop === undefined) return undefined;
  const at = said['ProxyJump'] ?? 'ProxyJump';
  const before = proxyJump.slice(0, -1).map(hopText).join(',');
  const settings: SshSetting[] = [
    ...(hop.user === undefined ? [] : [{ keyword: 'User' as const, value: hop.user, at }]),
    ...(hop.port === undefined ? [] : [{ keyword: 'Port' as const, value: String(hop.port), at }]),
    ...(before === '' ? [] : [{ keyword: 'ProxyJump' as const, value: before, at }]),
  ];
  return { host: hop.host, settings };
}

function hopText({ user, host, port }: JumpHop): string {
  return `${user === undefined ? '' : `${user}@`}[${host}]${port === undefined ? '' : `:${port}`}`;
}
