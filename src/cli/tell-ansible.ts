import type { Host } from '../domain/host.ts';
import type { AnsibleWay } from '../inventory/ansible-way.ts';
import { hanging } from '../ui/page.ts';
import { isOfLab } from './lab-host.ts';
import type { Screen } from './screen.ts';

/** Says what is taken from Ansible's configuration for the ways to hosts, and what it says that is not followed: a line each, or none. */
export function tellAnsible(screen: Screen, ansible: AnsibleWay | undefined, hosts: readonly Host[]): void {
  if (ansible === undefined || hosts.every(isOfLab)) return;
  const { followed, notFollowed } = ansible;
  const tell = (line: string) => screen.tell(hanging(screen.err, 0, '', screen.err.say(line)));
  const groups = Map.groupBy(followed, ({ at }) => at.replace(/:\d+$/, ''));
  const taken = [...groups].map(([from, settings]) => `${settings.map(({ name }) => name).join(', ')} (${from})`);
  if (taken.length > 0) tell(`ways: ${taken.join('; ')}`);
  const left = notFollowed.map(({ name, at, why }) => `${name} (${at}: ${why})`);
  if (left.length > 0) tell(`not followed: ${left.join('; ')}`);
}
