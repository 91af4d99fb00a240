import { resolve } from 'node:path';
import { irreversible } from '../domain/inverse.ts';
import { wavesOf } from '../engine/waves.ts';
import { addApproval, removeApproval } from '../journal/plan-store.ts';
import { sign } from '../journal/ssh-signature.ts';
import { askApproval, type Question } from '../ui/questions.ts';
import { showPlan } from '../ui/show-plan.ts';
import { showSavedPlan } from '../ui/show-saved-plan.ts';
import { checkApproval, checkSignatures } from './check-signatures.ts';
import { hashNames, type OpenPlan, openPlan } from './open-plan.ts';
import type { CommonOptions } from './options.ts';
import { type Rules, readRules } from './plan-policy.ts';
import { shownPath } from './save-plan.ts';
import { type Screen, screenOf } from './screen.ts';
import { signingKey } from './signer.ts';
import type { World } from './world.ts';

/** `approve FILE`: from a file to a signature beside it, when a person or its hash says yes. */
export async function runApprove(
  world: World,
  name: string,
  options: CommonOptions & { readonly key?: string; readonly planHash?: string },
): Promise<number> {
  const screen = screenOf(world, options);
  const opened = await openPlan(resolve(world.cwd, name));
  if (!opened.ok) return screen.refuse(opened.failure);
  const open = opened.value;
  const isNamed = hashNames(open, options.planHash);
  if (!isNamed.ok) return screen.refuse(isNamed.failure);
  const key = signingKey(world, options.key);
  if (!key.ok) return screen.refuse(key.failure);
  const rules = await readRules(world, screen);
  if (!rules.ok) return screen.refuse(rules.failure);
  // It is this command that brings the approvals about.
  const vouched = await checkSignatures(world, { ...rules.value, approvals: 0 }, open.file, open.bytes, open.plan);
  if (!vouched.ok) return screen.refuse(vouched.failure);

  const plans = open.plan.hosts.map(({ plan }) => plan);
  const title = { runbook: open.runbook.name, kind: 'apply' as const };
  const { out } = screen;
  if (!options.json)
    screen.print([...showSavedPlan(out, shownPath(world, open.file), open, vouched.value, Date.now()), ...showPlan(out, title, plans), '']);
  if (!isNamed.value && options.json) {
    screen.tell(['Nobody is asked with --json: pass --plan-hash to approve.']);
    return 5;
  }
  if (!isNamed.value) {
    const diff = () => showPlan({ ...out, full: true }, title, plans);
    const answer = await askApproval(world.terminal, out, questionOf(open), diff);
    if (answer === 'none') screen.tell(['There is no terminal to ask at: pass --plan-hash to approve.']);
    if (answer === 'interrupted') return 130;
    if (answer !== 'yes') return 5;
  }
  return approved(world, screen, open, rules.value, key.value, options.json === true);
}

async function approved(world: World, screen: Screen, open: OpenPlan, rules: Rules, key: string, json: boolean): Promise<number> {
  const signature = await sign('plan', open.bytes, key, world.env, (said) => screen.tell([screen.err.say(said)]));
  if (!signature.ok) return screen.refuse(signature.failure);
  const added = await addApproval(open.file, signature.value);
  if (!added.ok) return screen.refuse(added.failure);
  // What would not count is not left behind, where it would be taken for an approval.
  const counted = await checkApproval(world, rules, open.file, open.bytes, open.plan, added.value);
  if (!counted.ok) {
    await removeApproval(added.value);
    return screen.refuse(counted.failure);
  }
  if (json) {
    const by = counted.value === undefined ? {} : { by: counted.value };
    screen.data({ file: open.file, sha256: open.sha256, approval: added.value, ...by });
  }
  const { say } = screen.err;
  const by = counted.value === undefined ? '' : ` by ${say(counted.value)}`;
  screen.tell([`Approved${by}: ${say(shownPath(world, added.value))}`]);
  if (counted.value === undefined) screen.tell(['No policy here names allowed_signers, so nobody checked whose key that is.']);
  return 0;
}

function questionOf({ runbook, plan: { hosts } }: OpenPlan): Question {
  const names = hosts.map(({ plan }) => plan.host);
  return {
    verb: 'approve',
    runbook: runbook.name,
    hosts: names,
    waves: wavesOf(names, runbook.rollout).map((wave) => wave.length),
    questions: runbook.remediate.flatMap(({ confirm }) => confirm ?? []),
    irreversible: [...new Set(hosts.flatMap(({ plan }) => irreversible(plan.changes)))],
    offersWaves: false,
    begun: false,
    signs: true,
  };
}
