import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expiryProblem, hashNames, openPlan, planFileNamed } from '../../src/cli/open-plan.ts';
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
