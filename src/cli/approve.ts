import type { Failure } from '../domain/failure.ts';
import { irreversible } from '../domain/inverse.ts';
import type { HostPlan } from '../domain/plan.ts';
import type { Approval, Gate } from '../engine/ports.ts';
import { askApproval, askTyped } from '../ui/questions.ts';
import { showPlan } from '../ui/show-plan.ts';
import { type Guard, isProtected, protectedAmong, tooMany } from './host-guard.ts';
import type { Screen } from './screen.ts';
import type { World } from './world.ts';

/** Everything that an answer depends on. */
export interface Asking {
  readonly world: World;
  readonly screen: Screen;
  readonly kind: 'apply' | 'rollback';
  readonly runbook: string;
  readonly yes: boolean;
  /** The flag that says yes; `-y` unless said. */
  readonly flag?: string;
  /** Another flag that would. */
  readonly otherFlag?: string;
  /** Lines above the plan. */
  readonly preface?: readonly string[];
  readonly json: boolean;
  /** What may not be changed without more being said; absent: nothing is held back. */
  readonly guard?: Guard;
  readonly stop: AbortController;
}

/** Shows the plan and gets it approved: by `-y`, or by a person at a terminal; otherwise there is no answer. */
export function approve(asking: Asking, gate: Gate, plans: readonly HostPlan[]): Promise<Approval> {
  return asking.screen.aside(() => approved(asking, gate, plans));
}

async function approved(asking: Asking, gate: Gate, plans: readonly HostPlan[]): Promise<Approval> {
  const { world, screen, json, stop } = asking;
  if (gate.name === 'run' && !json)
    screen.print([...(asking.preface ?? []), ...showPlan(screen.out, { runbook: asking.runbook, kind: asking.kind }, plans), '']);
  const held = gate.name === 'run' && asking.guard ? heldBack(asking.guard, gate.hosts) : undefined;
  if (held?.tooMany) {
    screen.refuse(held.tooMany);
    return { answer: 'no', by: '--max-hosts' };
  }
  if (held?.word && (asking.yes || json || !world.terminal.input.isTTY)) {
    screen.refuse(isProtected(held.hosts, held.word));
    return { answer: 'no', by: 'runbook_protected' };
  }
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
    waves: gate.waves,
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
  if (held?.word && (answer === 'yes' || answer === 'wave') && !(await typesName(world, screen, held, stop.signal))) {
    screen.tell(['That is not the name. Nothing was changed.']);
    return { answer: 'no', by: world.user };
  }
  if (answer === 'none') screen.tell([`There is no terminal to ask at: pass ${flags} to approve.`]);
  return { answer, by: answer === 'none' ? 'nobody' : world.user };
}

/** What a guard says of the hosts that would be changed. */
interface HeldBack {
  readonly tooMany?: Failure;
  readonly hosts: readonly string[];
  /** What is to be typed for the protected ones; '' where there are none. */
  readonly word: string;
}

function heldBack(guard: Guard, hosts: readonly string[]): HeldBack {
  const many = tooMany(guard, hosts);
  return { ...protectedAmong(guard, hosts), ...(many ? { tooMany: many } : {}) };
}

/** Whoever changes protected hosts types by which name they are protected. */
async function typesName({ terminal }: World, { out }: Screen, { hosts, word }: HeldBack, signal: AbortSignal): Promise<boolean> {
  const shown = hosts.length > 8 ? `${hosts.slice(0, 8).join(', ')}, …` : hosts.join(', ');
  const typed = await askTyped(terminal, out, `${shown}: protected. Type ${word} to go on:`, signal);
  return typed?.trim().replace(/\s+/g, ' ') === word;
}
