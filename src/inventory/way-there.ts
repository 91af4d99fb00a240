import { fail, ok, type Result } from '../domain/failure.ts';
import type { Host } from '../domain/host.ts';
import type { Endpoint } from '../domain/transport.ts';
import type { ConnectionSources } from './connection-sources.ts';
import { addressFault, bareAddress, userFault } from './login-name.ts';

/** What an inventory says of the way to a host, beside its address. */
export type WayThere = Pick<Endpoint, 'hostKeyAlias' | 'proxyCommand'> & { readonly jumps?: readonly Endpoint[] };

/**
 * Jump hosts, ProxyCommand and HostKeyAlias of ssh's arguments; of jump hosts and a command, what is said first counts (ssh_config(5)). A jump
 * host is logged in to as ssh would without any configuration: with `defaults`, and not with what is said for the host behind it.
 */
export function wayThere({ host, first, last }: ConnectionSources, target: Endpoint, defaults: Endpoint): Result<WayThere> {
  const all = [first, ...last];
  const said = all.find(({ way }) => way !== undefined)?.way;
  const hostKeyAlias = all.find((each) => each.hostKeyAlias !== undefined)?.hostKeyAlias;
  const alias = hostKeyAlias === undefined ? {} : { hostKeyAlias };
  if (said === undefined || said.value.toLowerCase() === 'none') return ok(alias);
  if (said.kind === 'command') {
    const command = filledIn(host, said.value, target);
    return command.ok ? ok({ ...alias, proxyCommand: command.value }) : command;
  }
  const jumps: Endpoint[] = [];
  for (const text of said.value.split(',')) {
    const jump = jumpHost(host, text.trim(), defaults);
    if (!jump.ok) return jump;
    jumps.push(jump.value);
  }
  return ok({ ...alias, jumps });
}

/** `[user@]host[:port]`, an IPv6 address in brackets, or the same as `ssh://` address. */
function jumpHost(host: Host, text: string, defaults: Endpoint): Result<Endpoint> {
  const [, user, bracketed, plain, port] = /^(?:ssh:\/\/)?(?:([^@]+)@)?(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d+))?\/?$/.exec(text) ?? [];
  const address = bareAddress(bracketed ?? plain ?? '');
  const fault = addressFault(address) ?? (user === undefined ? undefined : userFault(user));
  const number = port === undefined ? 22 : Number(port);
  if (address === '' || fault !== undefined || number < 1 || number > 65_535) {
    return fail('refused', `the jump host "${text}" of ${host.name} cannot be used`, { hint: 'write it as [user@]host[:port]' });
  }
  return ok({ ...defaults, host: address, address, port: number, ...(user === undefined ? {} : { user }) });
}

/** Fills in the tokens that ssh knows in a ProxyCommand (ssh_config(5), TOKENS), where they need no look at this machine. */
function filledIn(host: Host, command: string, { address, port, user }: Endpoint): Result<string> {
  const tokens: Readonly<Record<string, string>> = { '%': '%', h: address, n: host.name, p: String(port), r: user };
  const unknown = [...command.matchAll(/%(.)/g)].find(([, token = '']) => tokens[token] === undefined);
  if (unknown)
    return fail('refused', `the ProxyCommand of ${host.name} holds ${unknown[0]}, which is not supported`, {
      hint: 'known are %h, %n, %p, %r and %%',
    });
  return ok(command.replace(/%(.)/g, (_, token: string) => tokens[token] ?? ''));
}
