import { irreversible } from '../domain/inverse.ts';
import type { HostPlan } from '../domain/plan.ts';
import type { Rollout } from '../domain/runbook.ts';
import type { Approval, Gate } from '../engine/ports.ts';
import { wavesOf } from '../engine/waves.ts';
import type { LiveView } from '../ui/live-view.ts';
import { askApproval } from '../ui/questions.ts';
import { showPlan } from '../ui/show-plan.ts';
import type { Screen } from './screen.ts';
import type { World } from './world.ts';

/** Everything that an answer depends on. */
export interface Asking {
  readonly world: World;
  readonly screen: Screen;
  readonly kind: 'apply' | 'rollback';
  readonly runbook: string;
  readonly rollout?: Rollout;
  readonly yes: boolean;
  /** The flag that says yes; `-y` unless said. */
  readonly flag?: string;
  /** Another flag that would. */
  readonly otherFlag?: string;
  /** Lines above the plan. */
  readonly preface?: readonly string[];
  readonly json: boolean;
  readonly stop: AbortController;
  /** What draws on the screen and must make room for a prompt. */
  readonly live?: LiveView;
}

/** Shows the plan and gets it approved: by `-y`, or by a person at a terminal; otherwise there is no answer. */
export async function approve(asking: Asking, gate: Gate, plans: readonly HostPlan[]): Promise<Approval> {
  const { world, screen, json, stop } = asking;
  await asking.live?.pause();
  if (gate.name === 'run' && !json)
    screen.print([...(asking.preface ?? []), ...showPlan(screen.out, { runbook: asking.runbook, kind: asking.kind }, plans), '']);
  if (asking.yes) return { answer: 'yes', by: `${world.user} (${asking.flag ?? '-y'})` };
  const flags = asking.otherFlag === undefined ? '-y' : `-y or ${asking.otherFlag}`;
  if (json) {
    screen.tell([`Nobody is asked with --json: pass ${flags} to approve.`]);
    return { answer: 'none', by: 'nobody' };
  }
  const chosen = plans.filter((plan) => gate.hosts.includes(plan.host));
  const question = {
    verb: asking.kind === 'apply' ? 'apply' : 'roll back',
    runbook: asking.runbook,
    hosts: gate.hosts,
    waves: asking.rollout
      ? wavesOf(gate.hosts, gate.name === 'run' ? asking.rollout.waves : [{ percent: 100 }]).map((wave) => wave.length)
      : [gate.hosts.length],
    questions: gate.questions,
    irreversible: [...new Set(chosen.flatMap((plan) => irreversible(plan.changes)))],
    offersWaves: gate.offersWaves,
    begun: gate.name !== 'run',
  };
  const diff = () => showPlan({ ...screen.out, full: true }, { runbook: asking.runbook, kind: asking.kind }, chosen);
  const answer = await askApproval(world.terminal, screen.out, question, diff, stop.signal);
  if (answer === 'interrupted') {
    stop.abort('SIGINT');
    return { answer: 'none', by: world.user };
  }
  if (answer === 'none') screen.tell([`There is no terminal to ask at: pass ${flags} to approve.`]);
  return { answer, by: answer === 'none' ? 'nobody' : world.user };
}
