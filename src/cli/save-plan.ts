import { hostname } from 'node:os';
import { basename, relative, resolve } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { durationMs, MAX_DURATION_MS, showDuration } from '../domain/duration.ts';
import { fail, ok, type Result } from '../domain/failure.ts';
import type { JsonObject } from '../domain/json.ts';
import type { HostPlan } from '../domain/plan.ts';
import type { Runbook } from '../domain/runbook.ts';
import type { SavedPlan } from '../domain/saved-plan.ts';
import type { PlannedHost } from '../engine/plan-host.ts';
import { outputsForVerify } from '../engine/verify-context.ts';
import { encodePlan } from '../journal/plan-file.ts';
import { planTargetProblem, writePlan } from '../journal/plan-store.ts';
import { sign } from '../journal/ssh-signature.ts';
import { commandLine, giveAgain } from '../views/command-line.ts';
import { type Asked, savedInventory } from './inventory-digests.ts';
import { type RunOptions, typed, typedWords } from './options.ts';
import type { Screen } from './screen.ts';
import { secretsProof, sensitiveNames } from './secrets-proof.ts';
import type { World } from './world.ts';

/** Where and how `plan -o` keeps what it has planned, as typed. */
export interface SaveOptions {
  readonly out: string;
  readonly expires?: string;
  readonly sign?: string;
}

/** The same, checked. */
export interface SaveTask {
  readonly file: string;
  readonly lifetimeMs: number;
  readonly key?: string;
}

/** Everything that a plan was made from and came to. */
export interface PlanMade {
  readonly run: string;
  readonly name: string;
  readonly options: RunOptions;
  readonly runbook: Runbook;
  /** The runbook's own, armoured. */
  readonly signature?: string;
  readonly inputs: JsonObject;
  readonly sources: readonly string[];
  readonly asked: Asked;
  readonly planned: readonly PlannedHost[];
  readonly plans: readonly HostPlan[];
}

/** A plan is as good as the time since it was made is short: ms. */
const LIFETIME_MS = 3_600_000;

/** Checks where a plan is to be kept, before any host is looked at. */
export async function saveTask({ cwd }: World, options: SaveOptions): Promise<Result<SaveTask>> {
  const lifetimeMs = options.expires === undefined ? LIFETIME_MS : durationMs(options.expires);
  if (lifetimeMs === undefined || lifetimeMs < 1_000 || lifetimeMs > MAX_DURATION_MS)
    return fail('bad-input', `--expires must be a duration from 1s to 7d, but is ${options.expires}`, { hint: 'such as 30m or 4h' });
  const file = resolve(cwd, options.out);
  const problem = await planTargetProblem(file);
  if (problem !== undefined) return fail('bad-input', `the plan cannot be kept there: ${problem}`, { hint: 'name another file with -o' });
  return ok({ file, lifetimeMs, ...(options.sign === undefined ? {} : { key: resolve(cwd, options.sign) }) });
}

/** Keeps a plan, and says how it is carried out; an exit code other than 0 when it could not. */
export async function savePlan(world: World, screen: Screen, task: SaveTask, made: PlanMade): Promise<number> {
  const plan = planToSave(world, task, made);
  const { text, sha256 } = encodePlan(plan);
  const signature =
    task.key === undefined
      ? ok(undefined)
      : await sign('plan', Buffer.from(text, 'utf8'), task.key, world.env, (said) => screen.tell([screen.err.say(said)]));
  if (!signature.ok) return screen.refuse(signature.failure);
  const written = await writePlan(task.file, text, signature.value);
  if (!written.ok) return screen.refuse(written.failure);
  const shown = shownPath(world, task.file);
  const { say } = screen.err;
  const { places, secrets } = typed({ ...made.options, inventory: [] }, made.runbook);
  const words = ['runbook', 'apply', shown, ...places];
  screen.tell([
    `Saved: ${say(shown)}${task.key === undefined ? '' : ', signed'}. It expires in ${showDuration(task.lifetimeMs)}, and holds contents of files of the hosts.`,
    `  sha256   ${sha256}`,
    `  carry it out with   ${say(commandLine(words))}`,
    `  without a terminal  ${say(commandLine([...words, '--plan-hash', sha256.slice(0, 16)]))}`,
    ...(secrets.length === 0 ? [] : [`  ${giveAgain(secrets)}`]),
  ]);
  return 0;
}

/** As the file would be named in a command typed here; never so that it could be taken for a runbook's name. */
export function shownPath({ cwd }: World, file: string): string {
  const near = relative(cwd, file);
  if (near.startsWith('..')) return file;
  return near === basename(near) ? `./${near}` : near;
}

function planToSave(world: World, { lifetimeMs }: SaveTask, made: PlanMade): SavedPlan {
  const { runbook, options, planned } = made;
  const ill = planned.filter(({ plan }) => plan.outcome === 'would-fix');
  const created = Date.now();
  const sensitive = new Set(sensitiveNames(runbook));
  const proof = secretsProof(runbook, made.inputs);
  return {
    version: packageJson.version,
    run: made.run,
    created: new Date(created).toISOString(),
    expires: new Date(created + lifetimeMs).toISOString(),
    operator: world.user,
    controller: hostname(),
    runbook: {
      name: runbook.name,
      path: runbook.path,
      source: runbook.source,
      ...(made.signature === undefined ? {} : { signature: made.signature }),
    },
    typed: typedWords(made.name, options, runbook),
    inputs: Object.fromEntries(Object.entries(made.inputs).filter(([name]) => !sensitive.has(name))),
    ...(proof ? { secrets: proof } : {}),
    inventory: savedInventory(
      world.cwd,
      made.sources,
      ill.map(({ host }) => host),
      made.asked,
    ),
    hosts: ill.map(({ plan, scope }) => ({ plan, outputs: outputsForVerify(runbook, plan, scope) })),
    others: made.plans.filter(({ outcome }) => outcome !== 'would-fix').map(({ host, outcome }) => ({ host, outcome })),
  };
}
