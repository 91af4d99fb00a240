import type { OverSsh } from '../domain/event.ts';
import { fail, ok, type Result } from '../domain/failure.ts';
import type { OpensshNeed } from '../transport/openssh-need.ts';
import type { TransportChoice } from './options.ts';
import type { TargetWithSecrets } from './ssh-target.ts';

/** Who speaks SSH to a host: this program, or the `ssh` of this machine. */
export type Client = 'ssh2' | 'openssh';

/**
 * The client for a host. Fails with `refused` where the host has a password, which no ssh is given, and asks for what only ssh has. A
 * default key of ssh that happens to have a certificate is not asked for: there the built-in client tries the key, and the password.
 */
export function chooseClient(choice: TransportChoice, { target, need }: TargetWithSecrets): Result<Client> {
  if (choice !== 'auto') return ok(choice);
  if (need === undefined) return ok('ssh2');
  if (target.password === undefined) return ok('openssh');
  if (need.isDefault) return ok('ssh2');
  const message = `${target.host} has a password in the inventory, but ${need.what} in ${need.at} asks for ssh, which is given none`;
  return fail('refused', message, { hint: 'take one of them away for this host, or have the built-in client try: --transport ssh2' });
}

/** A host, and what its way asks for beyond the built-in client. */
export interface HostNeed {
  readonly host: string;
  readonly need: OpensshNeed;
}

/** Hosts by what asks for ssh, in order; `~` in the place of the home directory. */
export function groupNeeds(needs: readonly HostNeed[], home: string): readonly OverSsh[] {
  const groups = Map.groupBy(needs, ({ need: { what, at } }) => JSON.stringify([what, at]));
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { what, at } = first.need;
    return [{ what, at: at.startsWith(`${home}/`) ? `~${at.slice(home.length)}` : at, hosts: group.map(({ host }) => host) }];
  });
}

/** A sentence for each group; `forced`: the built-in client was asked for by name, and goes without. */
export function tellNeeds(groups: readonly OverSsh[], forced: boolean): readonly string[] {
  return groups.map(({ what, at, hosts }) => {
    const [one = '', ...others] = hosts;
    const many = others.length > 0;
    const who = many ? `${hosts.length} hosts` : one;
    if (forced) return `${who} ${many ? 'ask' : 'asks'} for ${what} in ${at}, and the built-in client goes without`;
    return `${who} ${many ? 'go' : 'goes'} over ssh, since ${what} in ${at}`;
  });
}
