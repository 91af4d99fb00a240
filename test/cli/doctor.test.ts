import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { lookAtPolicy, lookAtVariables, lookForPrograms, VARIABLES } from '../../src/cli/doctor/look-here.ts';
import { lookAtInventory, lookAtRunbooks } from '../../src/cli/doctor/look-inventory.ts';
import { lookAtKeys, lookAtKnownHosts, lookAtSsh } from '../../src/cli/doctor/look-ssh.ts';
import { lookAtRuns, lookAtState } from '../../src/cli/doctor/look-state.ts';
import { runDoctor } from '../../src/cli/run-doctor.ts';
import type { Host } from '../../src/domain/host.ts';
import type { Check } from '../../src/views/doctor/check.ts';
import { LEAST_NODE } from '../../src/views/doctor/here.ts';
import { sourceFiles } from '../architecture/source-files.ts';
import { GENUINE } from '../inventory/vault-texts.ts';
import { key } from '../transport/key-lines.ts';
import { flagRemoved, stamped, started, transaction } from '../ui/streams.ts';
import { fakeWorld, keepRun } from './rig.ts';

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKIA3NYKShPxxo1j+quKkuo5FFaPEajrYOsQaRVc4yk3 old';

/** A world, and files in its directory. */
function worldWith(files: Readonly<Record<string, string>> = {}) {
  const rig = fakeWorld();
  const path = (name: string) => join(rig.world.cwd, name);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(path(name), '..'), { recursive: true });
    writeFileSync(path(name), text, { mode: 0o600 });
  }
  return { ...rig, path };
}

describe('the state directory', () => {
  test('that is not there is not made', async () => {
    const { path } = worldWith();
    expect(await lookAtState(path('a/b'))).toMatchObject({ path: path('a/b'), isWritable: true, freeKiB: expect.any(Number) });
    expect(existsSync(path('a'))).toBe(false);
  });

  test('that is there is written to, and left as it was', async () => {
    const { path } = worldWith({ 'state/mine': '' });
    chmodSync(path('state'), 0o750);
    const look = await lookAtState(path('state'));
    expect(look).toMatchObject({ there: { isDirectory: true, isOurs: true, mode: 0o750 }, isWritable: true });
    expect(look).not.toHaveProperty('syncProblem');
    expect(readdirSync(path('state'))).toEqual(['mine']);
  });

  test('below a file cannot be made', async () => {
    const { path } = worldWith({ file: '' });
    expect(await lookAtState(path('file/state'))).toMatchObject({ isWritable: false });
  });

  test('in memory is known as such', async ({ skip }) => {
    if (!/^tmpfs \/dev\/shm tmpfs /m.test(readFileSync('/proc/mounts', 'utf8'))) skip('/dev/shm is no tmpfs here');
    expect(await lookAtState('/dev/shm')).toMatchObject({ fileSystem: 'memory' });
  });
});

test('runs that were cut off are found with their hosts, altered and unreadable ones with what is wrong', async () => {
  const { runs } = fakeWorld();
  const events = stamped([started('apply', ['a']), ...transaction('a', false, [flagRemoved()])]);
  await keepRun(runs, '01RUN', events);
  const altered = join(await keepRun(runs, '02RUN', events), 'journal.jsonl');
  writeFileSync(altered, (await readFile(altered, 'utf8')).replace('"ada"', '"eve"'));
  expect(await lookAtRuns(runs)).toMatchObject({
    kept: 2,
    live: [],
    cutOff: [{ run: '01RUN', hosts: [{ host: 'a', undoAt: expect.any(Number) }] }],
    damaged: [{ run: '02RUN', why: expect.stringContaining('line 1 of the journal was altered') }],
    newest: events.at(-1)?.at,
  });
});

