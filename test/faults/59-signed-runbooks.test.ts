import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { decodePlan, encodePlan } from '../../src/journal/plan-file.ts';
import { noPractice, onPractice, PracticeFleet } from '../e2e/practice-fleet.ts';
import { runbook } from '../lab/command-line.ts';
import { noKeygen, Signers } from '../lab/signers.ts';
import { scratch } from '../lab-embedded/practice.ts';

const lacking = noPractice ?? noKeygen;

/** It says that it only reads, and leaves a mark on every host that it asks. */
const MARKING = `apiVersion: runbook/v1
name: marking
summary: Leaves a mark
hosts: all
diagnose:
  - uses: command.probe
    with: { argv: [touch, /root/asked], read_only: true }
remediate:
  - uses: file.content
    with: { path: /etc/marked, mode: '0644', content: "by a runbook\\n" }
verify:
  - uses: file.read
    with: { path: /etc/marked, expect: { equals: "by a runbook\\n" } }
`;
const ALWAYS = 'runbook_signature: always\nallowed_signers: SIGNERS\n';
/** Plans need no signature of their own, so that what is wrong with the runbook in one is what refuses it. */
const RUNBOOKS_ALONE = `${ALWAYS}plan_signature: never\n`;

describe.skipIf(lacking !== undefined)(onPractice('fault 59: a runbook'), async () => {
  const fleet = lacking === undefined ? await PracticeFleet.up() : ({} as PracticeFleet);
  const made = scratch();
  const people = new Signers(made, lacking === undefined ? ['ada', 'eve'] : []);
  const on = (path: string) => join(fleet.lab.paths.hosts, 'lab-3', path);
  beforeEach(() => {
    fleet.forget();
    for (const path of ['root/asked', 'etc/marked']) rmSync(on(path), { force: true });
  });

  /** A directory with the runbook, of somebody who has this policy. */
  function desk(policy?: string): string {
    const directory = mkdtempSync(join(tmpdir(), 'runbook-signed-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    mkdirSync(join(directory, 'runbook'));
    writeFileSync(join(directory, 'marking.yaml'), MARKING);
    writeFileSync(join(made, 'signers'), people.line('ada'));
    if (policy !== undefined) adopt(directory, policy);
    return directory;
  }

  const adopt = (directory: string, policy: string) =>
    writeFileSync(join(directory, 'runbook/policy.yaml'), policy.replaceAll('SIGNERS', join(made, 'signers')));
  const at = (directory: string, ...args: readonly string[]) => runbook(args, { cwd: directory, env: { XDG_CONFIG_HOME: directory } });
  const run = (directory: string, ...[verb, ...more]: readonly string[]) =>
    at(directory, verb ?? '', './marking.yaml', ...fleet.hosts(), '-l', 'lab-3', ...more);
  const apply = (directory: string) => at(directory, 'apply', 'fix.plan', '-y', ...fleet.state());
  const signedBy = (directory: string, name: string) => people.sign(join(directory, 'marking.yaml'), name, 'runbook@v1');

  test('fault 59: that is not signed as asked asks no host anything, not even by a probe that says that it only reads', async () => {
    const directory = desk(ALWAYS);
    for (const verb of [['diagnose'], ['plan'], ['apply', '--dry-run'], ['apply', '-y']] as const) {
      const { code, out, err } = await run(directory, ...verb);
      expect({ verb, code, out }).toEqual({ verb, code: 1, out: '' });
      expect(err).toContain('the policy asks for signed runbooks');
    }
    signedBy(directory, 'eve');
    expect(await run(directory, 'diagnose')).toMatchObject({ code: 1, err: expect.stringContaining('is by no key') });
    expect([existsSync(on('root/asked')), existsSync(join(fleet.stateDirectory, 'runs'))]).toEqual([false, false]);
    signedBy(directory, 'ada');
    expect(await run(directory, 'diagnose')).toMatchObject({ code: 0 });
    expect(existsSync(on('root/asked'))).toBe(true);
  });

  test('fault 59: that is signed as asked is carried out, and the journal names who signed it', async () => {
    const directory = desk(ALWAYS);
    signedBy(directory, 'ada');
    expect(await run(directory, 'apply', '-y')).toMatchObject({ code: 0 });
    expect((await fleet.journal())[0]).toMatchObject({ type: 'run.started', runbookSignedBy: 'ada@example.com' });
    expect(readFileSync(on('etc/marked'), 'utf8')).toBe('by a runbook\n');
  });

  test('fault 59: that is signed lends its name to no plan, which can hold any changes beside it', async () => {
    const directory = desk(ALWAYS);
    signedBy(directory, 'ada');
    expect(await run(directory, 'plan', '-o', 'fix.plan')).toMatchObject({ code: 0 });
    expect(await apply(directory)).toMatchObject({ code: 1, err: expect.stringContaining('asks for a signature, and the plan has none') });
    expect(await run(directory, 'plan', '-o', 'fix.plan', '--sign', people.key('ada'))).toMatchObject({ code: 0 });
    expect(await apply(directory)).toMatchObject({ code: 0, out: expect.stringMatching(/runbook by +ada@\S+\n +signed by +ada@/) });
  });

  test('fault 59: in a saved plan is judged again by whoever carries it out, and refused when nobody signed it', async () => {
    const directory = desk();
    expect(await run(directory, 'plan', '-o', 'fix.plan')).toMatchObject({ code: 0 });
    adopt(directory, RUNBOOKS_ALONE);
    expect(await apply(directory)).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining('the policy asks for signed runbooks, and the runbook marking in the plan is not signed'),
    });
    expect(existsSync(on('etc/marked'))).toBe(false);
  });

  test('fault 59: in a saved plan brings its signature along, which holds for no other runbook and by no other key', async () => {
    const directory = desk();
    signedBy(directory, 'ada');
    expect(await run(directory, 'plan', '-o', 'fix.plan')).toMatchObject({ code: 0, err: expect.stringContaining('nobody checked') });
    adopt(directory, RUNBOOKS_ALONE);
    const file = join(directory, 'fix.plan');
    const sound = readFileSync(file);
    const decoded = decodePlan(sound);
    if (!decoded.ok) throw new Error(decoded.failure.message);
    const { plan } = decoded.value;
    const forged = async (signature: string) => {
      writeFileSync(file, encodePlan({ ...plan, runbook: { ...plan.runbook, signature } }).text);
      const { code, out, err } = await apply(directory);
      expect({ code, out }).toEqual({ code: 1, out: '' });
      return err;
    };
    writeFileSync(join(directory, 'other.yaml'), MARKING.replace('touch', 'true'));
    people.sign(join(directory, 'other.yaml'), 'ada', 'runbook@v1');
    expect(await forged(readFileSync(join(directory, 'other.yaml.sig'), 'utf8'))).toMatch(/in the plan does not hold for this runbook/);
    signedBy(directory, 'eve');
    expect(await forged(readFileSync(join(directory, 'marking.yaml.sig'), 'utf8'))).toMatch(/in the plan is by no key that/);
    expect(existsSync(on('etc/marked'))).toBe(false);

    writeFileSync(file, sound);
    expect(await apply(directory)).toMatchObject({ code: 0, out: expect.stringMatching(/runbook by +ada@example\.com/) });
    expect((await fleet.journal())[0]).toMatchObject({ runbookSignedBy: 'ada@example.com', plan: { approvedBy: [] } });
    expect(readFileSync(on('etc/marked'), 'utf8')).toBe('by a runbook\n');
  });
});
