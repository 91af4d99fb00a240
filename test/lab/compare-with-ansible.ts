import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LAUNCH } from './command-line.ts';
import { fleetIsMissing, onPath } from './commands.ts';
import { TestFleet } from './fleet.ts';
import { FLAGS_FILE, flagsFile, kubeletNode } from './kubelet-node.ts';
import { inventoryFor } from './write-inventory.ts';

// `ansible-playbook` and `runbook` on equally broken hosts of the systemd fleet: the captures of docs/why.md.
// node test/lab/compare-with-ansible.ts

const BROKEN = { [FLAGS_FILE]: { text: flagsFile('--improve-speed') } };
const HOPELESS = { ...BROKEN, '/etc/kubelet-stub/stay-broken': { text: '' } };

/** Pairs of equals: the first of each gets the playbook, the second the runbook. */
const HOSTS = {
  'node-1': kubeletNode(BROKEN),
  'node-2': kubeletNode(BROKEN),
  'node-3': kubeletNode(HOPELESS),
  'node-4': kubeletNode(HOPELESS),
} as const;

const playbook = (readAnyway: boolean) => `- hosts: k8s_nodes
  gather_facts: false
  tasks:
    - name: Read the kubelet's flags
      ansible.builtin.command: cat ${FLAGS_FILE}
      register: flags${readAnyway ? '\n      check_mode: false\n      changed_when: false' : ''}

    - name: Remove --improve-speed
      ansible.builtin.replace:
        path: ${FLAGS_FILE}
        regexp: ' --improve-speed'
        replace: ''
      when: "'--improve-speed' in flags.stdout"
      register: edit

    - name: Restart the kubelet
      ansible.builtin.systemd:
        name: kubelet
        state: restarted
      when: edit is changed
`;

const missing = fleetIsMissing() ?? (onPath('ansible-playbook') ? undefined : 'needs ansible-playbook');
if (missing === undefined) await compare();
else {
  process.stderr.write(`cannot compare: ${missing}\n`);
  process.exitCode = 1;
}

async function compare(): Promise<void> {
  await using fleet = await TestFleet.up(HOSTS, ['python3']);
  const work = mkdtempSync(join(tmpdir(), 'runbook-compare-'));
  try {
    mkdirSync(join(work, 'cp'));
    writeFileSync(join(work, 'hosts.yaml'), inventoryFor(fleet, { k8s_nodes: Object.keys(HOSTS) }));
    writeFileSync(join(work, 'fix.yaml'), playbook(false));
    writeFileSync(join(work, 'fix-expert.yaml'), playbook(true));
    say('# The straightforward playbook', '', playbook(false), '# The dry run of each on the same broken host', '');
    await ansible(work, '--version');
    await ansible(work, '-i', 'hosts.yaml', '-l', 'node-1', '--check', '--diff', 'fix.yaml');
    await runbook(work, 'plan', 'kubelet-bad-flag', '-i', 'hosts.yaml', '-l', 'node-1');
    say('# The same dry run with check_mode: false on the read', '');
    await ansible(work, '-i', 'hosts.yaml', '-l', 'node-1', '--check', '--diff', 'fix-expert.yaml');
    say('# The real run of each on equally broken hosts', '');
    await ansible(work, '-i', 'hosts.yaml', '-l', 'node-1', '--diff', 'fix.yaml');
    await standing(fleet, 'node-1');
    await runbook(work, 'apply', 'kubelet-bad-flag', '-i', 'hosts.yaml', '-l', 'node-2', '-y');
    await standing(fleet, 'node-2');
    say('# The real run of each on hosts that the fix does not heal', '');
    await ansible(work, '-i', 'hosts.yaml', '-l', 'node-3', '--diff', 'fix-expert.yaml');
    await standing(fleet, 'node-3');
    await runbook(work, 'apply', 'kubelet-bad-flag', '-i', 'hosts.yaml', '-l', 'node-4', '-y');
    await standing(fleet, 'node-4');
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function ansible(work: string, ...args: readonly string[]): Promise<void> {
  const env = {
    ANSIBLE_NOCOLOR: '1',
    ANSIBLE_PYTHON_INTERPRETER: '/usr/bin/python3',
    ANSIBLE_SSH_CONTROL_PATH_DIR: join(work, 'cp'),
    ANSIBLE_LOCAL_TEMP: join(work, 'tmp'),
  };
  await shown('ansible-playbook', 'ansible-playbook', args, work, env);
}

async function runbook(work: string, ...args: readonly string[]): Promise<void> {
  await shown('runbook', LAUNCH, args, work, { XDG_STATE_HOME: join(work, 'state') });
}

/** Runs a program as it would be in a terminal, both of its outputs in the order of their coming, and says how it ended. */
async function shown(
  name: string,
  program: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  say(`$ ${[name, ...args].join(' ')}`);
  const child = spawn('/bin/sh', ['-c', 'exec "$@" 2>&1', 'sh', program, ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  say(`[exit code ${code}]`, '');
}

/** What is true on a host by its own word: the flag, and whether one kubelet stays up and answers. */
async function standing(fleet: TestFleet, name: string): Promise<void> {
  const script = `if grep -q -e --improve-speed ${FLAGS_FILE}; then echo 'the flag is there'; else echo 'the flag is gone'; fi
before=$(systemctl show -P InvocationID kubelet); sleep 5
if [ "$before" = "$(systemctl show -P InvocationID kubelet)" ]; then echo 'kubelet is up'; else echo 'kubelet was started anew within 5 s'; fi
echo "healthz answers: $(curl -s -m 2 http://127.0.0.1:10248/healthz || echo nothing)"`;
  const lines = (await fleet.host(name).exec('/bin/sh', '-c', script)).trim().split('\n');
  say(`[afterwards on ${name}: ${lines.join('; ')}]`, '');
}

function say(...lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}