describe('the inventory', () => {
  test('is read without asking anybody for a password', async () => {
    const { world, path } = worldWith({ 'hosts.yml': 'all: { hosts: { a: } }\n', 'group_vars/all.yml': GENUINE });
    const look = await lookAtInventory(world, { color: 'never', inventory: [path('hosts.yml')] });
    expect(look.read).toMatchObject({ failure: { message: expect.stringContaining('no password was given') } });
  });

  test('of a cluster is not read', async () => {
    const { world } = worldWith();
    expect(await lookAtInventory(world, { color: 'never', inventory: ['kubernetes:'] })).toMatchObject({ read: 'not-read' });
  });
});

test('a runbook that is not valid is named with the place, and a path that leads nowhere', async () => {
  const { world, path } = worldWith({ 'runbooks/mine.yaml': 'apiVersion: runbook/v1\nnme: mine\n' });
  const looked = await lookAtRunbooks({ ...world, env: { RUNBOOK_PATH: `gone:${path('runbooks/mine.yaml')}` } });
  expect(looked.broken).toEqual([{ file: 'runbooks/mine.yaml', problem: expect.stringMatching(/^runbooks\/mine\.yaml:\d+:\d+: /) }]);
  expect(looked.missing).toEqual(['gone', path('runbooks/mine.yaml')]);
});

describe('ssh', () => {
  test('is looked at by its configuration, all of whose lines are read for any host', async () => {
    const known = `a ${key('ssh-ed25519', 1)}\nsenseless\n@cert-authority * ${key('ssh-ed25519', 2)}\n`;
    const { world, path } = worldWith({ known });
    const text = `Host x\n  User y\nMatch host x exec true\n  Port 2\nHost *\n  UserKnownHostsFile ${path('known')}\n`;
    writeFileSync(
      path('config'),
      `${text}  GlobalKnownHostsFile ${path('none')}\n  IdentityFile ${path('id')}\n  IdentityAgent ${path('no-agent')}\n`,
    );
    const { config, logins } = await lookAtSsh(world, path('config'), []);
    expect(config).toEqual({ files: [path('config')], matchExec: [`${path('config')}:3:1`] });
    expect(await lookAtKnownHosts(logins)).toEqual([
      { path: path('known'), mode: 0o100_600, keys: 1, authorities: 1, senseless: [2] },
      { path: path('none'), keys: 0, authorities: 0, senseless: [] },
    ]);
    expect(await Promise.all(logins.map(lookAtKeys))).toEqual([
      {
        agent: { socket: path('no-agent'), problem: expect.stringContaining('ENOENT') },
        identitiesOnly: false,
        files: [],
        unusable: [`${path('id')}: no such file`],
      },
    ]);
  });

  test('whose configuration has an error is looked at by its defaults, and the error has its place', async () => {
    const { world, path } = worldWith({ config: 'Host x\n  Prot 2\n' });
    const { config, ways, logins } = await lookAtSsh(world, path('config'), [{ name: 'a', groups: [], vars: {} }]);
    expect(config.failure).toMatchObject({ at: `${path('config')}:2:3`, message: 'bad configuration option: Prot' });
    expect([ways, logins.length]).toEqual([{ hosts: 0, failures: [] }, 1]);
  });

  test('is looked at for the hosts of the inventory: each way once, and what is refused by name', async () => {
    const { world } = worldWith();
    const host = (name: string, vars: Host['vars']): Host => ({ name, groups: [], vars });
    const hosts = [
      host('a', { ansible_ssh_private_key_file: '/key', ansible_ssh_common_args: '-o UserKnownHostsFile=/known' }),
      host('b', { ansible_ssh_private_key_file: '/key', ansible_ssh_common_args: '-o UserKnownHostsFile=/known', ansible_port: 2222 }),
      host('c', { ansible_connection: 'local' }),
    ];
    const { ways, logins } = await lookAtSsh(world, 'none', hosts);
    expect(ways).toMatchObject({ hosts: 3, failures: [{ message: expect.stringMatching(/^ansible_connection of c is "local"/) }] });
    expect(logins).toMatchObject([{ identityFiles: ['/key'], knownHostsFiles: expect.arrayContaining(['/known']) }]);
  });

  test('has files of known_hosts that cannot be read', async () => {
    const { world, path } = worldWith();
    mkdirSync(path('known'));
    writeFileSync(path('config'), `UserKnownHostsFile ${path('known')}\nGlobalKnownHostsFile none\n`);
    const { logins } = await lookAtSsh(world, path('config'), []);
    expect((await lookAtKnownHosts(logins))[0]).toMatchObject({ problem: expect.stringContaining('EISDIR') });
  });
});

