import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { LAUNCH, runbook, start } from '../lab/command-line.ts';
import { noKeygen, Signers } from '../lab/signers.ts';
import { noPractice, onPractice, PracticeFleet } from './practice-fleet.ts';
import { CTRL_C, DOWN, noTerminal, Pty, quoted, RETURN } from './pty.ts';

const PASSPHRASE = 'correct-horse';

/** The desk of somebody whose runs are signed. */
function desk() {
  const directory = mkdtempSync(join(tmpdir(), 'runbook-signed-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  mkdirSync(join(directory, 'runbook'));
  const people = new Signers(directory, ['ada']);
  writeFileSync(join(directory, 'runbook/signers'), people.line('ada'));
  writeFileSync(join(directory, 'runbook/policy.yaml'), 'sign_runs: ../ada\nallowed_signers: signers\n');
  return { directory, key: people.key('ada'), env: { XDG_CONFIG_HOME: directory, SSH_AUTH_SOCK: '', DISPLAY: '' } };
}

describe.skipIf((noPractice ?? noKeygen) !== undefined)(onPractice('where runs are signed'), async () => {
  const fleet = noPractice === undefined ? await PracticeFleet.up() : ({} as PracticeFleet);
  beforeEach(async () => {
    fleet.forget();
    await fleet.break();
  });
  const apply = () => fleet.run('apply', '-l', 'lab-2', '-y');
  const verified = async (env: Record<string, string>) => {
    const { out, code } = await runbook(['runs', '--verify', ...fleet.state()], { env });
    return { code, ends: out.split('\n').filter((line) => line.startsWith('  ')) };
  };
  const GOOD = '  its chain is whole, and its end is signed by ada@example.com';

  test('an apply, a rollback and a resume each have a signature at their end', async () => {
    const { env, directory } = desk();
    const run = (...args: readonly string[]) => runbook([...args], { env });
    const plan = join(directory, 'fix.plan');
    expect(await run(...fleet.run('plan', '-l', 'lab-2', '-o', plan))).toMatchObject({ code: 0 });
    expect(await run('apply', plan, '-y', ...fleet.state())).toMatchObject({ code: 0, err: expect.stringMatching(/is signed\.\n$/) });
    expect(await run('rollback', 'last', ...fleet.hosts(), '-y')).toMatchObject({ code: 0 });
    expect(await verified(env)).toEqual({ code: 0, ends: [GOOD, GOOD] });

    const held = fleet.holdRestarts('lab-2');
    const cutOff = start(apply(), { env });
    await held.letThrough();
    cutOff.child.kill('SIGKILL');
    await cutOff.finished;
    held.open();
    await fleet.idle('lab-2');
    expect((await verified(env)).ends.at(-3)).toBe('  its chain is whole, and its end is not signed');
    expect((await run('resume', 'last', ...fleet.hosts())).err).toMatch(/The end of the run is signed\.\n$/);
    expect(await verified(env)).toEqual({ code: 0, ends: [GOOD, GOOD, GOOD] });
  });

  test('a run that cannot be signed ends as it did, with the reason', async () => {
    const { env, key } = desk();
    rmSync(key);
    const applied = await runbook(apply(), { env });
    expect(applied).toMatchObject({ code: 0, err: expect.stringMatching(/the end of the run is not signed: the run could not be signed/) });
    expect(applied.out).toMatch(/1 host +fixed: lab-2/);
    expect(await verified(env)).toEqual({ code: 0, ends: ['  its chain is whole, and its end is not signed'] });
  });

  describe.skipIf(noTerminal !== undefined)('by a key with a passphrase', () => {
    const locked = () => {
      const at = desk();
      execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', PASSPHRASE, '-f', at.key]);
      return at;
    };
    const lastSignature = async () => {
      const [{ run } = { run: '' }] = await fleet.listed();
      return join(fleet.stateDirectory, 'runs', run, 'journal.jsonl.sig');
    };

    test('it is asked for at the terminal, below the end of the run', async () => {
      const { env } = locked();
      const pty = Pty.runbook(fleet.run('apply', '-l', 'lab-2'), { env, columns: 120 });
      await pty.waitFor(/\? Change 1 host\?[\s\S]*Diff:/);
      pty.type(DOWN, RETURN);
      await pty.waitFor(/fixed: lab-2[\s\S]*Signing the end of the run with [\s\S]*Enter passphrase/);
      pty.type(PASSPHRASE, RETURN);
      expect(await pty.exitCode()).toBe(0);
      expect(pty.screen.text).toContain('The end of the run is signed.');
      expect(statSync(await lastSignature()).mode & 0o777).toBe(0o600);
    });

    test('Ctrl-C there leaves the run unsigned, and its exit code as it was', async () => {
      const { env } = locked();
      const pty = Pty.runbook(apply(), { env, columns: 120 });
      await pty.waitFor(/Enter passphrase/);
      // ssh-keygen does not notice a signal between its question and its reading before a line ends.
      pty.type(CTRL_C, RETURN);
      expect(await pty.exitCode()).toBe(0);
      expect(pty.screen.text).toMatch(/the end of the run is not signed/);
      expect(existsSync(await lastSignature())).toBe(false);
    });

    test('it is asked of nobody when the input is no terminal, although there is one', async () => {
      const { env } = locked();
      const command = [LAUNCH, ...apply()].map(quoted).join(' ');
      const pty = new Pty(`${command} </dev/null`, { env, columns: 120 });
      // Whoever asked would have an answer.
      pty.type(PASSPHRASE, RETURN);
      expect(await pty.exitCode()).toBe(0);
      expect(pty.screen.text).toMatch(/the end of the run is not signed: [\s\S]*incorrect passphrase[\s\S]*nobody was asked/);
      expect(pty.screen.text).not.toContain('Enter passphrase');
      expect(existsSync(await lastSignature())).toBe(false);
    });
  });
});
