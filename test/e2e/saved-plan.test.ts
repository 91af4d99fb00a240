import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type Finished, outcomesOf, runbook } from '../lab/command-line.ts';
import { noPractice, onPractice, PracticeFleet } from './practice-fleet.ts';
import { DOWN, noTerminal, Pty, RETURN } from './pty.ts';

const HAND_OUT = `apiVersion: runbook/v1
name: hand-out
summary: Puts a token in its place
hosts: k8s_nodes
inputs:
  token: { type: string, sensitive: true }
remediate:
  - uses: file.content
    sensitive: true
    with: { path: /etc/token, mode: '0600', content: '\${{ inputs.token }}' }
verify:
  - uses: file.read
    sensitive: true
    with: { path: /etc/token, expect: { equals: '\${{ inputs.token }}' } }
`;

const FLAGS = 'var/lib/kubelet/kubeadm-flags.env';

/** A directory of the test's own, for plans and for the policy of the person who works in it. */
function desk(): string {
  const directory = mkdtempSync(join(tmpdir(), 'runbook-plan-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  mkdirSync(join(directory, 'config/runbook'), { recursive: true });
  return directory;
}

describe.skipIf(noPractice !== undefined)(onPractice('a saved plan'), async () => {
  const fleet = noPractice === undefined ? await PracticeFleet.up() : ({} as PracticeFleet);
  beforeEach(() => fleet.break());

  /** Runs a command of somebody at a desk. */
  const at = (directory: string, ...args: readonly string[]): Promise<Finished> =>
    runbook(args, { cwd: directory, env: { XDG_CONFIG_HOME: join(directory, 'config') } });
  const plan = (directory: string, ...more: readonly string[]) => at(directory, ...fleet.run('plan', '-o', 'fix.plan', ...more));
  const apply = (directory: string, ...more: readonly string[]) => at(directory, 'apply', 'fix.plan', ...fleet.state(), ...more);
  const hashOf = ({ err }: Finished) => /sha256 +([0-9a-f]{64})/.exec(err)?.[1] ?? 'none';

  test('is what `plan` shows, is private, and says how it is carried out', async () => {
    const directory = desk();
    const before = fleet.tree('lab-2');
    const planned = await plan(directory);
    expect(planned).toMatchObject({ code: 0, out: expect.stringContaining('2 of 5 hosts would be changed') });
    expect(planned.err).toContain('Saved: ./fix.plan. It expires in 60 min');
    expect(planned.err).toContain(
      `runbook apply ./fix.plan --state-dir ${fleet.stateDirectory} --plan-hash ${hashOf(planned).slice(0, 16)}`,
    );
    expect(statSync(join(directory, 'fix.plan')).mode & 0o777).toBe(0o600);
    expect(fleet.tree('lab-2')).toEqual(before);
    const shown = await apply(directory, '--dry-run');
    expect(shown.out).toContain(`sha256     ${hashOf(planned)}`);
    expect(shown.out).toMatch(/left alone +healthy: lab-1, lab-3, lab-5/);
    expect(shown.out).toContain('- --improve-speed in KUBELET_KUBEADM_ARGS');
    expect(fleet.tree('lab-2')).toEqual(before);
  });

  test('is carried out as it is, and once: the hosts themselves refuse it the second time', async () => {
    const directory = desk();
    await plan(directory);
    expect(await apply(directory, '-y')).toMatchObject({ code: 0, out: expect.stringMatching(/2 hosts +fixed: lab-2, lab-4/) });
    expect(await fleet.kubelet('lab-2')).toBe('active (running)');
    const starts = fleet.starts('lab-2');
    const [first] = await fleet.listed();
    const again = await apply(directory, '-y', '--json');
    expect(again.code).toBe(3);
    expect(outcomesOf(again)['lab-2']).toMatch(
      new RegExp(`^failed \\(locked: it was begun before, by run ${first?.run} by .*, and is CONFIRMED\\)$`),
    );
    expect(outcomesOf(again)['lab-4']).toMatch(/^skipped/);
    expect(fleet.starts('lab-2')).toBe(starts);
  });

  test('that was carried out is taken back by the run that did, and the run that was refused has nothing to take back', async () => {
    const directory = desk();
    await plan(directory);
    const broken = fleet.flags('lab-2');
    expect(await apply(directory, '-y')).toMatchObject({ code: 0 });
    const [done] = await fleet.listed();
    expect(await apply(directory, '-y')).toMatchObject({ code: 3 });
    const [refused] = await fleet.listed();
    const nothing = await runbook(['rollback', refused?.run ?? '', ...fleet.hosts(), '-y']);
    expect(nothing).toMatchObject({ code: 0, err: expect.stringContaining('is left to take back') });
    expect(await runbook(['rollback', done?.run ?? '', ...fleet.hosts(), '-y'])).toMatchObject({ code: 0 });
    expect(fleet.flags('lab-2')).toEqual(broken);
  });

  test('leaves a host alone that somebody edited since, and fixes the others', async () => {
    const directory = desk();
    await plan(directory);
    const path = join(fleet.lab.paths.hosts, 'lab-2', FLAGS);
    writeFileSync(path, `${readFileSync(path, 'latin1')}# by hand\n`);
    const edited = fleet.flags('lab-2');
    const applied = await apply(directory, '-y', '--json');
    expect(applied.code).toBe(3);
    expect(outcomesOf(applied)).toEqual({ 'lab-2': expect.stringMatching(/^stale \(stale: .*kubeadm-flags\.env/), 'lab-4': 'fixed' });
    expect(fleet.flags('lab-2')).toEqual(edited);
    writeFileSync(path, edited.text.replace('# by hand\n', ''));
  });

  test('is approved by its hash where there is no terminal, and by nothing else than -y', async () => {
    const directory = desk();
    const hash = hashOf(await plan(directory));
    expect(await apply(directory)).toMatchObject({
      code: 5,
      out: expect.stringMatching(/Next: runbook apply \.\/fix\.plan --state-dir \S+\n.*carry the plan out/),
      err: expect.stringContaining('pass -y or --plan-hash'),
    });
    expect(await apply(directory, '--json')).toMatchObject({ code: 5, err: expect.stringContaining('pass -y or --plan-hash') });
    const wrong = `${hash.startsWith('0') ? '1' : '0'}${hash.slice(1, 12)}`;
    expect(await apply(directory, '--plan-hash', wrong)).toMatchObject({ code: 1, err: expect.stringContaining(`not ${wrong}`) });
    expect(await apply(directory, '--plan-hash', hash.slice(0, 7))).toMatchObject({ code: 1, err: expect.stringContaining('8 to 64') });
    expect(fleet.flags('lab-2').text).toContain('--improve-speed');
    expect(await apply(directory, '--plan-hash', hash.slice(0, 8))).toMatchObject({ code: 0 });
    const approval = (await fleet.journal()).find(({ type }) => type === 'approval.given');
    expect(approval).toMatchObject({ answer: 'yes', by: expect.stringContaining('(--plan-hash)') });
  });

  test('names the plan, who made it and who applies it in the journal', async () => {
    const directory = desk();
    const hash = hashOf(await plan(directory));
    await apply(directory, '-y');
    const [started] = await fleet.journal();
    expect(started).toMatchObject({ type: 'run.started', plan: { sha256: hash, run: expect.stringMatching(/^\d{8}-/), approvedBy: [] } });
  });

  test('takes no target, limit or input of another time', async () => {
    const directory = desk();
    await plan(directory);
    expect(await apply(directory, '-y', '-l', 'lab-2')).toMatchObject({ code: 1, err: expect.stringContaining('names its hosts') });
    expect(await apply(directory, '-y', '-e', 'stable_for=2s')).toMatchObject({
      code: 1,
      err: expect.stringContaining('holds its inputs'),
    });
  });

  test('is never written over a file that is no plan, and in place of an older plan', async () => {
    const directory = desk();
    writeFileSync(join(directory, 'notes.txt'), 'mine');
    const refused = await at(directory, ...fleet.run('plan', '-o', 'notes.txt'));
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('is there already, and is no plan') });
    expect(readFileSync(join(directory, 'notes.txt'), 'utf8')).toBe('mine');
    const [first, second] = [hashOf(await plan(directory)), hashOf(await plan(directory))];
    expect(first).not.toBe(second);
    expect(readFileSync(join(directory, 'fix.plan'), 'utf8')).toContain(second);
  });

  test('of a fleet that is well changes nothing, and is no error', async () => {
    const directory = desk();
    expect(await plan(directory, '-l', 'lab-1')).toMatchObject({ code: 0 });
    expect(await apply(directory, '-y')).toMatchObject({ code: 0 });
  });

  test('does not hold sensitive inputs, and takes no others than it was made with', async () => {
    const directory = desk();
    const token = 'hunter2-of-this-test';
    writeFileSync(join(directory, 'hand-out.yaml'), HAND_OUT);
    const where = ['-l', 'lab-3', '-i', fleet.lab.paths.inventory, ...fleet.state()];
    const planned = await at(directory, 'plan', './hand-out.yaml', ...where, '-e', `token=${token}`, '-o', 'fix.plan');
    expect(planned).toMatchObject({ code: 0, err: expect.stringContaining('and -e token=… again') });
    expect(planned.err).not.toContain("'token=…'");
    const held = JSON.stringify({ ...JSON.parse(readFileSync(join(directory, 'fix.plan'), 'utf8')).body, contents: {} });
    expect(held + planned.out + planned.err).not.toContain(token);
    expect(await apply(directory, '-y')).toMatchObject({ code: 1, err: expect.stringContaining('token must be given') });
    expect(await apply(directory, '-y', '-e', 'token=other')).toMatchObject({
      code: 1,
      err: expect.stringContaining('token is not what the plan was made with'),
    });
    writeFileSync(join(directory, 'token'), `${token}\n`);
    const applied = await apply(directory, '-y', '-e', 'token=@token');
    expect(applied).toMatchObject({ code: 0, out: expect.stringMatching(/1 host +fixed: lab-3/) });
    expect(applied.out + applied.err).not.toContain(token);
    expect(readFileSync(join(fleet.lab.paths.hosts, 'lab-3/etc/token'), 'utf8')).toBe(token);
  });

  describe.skipIf(noTerminal !== undefined)('at a terminal', () => {
    test('is shown with its hash, its maker and its expiry, and Return alone is no', async () => {
      const directory = desk();
      const hash = hashOf(await plan(directory));
      const before = fleet.tree('lab-2');
      const pty = Pty.runbook(['apply', join(directory, 'fix.plan'), ...fleet.state()], {
        columns: 120,
        env: { XDG_CONFIG_HOME: directory },
      });
      await pty.waitFor(/Apply kubelet-bad-flag on 2 hosts in 2 waves of 1 and 1: lab-2, lab-4\n\? Change 2 hosts\?/);
      pty.type(RETURN);
      expect(await pty.exitCode()).toBe(5);
      expect(pty.screen.text).toContain(hash);
      expect(pty.screen.text).toMatch(/made by +\S+ on .*ago \(run \d{8}-/);
      expect(pty.screen.text).toMatch(/expires +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, in (59|60) min/);
      expect(fleet.tree('lab-2')).toEqual(before);
    });

    test('is signed by a second person who was shown it and said yes, and by nobody who did not', async () => {
      const directory = desk();
      await plan(directory);
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', join(directory, 'key')]);
      const ask = () =>
        Pty.runbook(['approve', join(directory, 'fix.plan'), '--key', join(directory, 'key')], { env: { XDG_CONFIG_HOME: directory } });
      const approvals = () => readdirSync(directory).filter((name) => name.includes('.approval-'));
      const no = ask();
      await no.waitFor(/- --improve-speed[\s\S]*Approve kubelet-bad-flag on 2 hosts[\s\S]*\? Approve this plan\?\n❯ No/);
      no.type(RETURN);
      expect([await no.exitCode(), approvals()]).toEqual([5, []]);
      const yes = ask();
      await yes.waitFor(/\? Approve this plan\?/);
      yes.type(DOWN, RETURN);
      expect([await yes.exitCode(), approvals().length]).toEqual([0, 1]);
      expect(yes.screen.text).toContain('No policy here names allowed_signers');
    });
  });
});