describe('the policy', () => {
  test('is looked at with what it names', async () => {
    const policy = 'runbook_signature: always\nallowed_signers: team\nsign_runs: key.pub\n';
    const { world, path } = worldWith({ 'policy.yaml': policy, team: '# us\nada ssh-ed25519 AAAA\n\nbo ssh-ed25519 AAAA\n' });
    expect(await lookAtPolicy(world, [path('policy.yaml')])).toEqual({
      asksSignatures: true,
      signers: [{ path: path('team'), keys: 2 }],
      revoked: [],
      runKey: { path: path('key.pub'), isThere: false },
    });
  });

  test.each([
    ['is not there', undefined, /ENOENT/],
    ['is no list', 'what is this\n', /not a public key file/],
    ['is one in part', `${KEY}\nssh-ed25519 AAAAbroken\n`, /1 of its 2 lines/],
    ['is cut off', 'SSHKRL\n\0\0', /Invalid KRL/],
  ])('names revoked keys that are of no use where the file %s', async (_what, text, says) => {
    const policy = 'runbook_signature: always\nallowed_signers: team\nrevoked_keys: gone\n';
    const { world, path } = worldWith({ 'policy.yaml': policy, team: '', ...(text === undefined ? {} : { gone: text }) });
    const { revoked } = await lookAtPolicy(world, [path('policy.yaml')]);
    expect(revoked).toEqual([{ path: path('gone'), keys: 0, problem: expect.stringMatching(says) }]);
  });

  test('counts revoked keys in a list of keys, and in what ssh-keygen -k makes', async () => {
    const policy = 'allowed_signers: team\nrevoked_keys: gone\n';
    const { world, path } = worldWith({ 'policy.yaml': policy, team: '', gone: `# old\n${KEY}\n\n${KEY}\n`, key: `${KEY}\n` });
    expect((await lookAtPolicy(world, [path('policy.yaml')])).revoked).toEqual([{ path: path('gone'), keys: 2 }]);
    execFileSync('ssh-keygen', ['-q', '-k', '-f', path('gone'), path('key')]);
    expect((await lookAtPolicy(world, [path('policy.yaml')])).revoked).toEqual([{ path: path('gone'), keys: 1 }]);
  });

  test('that is not understood says why, on nothing but the report', async () => {
    const { world, err, path } = worldWith({ 'policy.yaml': 'runbook_signatur: always\n' });
    const { failure } = await lookAtPolicy(world, [path('policy.yaml')]);
    expect(failure?.message).toMatch(/^error\[unknown-key\]: .*; the policy is not understood/);
    expect(err.text).toBe('');
  });

  test('whose signers are not there says so', async () => {
    const { world, path } = worldWith({ 'policy.yaml': 'plan_signature: always\nallowed_signers: team\n' });
    const { signers } = await lookAtPolicy(world, [path('policy.yaml')]);
    expect(signers).toEqual([{ path: path('team'), keys: 0, problem: expect.stringContaining('ENOENT') }]);
  });
});

test('programs are looked for in PATH, and only those that may be run count', async () => {
  const { world, path } = worldWith({ 'bin/age': '', 'bin/kubectl': '' });
  chmodSync(path('bin/age'), 0o755);
  mkdirSync(path('bin/ssh'));
  expect([...(await lookForPrograms({ ...world, env: { PATH: `${path('gone')}:${path('bin')}` } }))]).toEqual(['age']);
});

