import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { expiryProblem, hashNames, openPlan, planFileNamed } from '../../src/cli/open-plan.ts';
import type { RunOptions } from '../../src/cli/options.ts';
import { runSavedPlan } from '../../src/cli/run-saved-plan.ts';
import { contentOf } from '../../src/domain/file.ts';
import type { SavedPlan } from '../../src/domain/saved-plan.ts';
import { encodePlan } from '../../src/journal/plan-file.ts';
import { PLAN } from '../journal/sample-plan.ts';
import { fakeWorld } from './rig.ts';

const { text, sha256 } = encodePlan(PLAN);
const named = { sha256, plan: PLAN };
const [created, expires] = [Date.parse(PLAN.created), Date.parse(PLAN.expires)];

describe('the time in which a plan may be carried out', () => {
  it.each([
    ['at once', created],
    ['in its last millisecond', expires - 1],
    ['by a clock that is a little behind', created - 300_000],
  ])('is not over %s', (_, now) => {
    expect(expiryProblem(named, now)).toBeUndefined();
  });

  it.each<[string, number, string, RegExp]>([
    ['when it expires', expires, 'expired', /^the plan expired at 2026-11-22T09:04:10\.123Z; it is now /],
    ['a year later', expires + 3e10, 'expired', /^the plan expired/],
    ['by a clock that is hours behind', created - 300_001, 'refused', /^the plan was made at .* here$/],
  ])('has not come, or is over, %s', (_, now, code, message) => {
    expect(expiryProblem(named, now)).toMatchObject({ ok: false, failure: { code, message: expect.stringMatching(message) } });
  });
});

describe('the hash that approves a plan', () => {
  it.each([
    [undefined, { ok: true, value: false }],
    [sha256, { ok: true, value: true }],
    [sha256.slice(0, 8).toUpperCase(), { ok: true, value: true }],
    [sha256.slice(0, 7), { ok: false, failure: { code: 'bad-input' } }],
    ['', { ok: false, failure: { code: 'bad-input' } }],
    [`${sha256}0`, { ok: false, failure: { code: 'bad-input' } }],
    [sha256.slice(1, 12), { ok: false, failure: { code: 'refused' } }],
  ])('is %s: %j', (given, result) => {
    expect(hashNames(named, given)).toMatchObject(result);
  });
});

const RUNBOOK = `apiVersion: runbook/v1
name: fix
summary: x
diagnose:
  - uses: containers.running
`;

describe('a saved plan that is only shown', () => {
  const show = async (options: Partial<RunOptions>) => {
    const { world, out, err } = fakeWorld();
    const now = Date.now();
    const plan: SavedPlan = {
      ...PLAN,
      version: packageJson.version,
      created: new Date(now).toISOString(),
      expires: new Date(now + 60_000).toISOString(),
      runbook: { name: 'fix', path: 'fix.yaml', source: contentOf(Buffer.from(RUNBOOK)) },
    };
    const file = join(world.cwd, 'fix.plan');
    writeFileSync(file, encodePlan(plan).text);
    const home = { ...world, env: { ...world.env, XDG_CONFIG_HOME: world.cwd } };
    const code = await runSavedPlan(home, { file, options: { color: 'never', ...options }, yes: false, dryRun: true });
    return { code, out: out.text, err: err.text, file };
  };

  it('is one document with --json, without the contents of files', async () => {
    const { code, out, err, file } = await show({ json: true });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out)).toMatchObject({ file, runbook: { name: 'fix' }, operator: PLAN.operator, hosts: [{ host: 'web1' }] });
  });

  it.each([{ limit: 'x' }, { hosts: 'x' }, { input: ['x=y'] }])('refuses %j, which the plan has settled', async (options) => {
    expect(await show(options)).toMatchObject({ code: 1, out: '', err: expect.stringContaining('a saved plan') });
  });
});

describe('a word on the command line', () => {
  it('names a plan by its path, and never in place of a runbook that has that name', async () => {
    const { world } = fakeWorld();
    const at = (name: string) => join(world.cwd, name);
    mkdirSync(at('plans'));
    for (const name of ['fix.plan', 'fix', 'kubelet-bad-flag', 'plans/kubelet-bad-flag']) writeFileSync(at(name), text);
    writeFileSync(at('notes.plan'), 'not a plan');
    const found = async (name: string) => await planFileNamed(world, name);
    expect(await found('fix.plan')).toBe(at('fix.plan'));
    expect(await found('fix')).toBe(at('fix'));
    expect(await found('./kubelet-bad-flag')).toBe(at('kubelet-bad-flag'));
    expect(await found('plans/kubelet-bad-flag')).toBe(at('plans/kubelet-bad-flag'));
    for (const name of ['kubelet-bad-flag', 'notes.plan', 'none.plan', 'plans', '.']) expect(await found(name)).toBeUndefined();
  });

  it('that names a file which cannot be read is told', async () => {
    const { world } = fakeWorld();
    expect(await openPlan(join(world.cwd, 'none'))).toMatchObject({ ok: false, failure: { message: expect.stringContaining('ENOENT') } });
  });
});
