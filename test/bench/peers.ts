import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LAUNCH } from '../lab/command-line.ts';
import { onPath } from '../lab/commands.ts';
import type { BenchHost } from './bench-fleet.ts';

/** What tools are told: which hosts, and by which way. */
export interface Errand {
  readonly hosts: readonly BenchHost[];
  /** The private key. */
  readonly key: string;
  readonly knownHosts: string;
  /** A directory of its own, for inventories and the like. */
  readonly work: string;
}

/** One tool, as it is run here. */
export interface Peer {
  readonly name: string;
  /** What it is, for the table. */
  readonly is: string;
  /** It leaves the hosts as they are. */
  readonly looks?: true;
  /** The program that it needs. */
  readonly needs?: string;
  env?(errand: Errand): Readonly<Record<string, string>>;
  argv(errand: Errand): readonly string[];
}

const HERE = import.meta.dirname;
const JOB = readFileSync(join(HERE, 'job.sh'), 'utf8');

/** All tools, the floor first. */
export const PEERS: readonly Peer[] = [
  {
    name: 'floor',
    is: 'bare ssh2, one exec a host: **the floor**',
    argv: ({ hosts, key }) => [
      process.execPath,
      join(HERE, 'floor.ts'),
      hosts.map(({ address, port }) => `${address}:${port}`).join(','),
      key,
      JOB,
    ],
  },
  { name: 'plan', is: '`runbook plan`', looks: true, argv: (errand) => ours('plan', errand) },
  {
    name: 'apply',
    is: '`runbook apply -y`',
    argv: (errand) => [...ours('apply', errand), '--hosts', 'all', '--max-hosts', String(errand.hosts.length), '-y'],
  },
  {
    name: 'xargs',
    is: '`xargs -P ssh` (curve25519)',
    argv: (errand) => {
      const list = join(errand.work, 'list');
      writeFileSync(list, errand.hosts.map(({ name }) => `${name}\n`).join(''));
      const config = sshConfig(errand);
      return ['xargs', '-a', list, '-P', String(errand.hosts.length), '-I', '{}', 'ssh', '-F', config, '{}', JOB];
    },
  },
  {
    name: 'clush',
    is: 'clush',
    needs: 'clush',
    argv: (errand) => {
      const names = errand.hosts.map(({ name }) => name).join(',');
      return ['clush', '-S', '-f', String(errand.hosts.length), '-o', `-F ${sshConfig(errand)}`, '-w', names, JOB];
    },
  },
  {
    name: 'ansible',
    is: 'Ansible, tuned (pipelining, forks = hosts, no facts, ControlPersist)',
    needs: 'ansible-playbook',
    env: ({ work }) => ({
      ANSIBLE_PIPELINING: '1',
      ANSIBLE_HOST_KEY_CHECKING: '1',
      ANSIBLE_NOCOLOR: '1',
      // Else it would find the connections open that the run before it has left.
      ANSIBLE_SSH_CONTROL_PATH_DIR: join(work, 'cp'),
    }),
    argv: (errand) => {
      const inventory = join(errand.work, 'ansible.ini');
      const common = `ansible_user=root ansible_python_interpreter=/usr/bin/python3 ansible_ssh_common_args='-F ${sshConfig(errand)}'`;
      writeFileSync(inventory, `[all]\n${errand.hosts.map(({ name }) => `${name} ${common}\n`).join('')}`);
      return ['ansible-playbook', '-i', inventory, '-f', String(errand.hosts.length), join(HERE, 'playbook.yaml')];
    },
  },
];

/** Why a tool cannot be run here; undefined where it can. */
export function isMissing({ needs }: Peer): string | undefined {
  return needs === undefined || onPath(needs) ? undefined : `${needs} is not installed`;
}

function ours(verb: 'plan' | 'apply', { hosts, key, knownHosts, work }: Errand): readonly string[] {
  const inventory = join(work, 'hosts.yaml');
  const entries = hosts.map(({ name, address, port }) => [name, { ansible_host: address, ansible_port: port }]);
  const vars = {
    ansible_user: 'root',
    ansible_ssh_private_key_file: key,
    ansible_ssh_common_args: `-o UserKnownHostsFile=${knownHosts}`,
  };
  writeFileSync(inventory, JSON.stringify({ all: { hosts: Object.fromEntries(entries), vars } }));
  return [LAUNCH, verb, join(HERE, 'bench.yaml'), '-i', inventory, '--state-dir', join(work, 'state')];
}

function sshConfig({ hosts, key, knownHosts, work }: Errand): string {
  const path = join(work, 'ssh_config');
  const each = hosts.map(({ name, address, port }) => `Host ${name}\n  HostName ${address}\n  Port ${port}\n`);
  const all = [
    'User root',
    `IdentityFile ${key}`,
    'IdentitiesOnly yes',
    `UserKnownHostsFile ${knownHosts}`,
    'KexAlgorithms curve25519-sha256',
  ];
  writeFileSync(path, `${each.join('')}Host *\n${all.map((line) => `  ${line}\n`).join('')}  LogLevel ERROR\n  BatchMode yes\n`);
  return path;
}
