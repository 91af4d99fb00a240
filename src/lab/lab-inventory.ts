import { LAB_HOSTS, LAB_USER } from './fleet.ts';

/** What an inventory of the fleet needs to know. */
export interface LabAccess {
  readonly clientKey: string;
  readonly knownHosts: string;
  readonly ports: Readonly<Record<string, number>>;
}

/** The fleet as an inventory, in Ansible's words: inventories/lab.yaml is this text with the usual paths and ports. */
export function labInventory(access: LabAccess): string {
  const hosts = LAB_HOSTS.map((host) => `        ${host.name}: { ansible_port: ${access.ports[host.name] ?? host.port} }\n`).join('');
  const controlPlane = LAB_HOSTS.filter((host) => host.controlPlane).map((host) => `        ${host.name}:\n`);
  return `# The practice fleet of \`runbook lab up\`: five hosts on 127.0.0.1 that a kubeadm cluster might consist of.
# \`runbook lab up\` makes the key and the host keys, and writes a copy of this file with the paths in use beside them.
all:
  vars:
    ansible_host: 127.0.0.1
    ansible_user: ${LAB_USER}
    ansible_ssh_private_key_file: ${access.clientKey}
    ansible_ssh_common_args: -o UserKnownHostsFile=${access.knownHosts}
    # The command line takes key and host keys from the state directory in use, whatever stands above.
    runbook_lab: true
  children:
    k8s_nodes:
      hosts:
${hosts}    control_plane:
      hosts:
${controlPlane.join('')}`;
}

/** The ports that the fleet has unless it was asked to take any. */
export function usualPorts(): Readonly<Record<string, number>> {
  return Object.fromEntries(LAB_HOSTS.map((host) => [host.name, host.port]));
}
