import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { SavedPlan } from '../../src/domain/saved-plan.ts';
import { decodePlan, encodePlan } from '../../src/journal/plan-file.ts';
import { noPractice, onPractice, PracticeFleet } from '../e2e/practice-fleet.ts';
import { type Finished, outcomesOf, runbook } from '../lab/command-line.ts';
import { noKeygen, Signers } from '../lab/signers.ts';
import { scratch } from '../lab-embedded/practice.ts';

const lacking = noPractice ?? noKeygen;
const HOSTS = ['lab-2', 'lab-4'];

describe.skipIf(lacking !== undefined)(onPractice('fault 59: a plan file'), async () => {
  const fleet = lacking === undefined ? await PracticeFleet.up() : ({} as PracticeFleet);
  const made = scratch();
  const people = new Signers(made, lacking === undefined ? ['ada', 'bob', 'eve'] : []);

  beforeAll(async () => {
    await fleet.break();
    writeFileSync(join(made, 'signers'), people.line('ada') + people.line('bob'));
    const planned = await runbook(fleet.run('plan', '-o', join(made, 'fix.plan'), '--sign', people.key('ada')), {
      env: { XDG_CONFIG_HOME: made },
    });
    expect(planned).toMatchObject({ code: 0, err: expect.stringContaining('fix.plan, signed.') });
  });

  /** A copy of the plan, with its signature, on the desk of somebody who has this policy. */
  function desk(policy?: string): string {
    const directory = mkdtempSync(join(tmpdir(), 'runbook-plan-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    mkdirSync(join(directory, 'runbook'));
    for (const name of ['fix.plan', 'fix.plan.sig']) copyFileSync(join(made, name), join(directory, name));
    if (policy !== undefined) writeFileSync(join(directory, 'runbook/policy.yaml'), policy.replaceAll('SIGNERS', join(made, 'signers')));
    return directory;
  }

  const at = (directory: string, ...args: readonly string[]) => runbook(args, { cwd: directory, env: { XDG_CONFIG_HOME: directory } });
  const apply = (directory: string, ...more: readonly string[]) => at(directory, 'apply', 'fix.plan', '-y', ...fleet.state(), ...more);
  const approve = (directory: string, name: string) =>
    at(directory, 'approve', 'fix.plan', '--key', people.key(name), '--plan-hash', hashIn(directory));
  const hashIn = (directory: string) => /"sha256":"([0-9a-f]{64})"/.exec(readFileSync(join(directory, 'fix.plan'), 'utf8'))?.[1] ?? '';

  /** Signs the plan on a desk anew. */
  const sign = (directory: string, name: string, namespace = 'runbook-plan@v1') =>
    people.sign(join(directory, 'fix.plan'), name, namespace);

  /** Writes another plan in place of that on a desk, as one who knows the format would; its signature stays. */
  function forge(directory: string, edit: (plan: SavedPlan) => SavedPlan): void {
    const plan = decodePlan(readFileSync(join(directory, 'fix.plan')));
    if (!plan.ok) throw new Error(plan.failure.message);
    writeFileSync(join(directory, 'fix.plan'), encodePlan(edit(plan.value.plan)).text);
  }

  /** Nothing was begun: the fleet is as it was, and the refusal says why. */
  async function refusedWhole(finished: Promise<Finished>, why: string | RegExp): Promise<void> {
    const before = HOSTS.map((host) => fleet.tree(host));
    const { code, out, err } = await finished;
    expect(err).toMatch(why);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(HOSTS.map((host) => fleet.tree(host))).toEqual(before);
  }

  const SIGNED = 'plan_signature: always\nsaved_plan_only: false\nallowed_signers: SIGNERS\n';
  const APPROVED = 'approvals: 1\nallowed_signers: SIGNERS\n';

  test('fault 59: edited with sed, it is refused whole', async () => {
    const directory = desk();
    const text = readFileSync(join(directory, 'fix.plan'), 'utf8');
    writeFileSync(join(directory, 'fix.plan'), text.replace('"restart"', '"reload"'));
    await refusedWhole(apply(directory), /damaged or altered: its hash is/);
  });

  test('fault 59: reformatted, it is refused whole', async () => {
    const directory = desk();
    const value: unknown = JSON.parse(readFileSync(join(directory, 'fix.plan'), 'utf8'));
    writeFileSync(join(directory, 'fix.plan'), JSON.stringify(value, null, 2));
    await refusedWhole(apply(directory), /damaged or altered: it does not have the form/);
  });

  test('fault 59: made by another version, it is refused whole', async () => {
    const directory = desk();
    forge(directory, (plan) => ({ ...plan, version: '9.9.9' }));
    await refusedWhole(apply(directory), /made by version 9\.9\.9 of runbook/);
  });

  test('fault 59: expired, it is refused whole', async () => {
    const directory = desk();
    const [created, expires] = [Date.now() - 7_200_000, Date.now() - 3_600_000].map((ms) => new Date(ms).toISOString());
    forge(directory, (plan) => ({ ...plan, created: created ?? '', expires: expires ?? '' }));
    await refusedWhole(apply(directory), /the plan expired at .*plan again/s);
  });

  test('fault 59: edited and hashed anew, it no longer fits its signature', async () => {
    const directory = desk(SIGNED);
    forge(directory, (plan) => ({ ...plan, operator: 'somebody' }));
    await refusedWhole(apply(directory), /fix\.plan\.sig does not hold for this plan: .*incorrect signature/);
  });

  test('fault 59: a signature that is asked for and missing is told', async () => {
    const directory = desk(SIGNED);
    rmSync(join(directory, 'fix.plan.sig'));
    await refusedWhole(apply(directory), /the policy asks for a signature, and the plan has none/);
  });

  test('fault 59: a signature by a key that nobody allows is refused', async () => {
    const directory = desk(SIGNED);
    sign(directory, 'eve');
    await refusedWhole(apply(directory), /is by no key that .*signers allows/);
  });

  test('fault 59: a signature that was made for something else than a plan is refused', async () => {
    const directory = desk(SIGNED);
    sign(directory, 'ada', 'file');
    await refusedWhole(apply(directory), /does not hold for this plan: .*namespace/);
  });

  test('fault 59: a signature by a revoked key is refused', async () => {
    const directory = desk(`${SIGNED}revoked_keys: revoked\n`);
    copyFileSync(`${people.key('ada')}.pub`, join(directory, 'runbook/revoked'));
    await refusedWhole(apply(directory), /does not hold for this plan: .*revoked/);
  });

  test('fault 59: a signature by a key whose time is over is refused', async () => {
    const directory = desk('plan_signature: always\nallowed_signers: mine\n');
    writeFileSync(join(directory, 'runbook/mine'), people.line('ada', 'valid-before="20200101"'));
    await refusedWhole(apply(directory), /fix\.plan\.sig (is by no key|does not hold)/);
  });

  test('fault 59: no file of signers, or no list of revoked keys, is a refusal as well', async () => {
    await refusedWhole(apply(desk('plan_signature: always\nallowed_signers: none\n')), /is by no key that .*none allows/);
    await refusedWhole(apply(desk(`${SIGNED}revoked_keys: none\n`)), /does not hold for this plan/);
  });

  test.for<[string, string, RegExp]>([
    ['that is no YAML', 'approvals: [', /policy\.yaml:1:\d+[\s\S]*the policy is not understood/],
    ['with a word that there is not', 'approvers: 2\n', /policy\.yaml:1:1[\s\S]*did you mean .?approvals/],
    ['that asks for signatures of nobody knows whom', 'approvals: 1\n', /approvals needs allowed_signers/],
    ['that is empty', '# to do\n', /the policy is empty/],
  ])('fault 59: under a policy %s, nothing is carried out', async ([, policy, why]) => {
    const directory = desk(policy);
    await refusedWhole(apply(directory), why);
    await refusedWhole(at(directory, ...fleet.run('apply', '-y')), why);
  });

  test('fault 59: under a policy that cannot be read, nothing is carried out', async () => {
    const directory = desk();
    mkdirSync(join(directory, 'runbook/policy.yaml'));
    await refusedWhole(apply(directory), /the policy cannot be read/);
  });

  test('fault 59: a runbook is not carried out at once where only approved plans may be', async () => {
    await refusedWhole(at(desk(APPROVED), ...fleet.run('apply', '-y')), /the policy allows saved plans only/);
  });

  test('fault 59: neither the signer, nor a stranger, nor one person twice is the second person', async () => {
    const directory = desk(`${APPROVED.replace('1', '2')}`);
    expect(await approve(directory, 'ada')).toMatchObject({ code: 1, err: expect.stringContaining('ada@example.com signed the plan') });
    expect(await approve(directory, 'eve')).toMatchObject({ code: 1, err: expect.stringContaining('is by no key') });
    expect(await approve(directory, 'bob')).toMatchObject({ code: 0, err: expect.stringContaining('Approved by bob@example.com') });
    const [approval = 'none'] = readdirSync(directory).filter((name) => name.includes('approval'));
    copyFileSync(join(directory, approval), join(directory, 'fix.plan.approval-ffffffffffff'));
    copyFileSync(join(directory, 'fix.plan.sig'), join(directory, 'fix.plan.approval-000000000000'));
    await refusedWhole(
      apply(directory),
      /asks for 2 to approve the plan, and 1 did; .*ada@example\.com signed the plan; .*bob@example\.com has approved it already/,
    );
  });

  test('fault 59: an inventory that says something else of a host is told, and nothing is carried out', async () => {
    const directory = desk();
    copyFileSync(fleet.lab.paths.inventory, join(directory, 'hosts.yaml'));
    mkdirSync(join(directory, 'host_vars'));
    writeFileSync(join(directory, 'host_vars/lab-4.yaml'), 'rack: 7\n');
    await refusedWhole(apply(directory, '-i', join(directory, 'hosts.yaml')), /the inventory says something else of lab-4 than when/);
  });

  test('fault 59: another machine behind the name of a host refuses the plan, and the others are changed', async () => {
    const directory = desk();
    forge(directory, (plan) => ({
      ...plan,
      hosts: plan.hosts.map((host) =>
        host.plan.host === 'lab-2' ? { ...host, plan: { ...host.plan, facts: { ...host.plan.facts, machine_id: 'f'.repeat(32) } } } : host,
      ),
    }));
    const before = fleet.tree('lab-2');
    const applied = await apply(directory, '--json');
    expect(applied.code).toBe(3);
    expect(outcomesOf(applied)).toEqual({ 'lab-2': expect.stringMatching(/^stale \(stale: this is another machine/), 'lab-4': 'fixed' });
    expect(fleet.tree('lab-2')).toEqual(before);
    await fleet.break(['lab-4']);
  });

  test('fault 59: a host that shows another key than it did is not written to', async () => {
    const directory = desk();
    const facts = decodePlan(readFileSync(join(directory, 'fix.plan')));
    expect(facts.ok && facts.value.plan.hosts[0]?.plan.facts['host_key']).toMatch(/^SHA256:/);
    forge(directory, (plan) => ({
      ...plan,
      hosts: plan.hosts.map((host) => ({ ...host, plan: { ...host.plan, facts: { ...host.plan.facts, host_key: 'SHA256:other' } } })),
    }));
    const before = HOSTS.map((host) => fleet.tree(host));
    const applied = await apply(directory, '--json');
    expect(outcomesOf(applied)['lab-2']).toMatch(/^stale \(stale: lab-2 shows another host key/);
    expect(applied.code).toBe(3);
    expect(HOSTS.map((host) => fleet.tree(host))).toEqual(before);
  });

  test('fault 59: with its signature and the approval of another person it is carried out, and the journal names both', async () => {
    const directory = desk(APPROVED);
    await refusedWhole(apply(directory), /asks for 1 to approve the plan, and 0 did[\s\S]*runbook approve/);
    expect(await approve(directory, 'bob')).toMatchObject({ code: 0 });
    const applied = await apply(directory);
    expect(applied).toMatchObject({ code: 0, out: expect.stringMatching(/signed by +ada@example\.com\n +approved +bob@example\.com/) });
    const [started] = await fleet.journal();
    expect(started).toMatchObject({ plan: { signedBy: 'ada@example.com', approvedBy: ['bob@example.com'] } });
  });
});
