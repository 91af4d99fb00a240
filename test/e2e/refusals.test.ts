import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { LAUNCH, runbook } from '../lab/command-line.ts';
import { noPractice, onPractice, PracticeFleet } from './practice-fleet.ts';

const BAD_RUNBOOK = `apiVersion: runbook/v1
name: bad
summary: a step type that does not exist
hosts: all
diagnose:
  - id: unit
    uses: systemd.units
    with: { unit: kubelet.service }
affected: 'false'
remediate: []
verify: []
rollout: { waves: [1] }
`;

/** An empty directory of the test's own. */
function emptyDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'runbook-e2e-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Runs in a place where nothing is configured. */
async function refused(args: readonly string[], files: Readonly<Record<string, string>> = {}) {
  const cwd = emptyDirectory();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
  const env = { XDG_STATE_HOME: join(cwd, 'state'), HOME: cwd, ANSIBLE_CONFIG: join(cwd, 'none.cfg') };
  const finished = await runbook(args, { cwd, env });
  expect(finished.err).not.toMatch(/bug in runbook|\n {4}at /);
  return finished;
}

describe('what is wrong before anything was done', () => {
  test.for<[string, readonly string[], readonly (string | RegExp)[]]>([
    [
      'an unknown runbook',
      ['apply', 'kubelet-bad-flog', '-i', 'a,'],
      ['there is no runbook kubelet-bad-flog', 'did you mean kubelet-bad-flag?'],
    ],
    ['a file that is not there', ['plan', './none.yaml', '-i', 'a,'], ['there is no file ./none.yaml']],
    ['an input that is not declared', ['plan', 'kubelet-bad-flag', '-i', 'a,', '-e', 'units=x'], ['units', /did you mean .?unit/]],
    ['an input that is not NAME=VALUE', ['plan', 'kubelet-bad-flag', '-e', 'unit'], ['NAME=VALUE']],
    ['an inventory that is not there', ['plan', 'kubelet-bad-flag', '-i', 'none.yaml'], ['there is no inventory', 'none.yaml']],
    ['a target that the inventory does not have', ['plan', 'kubelet-bad-flag', '-i', 'a,b,'], ['k8s_nodes']],
    ['a limit that matches no host', ['plan', 'kubelet-bad-flag', '-i', 'a,b,', '--hosts', 'all', '-l', 'c'], [/\bc\b/]],
    ['hosts that a ping names twice', ['ping', 'a', '--hosts', 'b', '-i', 'a,b,'], ['hosts are named twice: a, and --hosts b']],
    ['hosts that a scan names twice', ['hostkeys', 'scan', 'a', '--hosts', 'b', '-i', 'a,b,'], ['hosts are named twice']],
    ['a target beside the host of unlock', ['unlock', 'a', '--hosts', 'b', '-i', 'a,b,'], ["unknown option '--hosts'"]],
    ['a limit beside the host of selftest', ['selftest', 'a', '-l', 'b', '-i', 'a,b,'], ["unknown option '-l'"]],
    ['an incident that is a word of the language', ['lab', 'break', '__proto__'], ['no such incident: __proto__']],
    [
      'an input that is a word of the language',
      ['plan', 'kubelet-bad-flag', '-i', 'a,', '-e', '__proto__=1'],
      ['there is no input __proto__'],
    ],
    ['an unknown option', ['plan', 'kubelet-bad-flag', '--limt', 'a'], ["unknown option '--limt'", '--limit']],
    ['an unknown command', ['aply', 'kubelet-bad-flag'], ["unknown command 'aply'", 'apply']],
    ['a missing argument', ['plan'], ['name']],
    ['a colour that there is not', ['list', '--color', 'sometimes'], ['always', 'never']],
    ['a rollback without any run', ['rollback', 'last', '-i', 'a,'], ['no run has left anything to take back', 'runbook runs']],
    [
      'a rollback of an unknown run',
      ['rollback', '20260101-000000-beef', '-i', 'a,'],
      ['there is no run 20260101-000000-beef', 'runbook runs'],
    ],
    ['a step type that there is not', ['steps', 'systemd.units'], ['there is no step type systemd.units']],
  ])('%s is told, with exit code 1', async ([, args, told]) => {
    const { code, out, err } = await refused(args);
    for (const part of told) expect(err).toMatch(part instanceof RegExp ? part : new RegExp(RegExp.escape(part)));
    expect({ code, out }).toEqual({ code: 1, out: '' });
  });

  test('no inventory at all: it says where it looked', async () => {
    const { code, err } = await refused(['plan', 'kubelet-bad-flag'], {});
    // A machine may have one at /etc/ansible/hosts: then its hosts are not ours.
    expect(code).toBe(1);
    expect(err).toMatch(/inventor/);
  });

  test.for(['validate', 'plan'])('%s points at what is wrong in a runbook', async (verb) => {
    const { code, out, err } = await refused([verb, './bad.yaml', ...(verb === 'plan' ? ['-i', 'a,'] : [])], { 'bad.yaml': BAD_RUNBOOK });
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toMatch(/bad\.yaml:7:11/);
    expect(err).toContain('    uses: systemd.units');
    expect(err).toMatch(/\^{13}|~{13}/);
    expect(err).toMatch(/did you mean .?systemd\.unit/);
  });

  test('the practice fleet that is not up says how to start it', async () => {
    expect(await refused(['lab', 'break', 'kubelet-bad-flag'])).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining('runbook lab up'),
    });
    expect(await refused(['lab', 'status'])).toMatchObject({ code: 0, out: expect.stringContaining('runbook lab up') });
    expect(await refused(['lab', 'down'])).toMatchObject({ code: 0 });
  });

  test('runs of a place without any are none, which is no error', async () => {
    expect(await refused(['runs', '--json'])).toMatchObject({ code: 0, out: '[]\n', err: '' });
    expect(await refused(['runs'])).toMatchObject({ code: 0, out: '', err: expect.stringContaining('No runs are kept') });
  });
});

