import { commandLine, giveAgain } from '../views/command-line.ts';
import type { Advice } from '../views/recap.ts';
import type { OpenPlan } from './open-plan.ts';
import { asTyped, type RunOptions, typed } from './options.ts';
import { shownPath } from './save-plan.ts';
import type { World } from './world.ts';

/** What a plan that nobody agreed to is carried out by: it is as good as before. */
export function again(world: World, { file, runbook }: OpenPlan, options: RunOptions): Advice {
  const { places, secrets } = typed(options, runbook);
  const lacks = secrets.length === 0 ? '' : `; ${giveAgain(secrets)}`;
  return { why: `carry the plan out${lacks}`, command: commandLine(['runbook', 'apply', shownPath(world, file), ...places]) };
}

/** How the plan was typed, for advice on hosts that want another one. */
export function planAgain({ plan, runbook }: OpenPlan, options: RunOptions) {
  const inventory = options.inventory ?? plan.inventory.sources;
  const { allowShell } = options;
  const words = { ...plan.typed, ...(allowShell ? { allowShell } : {}) };
  return { runbook: words.runbook, ...typed({ ...asTyped(options, words), inventory }, runbook) };
}