test('the variables that mean something are those that the source reads', () => {
  const read = sourceFiles('src').flatMap(({ text }) => [...text.matchAll(/env\['(RUNBOOK_[A-Z_]+)'\]/g)].map((match) => match[1]));
  expect([...new Set(read)].sort()).toEqual([...VARIABLES].sort());
  const { world } = worldWith();
  expect(
    lookAtVariables({ ...world, env: { RUNBOOK_PATH: '/p', RUNBOOK_INVENTRY: 'x', RUNBOOK_INPUT_TOKEN: 's', RUNBOOK_ZZZ: '' } }),
  ).toEqual({
    set: ['RUNBOOK_PATH=/p'],
    unknown: [{ name: 'RUNBOOK_INVENTRY', meant: 'RUNBOOK_INVENTORY' }, { name: 'RUNBOOK_ZZZ' }],
  });
});

test('the oldest Node is the one that the launcher takes', () => {
  const launch = readFileSync(join(fakeWorld().world.installation, 'src/cli/launch'), 'utf8');
  expect(launch).toContain(`needs Node ${LEAST_NODE.join('.')} or newer`);
});

describe('doctor', () => {
  const doctor = async (rig: ReturnType<typeof worldWith>, more: { readonly json?: true } = {}) => {
    const inventory = [rig.path('hosts.yml')];
    return runDoctor(rig.world, { color: 'never', inventory, sshConfig: 'none', ...more });
  };

  test('connects to no host, and leaves everything as it was', async () => {
    let met = 0;
    const server = createServer((socket) => {
      met += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const rig = worldWith({ 'hosts.yml': `all: { hosts: { a: { ansible_host: 127.0.0.1, ansible_port: ${port} } } }\n` });
    const before = readdirSync(rig.world.cwd, { recursive: true });
    expect(await doctor(rig)).toBe(0);
    expect(rig.out.text).toContain(`✓ inventory    ${rig.path('hosts.yml')} (as given): 1 host\n`);
    expect(rig.err.text).toBe('');
    expect(readdirSync(rig.world.cwd, { recursive: true })).toEqual(before);
    expect(met).toBe(0);
  });

  test('prints the worst first, with what to do, and ends with 1 when it would keep runbook from working', async () => {
    const rig = worldWith({ 'hosts.yml': 'all: [oops\n', 'runbook/runs/x': '' });
    chmodSync(rig.path('runbook'), 0o755);
    expect(await doctor(rig)).toBe(1);
    const [first = '', second = ''] = rig.out.lines;
    expect(first).toBe(`✗ inventory    ${rig.path('hosts.yml')} (as given)`);
    expect(second).toMatch(/^ {4}\S+hosts\.yml:\d+:\d+: /);
    const state = rig.out.lines.indexOf(`! state        ${rig.path('runbook')}`);
    expect(state).toBeGreaterThan(0);
    expect(rig.out.lines.slice(state + 1, state + 3)).toEqual([
      '    others may look into it (mode 0755): it holds files of hosts',
      `    next       chmod 700 ${rig.path('runbook')}`,
    ]);
    expect(rig.out.lines.findIndex((line) => line.startsWith('✓'))).toBeGreaterThan(state);
  });

  test('prints one document with --json', async () => {
    const rig = worldWith({ 'hosts.yml': 'all: { hosts: { a: } }\n' });
    expect(await doctor(rig, { json: true })).toBe(0);
    const checks = JSON.parse(rig.out.text) as readonly Check[];
    expect(checks.map(({ check }) => check).sort()).toEqual(
      ['ansible.cfg', 'clock', 'inventory', 'keys', 'known_hosts', 'node', 'open files', 'policy'].concat([
        'programs',
        'runbooks',
        'runs',
        'ssh config',
        'state',
        'terminal',
        'variables',
        'ways',
      ]),
    );
  });
});
