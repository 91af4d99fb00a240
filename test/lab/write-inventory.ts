import type { TestFleet } from './fleet.ts';

/** An Ansible YAML inventory of a fleet's hosts in groups; `absent` adds addresses at which nothing is. Logs in as ops, becomes root by sudo. */
export function inventoryFor(
  fleet: TestFleet,
  groups: Readonly<Record<string, readonly string[]>>,
  absent: Readonly<Record<string, string>> = {},
): string {
  const addresses = new Map([...[...fleet.hosts.values()].map(({ name, address }) => [name, address] as const), ...Object.entries(absent)]);
  const vars = {
    ansible_user: 'ops',
    ansible_become: true,
    ansible_ssh_private_key_file: fleet.key,
    ansible_ssh_common_args: `-o UserKnownHostsFile=${fleet.knownHosts}`,
    // The machine may be busy with other tests; an address at which nothing is fails sooner, by ARP.
    ansible_ssh_timeout: 20,
  };
  const hosts = Object.fromEntries([...addresses].map(([name, address]) => [name, { ansible_host: address }]));
  const children = Object.fromEntries(
    Object.entries(groups).map(([group, names]) => [group, { hosts: Object.fromEntries(names.map((name) => [name, {}])) }]),
  );
  // JSON is YAML.
  return JSON.stringify({ all: { hosts, vars, children } }, null, 2);
}
