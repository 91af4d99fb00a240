import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRules } from '../../src/cli/plan-policy.ts';
import { screenOf } from '../../src/cli/screen.ts';
import { fakeWorld } from './rig.ts';

/** The rules of a machine's policy and a user's own; undefined where there is no such file. */
async function rulesOf(machine: string | undefined, own: string | undefined) {
  const { world, err } = fakeWorld();
  const paths = [machine, own].map((text, index) => {
    const path = join(world.cwd, `${index}/policy.yaml`);
    mkdirSync(join(world.cwd, `${index}`));
    if (text !== undefined) writeFileSync(path, text);
    return path;
  });
  const rules = await readRules(world, screenOf(world, { color: 'never' }), paths);
  return { rules, err, directory: world.cwd };
}

describe('the rules', () => {
  it('are none where there is no policy', async () => {
    const { rules } = await rulesOf(undefined, undefined);
    expect(rules).toEqual({
      ok: true,
      value: { runbookSignature: false, planSignature: false, approvals: 0, savedPlanOnly: false, signers: [], windows: [] },
    });
  });

  it('are the stricter of two, word by word, and a signature counts when it does by both', async () => {
    const { rules, directory } = await rulesOf(
      'plan_signature: always\nallowed_signers: team\nrevoked_keys: gone\n',
      'approvals: 2\nplan_signature: never\nsaved_plan_only: false\nallowed_signers: mine\n',
    );
    const revoked = join(directory, '0/gone');
    const signers = [
      { allowed: join(directory, '0/team'), revoked },
      { allowed: join(directory, '1/mine'), revoked },
    ];
    expect(rules).toMatchObject({
      ok: true,
      value: { runbookSignature: false, planSignature: true, approvals: 2, savedPlanOnly: true, signers },
    });
  });

  it('ask for signed runbooks when one of two does, and for saved plans that are signed', async () => {
    const { rules } = await rulesOf('runbook_signature: never\n', 'runbook_signature: always\nallowed_signers: mine\n');
    expect(rules).toMatchObject({ ok: true, value: { runbookSignature: true, planSignature: true, savedPlanOnly: false } });
  });

  it.each([
    ['~/.ssh/key', undefined, '.ssh/key'],
    ['key', undefined, '0/key'],
    ['~/.ssh/key', 'mine', '1/mine'],
    [undefined, '~/mine', 'mine'],
    ['~mine', undefined, '0/~mine'],
  ])("name the key that signs runs, the user's own before that of the machine: %s and %s", async (machine, own, key) => {
    const policy = (word: string | undefined) => (word === undefined ? 'approvals: 0\n' : `sign_runs: ${word}\n`);
    const { rules, directory } = await rulesOf(policy(machine), policy(own));
    expect(rules).toMatchObject({ ok: true, value: { runKey: join(directory, key) } });
  });

  it('are not known when one policy is not understood, and its faults are told with their places', async () => {
    const { rules, err } = await rulesOf(undefined, 'approvers: 1\n');
    expect(rules).toMatchObject({ ok: false, failure: { code: 'refused', message: expect.stringContaining('is not understood') } });
    expect(err.text).toMatch(/policy\.yaml:1:1/);
  });
});