test.for(['list --json', 'inventory -i a, --list', 'steps'])('output of %s that is lost is no success', async (words) => {
  const out = openSync('/dev/full', 'w');
  onTestFinished(() => closeSync(out));
  const child = spawn(LAUNCH, words.split(' '), { stdio: ['ignore', out, 'pipe'] });
  const [code] = await once(child, 'close');
  expect(code).toBe(1);
});

test('help tells about a command', async () => {
  expect(await runbook(['help', 'plan'])).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/^Usage: runbook plan /) });
});

describe('a run that was killed before its first event', () => {
  test.for<[string, Readonly<Record<string, string>>]>([
    ['no journal yet', { owner: '1 1 none\n' }],
    ['an empty journal', { owner: '1 1 none\n', 'journal.jsonl': '' }],
    ['a torn first line', { owner: '1 1 none\n', 'journal.jsonl': '{"v":1,"seq":0,"h":"00' }],
  ])('with %s has done nothing, and hides no other run', async ([, files]) => {
    const state = emptyDirectory();
    const run = join(state, 'runs/20260101-000000-beef');
    mkdirSync(run, { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(run, name), text);
    expect(await refused(['runs', '--json', '--state-dir', state])).toMatchObject({ code: 0, out: '[]\n', err: '' });
    const { code, err } = await refused(['rollback', '20260101-000000-beef', '-i', 'a,', '-y', '--state-dir', state]);
    expect(code).toBe(1);
    expect(err).toMatch(/ended before its first event|nothing was changed/);
  });
});

describe.skipIf(noPractice !== undefined)(onPractice('on the practice fleet'), async () => {
  const fleet = noPractice === undefined ? await PracticeFleet.up() : ({} as PracticeFleet);
  beforeAll(() => fleet.break());

  test('an input of the wrong type is refused before any host is looked at', async () => {
    const { code, err } = await runbook(['plan', 'kubelet-bad-flag', ...fleet.hosts(), '-e', 'stable_for=soon']);
    expect(err).toContain('stable_for');
    expect(code).toBe(1);
  });

  test('a journal that cannot be kept is exit code 6, and no host is changed', async () => {
    const before = fleet.tree('lab-2');
    const notDirectory = join(emptyDirectory(), 'file');
    writeFileSync(notDirectory, '');
    const { code, err } = await runbook([...fleet.run('apply', '-y'), '--state-dir', notDirectory]);
    expect(err).toContain('The journal could not be kept');
    expect(code).toBe(6);
    expect(fleet.tree('lab-2')).toEqual(before);
  });

  test('rollback of a run that changed nothing says so, and is done', async () => {
    expect(await runbook(fleet.run('apply', '-l', 'lab-1', '-y'))).toMatchObject({ code: 0 });
    const [healthy] = await fleet.listed();
    expect(await runbook(['rollback', healthy?.run ?? '', ...fleet.hosts(), '-y'])).toMatchObject({
      code: 0,
      err: expect.stringMatching(/Nothing that run \S+ did is left to take back/),
    });
  });

  test('rollback without an inventory that knows the hosts, or with a limit that leaves them out, names them', async () => {
    expect(await runbook(fleet.run('apply', '-y'))).toMatchObject({ code: 0 });
    const lost = await runbook(['rollback', 'last', '-i', 'other,', ...fleet.state(), '-y']);
    expect(lost).toMatchObject({ code: 1, err: expect.stringContaining('the inventory has no lab-2, lab-4') });
    expect(await runbook(['rollback', 'last', ...fleet.hosts(), '-l', 'lab-1', '-y'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('the limit leaves out all hosts that the run changed: lab-2, lab-4'),
    });
    expect(await runbook(['rollback', 'last', ...fleet.hosts(), '-y'])).toMatchObject({ code: 0 });
    const [newest] = await fleet.listed();
    expect(await runbook(['rollback', newest?.run ?? '', ...fleet.hosts(), '-y'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('is a rollback; only an apply can be rolled back'),
    });
  });
});
