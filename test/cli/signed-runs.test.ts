import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listRuns } from '../../src/cli/list-runs.ts';
import type { EventBody } from '../../src/domain/event.ts';
import { noKeygen } from '../lab/signers.ts';
import { at, ENDED, machine, NOW } from './signed-runs-rig.ts';

describe.skipIf(noKeygen !== undefined)(`the end of a run${noKeygen === undefined ? '' : ` (${noKeygen})`}`, () => {
  test('is signed with the key of the policy, beside its journal and for the operator alone, as ssh-keygen itself can tell', async () => {
    const { ended, err, journalOf, cwd } = machine();
    await ended('r1');
    expect(err.text).toBe('The end of the run is signed.\n');
    expect(statSync(`${journalOf('r1')}.sig`).mode & 0o777).toBe(0o600);
    const argv = ['-Y', 'verify', '-f', 'runbook/signers', '-I', 'ada@example.com', '-n', 'runbook-run@v1', '-s', `${journalOf('r1')}.sig`];
    const last = execFileSync('tail', ['-n', '1', journalOf('r1')]);
    expect(execFileSync('ssh-keygen', argv, { cwd, input: last, encoding: 'utf8' })).toContain('Good "runbook-run@v1" signature for ada');
  });

  test('is told by `runs --verify`: the chain is whole, and who signed it', async () => {
    const { ended, verified, world, out } = machine();
    await ended('r1');
    const { code, said } = await verified();
    expect(code).toBe(0);
    expect(said).toMatch(/^r1 {2}apply .*\n {2}its chain is whole, and its end is signed by ada@example\.com\n$/);
    const before = out.text.length;
    await listRuns(world, { color: 'never', json: true, verify: true });
    expect(JSON.parse(out.text.slice(before))).toMatchObject([{ run: 'r1', signature: { state: 'good', by: 'ada@example.com' } }]);
  });

  test('is not signed without a key in the policy, and nothing is said', async () => {
    const { ended, err, verified } = machine('allowed_signers: signers\n');
    await ended('r1');
    expect(err.text).toBe('');
    expect(await verified()).toMatchObject({ code: 0, said: expect.stringContaining('its chain is whole, and its end is not signed') });
  });

  test('is signed by the key that each operator has at the same place of their home', async () => {
    const { ended, err, verified } = machine('sign_runs: ~/bob\nallowed_signers: signers\n');
    await ended('r1');
    expect(err.text).toBe('The end of the run is signed.\n');
    expect((await verified()).said).toContain('signed by bob@example.com');
  });

  test.for<[string, (at: ReturnType<typeof machine>) => void, RegExp]>([
    [
      'because the key is not there',
      ({ adopt }) => adopt('sign_runs: ~/none\n'),
      /is not signed: the run could not be signed with .*none: /,
    ],
    ['because the policy is not understood', ({ adopt }) => adopt('sign_run: x\n'), /is not signed: the policy is not understood/],
    ['because ssh-keygen is not there', ({ world }) => hide(world.env), /is not signed: ssh-keygen is not installed/],
    ['because its directory is gone', ({ runs, world }) => goneWhenSigned(runs, world.env), /is not signed: the signature could not/],
    ['because nothing can be written for ssh-keygen', () => (process.env['TMPDIR'] = '/nowhere'), /is not signed: .*temporary directory/],
  ])('that cannot be signed %s is told, and is the end of the run all the same', async ([, spoil, why]) => {
    const at = machine();
    const temporary = process.env['TMPDIR'];
    spoil(at);
    await at.ended('r1');
    if (temporary === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = temporary;
    expect(at.err.text).toMatch(why);
    expect(existsSync(`${at.journalOf('r1')}.sig`)).toBe(false);
  });
  const hide = (env: Record<string, string | undefined>) => (env['PATH'] = '/nowhere');
  const goneWhenSigned = (runs: string, env: Record<string, string | undefined>) => {
    const program = join(runs, '../bin/ssh-keygen');
    mkdirSync(join(runs, '../bin'));
    writeFileSync(
      program,
      `#!/bin/sh\nrm -r '${runs}/r1'\nexec '${execFileSync('sh', ['-c', 'command -v ssh-keygen']).toString().trim()}' "$@"\n`,
    );
    chmodSync(program, 0o755);
    env['PATH'] = `${join(runs, '../bin')}:${env['PATH']}`;
  };

  test('asks nobody for a passphrase, in no window either, where there is no terminal', async () => {
    const { ended, err, cwd, people, world, journalOf } = machine();
    execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'a passphrase', '-f', people.key('ada')]);
    writeFileSync(join(cwd, 'ask'), `#!/bin/sh\n: >'${cwd}/asked'\necho 'a passphrase'\n`);
    chmodSync(join(cwd, 'ask'), 0o755);
    Object.assign(world.env, { SSH_ASKPASS: join(cwd, 'ask'), SSH_ASKPASS_REQUIRE: 'force', DISPLAY: ':0', SSH_AUTH_SOCK: undefined });
    await ended('r1');
    expect(err.text).toMatch(/the end of the run is not signed: .*incorrect passphrase/);
    expect([existsSync(join(cwd, 'asked')), existsSync(`${journalOf('r1')}.sig`)]).toEqual([false, false]);
  });

  test('of a run that was resumed is signed anew; until then nobody vouches for what follows the first end', async () => {
    const { ended, verified, adopt } = machine();
    await ended('r1');
    adopt('allowed_signers: signers\n');
    const resumed: readonly EventBody[] = [{ type: 'run.resumed', operator: 'bob', hosts: ['a'] }, ENDED];
    await ended('r1', at(NOW, resumed));
    const { code, said } = await verified();
    expect(code).toBe(1);
    expect(said).toContain('not good: it is by ada@example.com over the first 6 lines of the journal; what follows them is not signed');
    adopt('sign_runs: ../bob\nallowed_signers: signers\n');
    await ended('r1', at(NOW, resumed));
    expect(await verified()).toMatchObject({ code: 0, said: expect.stringContaining('signed by bob@example.com') });
  });
});
