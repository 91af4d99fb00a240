import type { EventBody, RunEvent } from '../../src/domain/event.ts';
import type { Failure } from '../../src/domain/failure.ts';
import type { HostPlan, Outcome } from '../../src/domain/plan.ts';
import { failureBudget, wavesOf } from '../../src/engine/waves.ts';
import { illPlan, plan, START, settled, started, transaction, UNREACHABLE } from './streams.ts';

/** How many hosts are looked at, or changed, together. */
const TOGETHER = 200;

const REFUSED: Failure = { code: 'unreachable', message: 'connection refused', hint: 'see whether sshd runs there' };
const NOT_UP: Failure = { code: 'verify-failed', message: 'kubelet.service has been up for only 3 s' };
const NO_DISK: Failure = { code: 'command-failed', message: 'no space left on /var', hint: 'free some, and plan again' };

/**
 * The events of an apply on so many hosts that do not exist, in the order of time: most are ill and get well, some in a hundred do not, for
 * three reasons. The same for the same number, so that what is drawn of it can be compared.
 */
export function simulatedRun(count: number): readonly RunEvent[] {
  const random = lehmer(count);
  const hosts = Array.from({ length: count }, (_, index) => `node-${String(index + 1).padStart(String(count).length, '0')}`);
  const events: RunEvent[] = [{ at: START, ...started('apply', hosts) }];
  const plans = new Map(hosts.map((host) => [host, planOf(host, random())]));
  const lookedAt = scheduled(hosts, START, (host, at) => {
    const end = at + 800 + random() * 2_500;
    return [{ at: end, type: 'host.planned', host, plan: plans.get(host) ?? plan(host, 'healthy') }];
  });
  events.push(...lookedAt.events);
  const ill = hosts.filter((host) => plans.get(host)?.outcome === 'would-fix');
  let now = lookedAt.end;
  const say = (...bodies: readonly EventBody[]) => events.push(...bodies.map((body) => ({ at: now, ...body })));
  say(
    { type: 'approval.requested', gate: 'run', hosts: ill, questions: [] },
    { type: 'approval.given', gate: 'run', answer: 'yes', by: 'ada' },
  );
  const waves = wavesOf(ill, { waves: [{ hosts: 1 }, { hosts: 50 }, { percent: 25 }, { percent: 100 }], confirm: 'run' });
  const budget = failureBudget({ percent: 5 }, ill.length);
  let failures = 0;
  for (const [index, wave] of waves.entries()) {
    say({ type: 'wave.started', wave: index + 1, of: waves.length, hosts: wave });
    const done = scheduled(wave, now, (host, at) => changed(host, at, index === 0 ? 1 : random(), random));
    events.push(...done.events);
    now = done.end;
    failures += done.events.filter((event) => event.type === 'host.finished' && event.outcome !== 'fixed').length;
    say({ type: 'wave.finished', wave: index + 1, failures, budget });
  }
  say({ type: 'run.finished', outcomes: {}, exitCode: 3 });
  return events;
}

function planOf(host: string, dice: number): HostPlan {
  if (dice < 0.05) return plan(host, 'healthy');
  if (dice < 0.065) return plan(host, 'unreachable', { reason: { ...UNREACHABLE, message: `no answer from ${host} port 22 within 10 s` } });
  return illPlan(host);
}

/** One host from its beginning to its end; `dice` decides which. */
function changed(host: string, began: number, dice: number, random: () => number): readonly RunEvent[] {
  let at = began;
  const after = (ms: number, ...bodies: readonly EventBody[]): readonly RunEvent[] => {
    at += ms;
    return bodies.map((body) => ({ at, ...body }));
  };
  const finished = (outcome: Outcome, reason?: Failure): EventBody => ({
    type: 'host.finished',
    host,
    outcome,
    ...(reason ? { reason } : {}),
  });
  const begun = after(0, { type: 'host.started', host });
  if (dice < 0.004) return [...begun, ...after(2_000, finished('unreachable', REFUSED))];
  const [intended, answered] = transaction(host, false, []) as [EventBody, EventBody];
  const sent = [...begun, ...after(400 + random() * 800, intended), ...after(1_000 + random() * 2_500, answered)];
  if (dice < 0.01) return [...sent, ...after(3_000, finished('failed', NO_DISK))];
  const waits = [20_000, 15_000, 10_000, 5_000].flatMap((pendingMs, index) =>
    after(5_000, {
      type: 'verify.attempted',
      host,
      attempt: index + 1,
      unmet: [{ what: `kubelet.service has been up for only ${20 - pendingMs / 1_000 + 3} s`, pendingMs }],
    }),
  );
  if (dice < 0.03)
    return [...sent, ...waits, ...after(1_000, ...settled(host, false, 'undo')), ...after(500, finished('rolled-back', NOT_UP))];
  const holds: EventBody = { type: 'verify.attempted', host, attempt: 5, unmet: [] };
  return [
    ...sent,
    ...waits,
    ...after(4_000 + random() * 2_000, holds),
    ...after(300, ...settled(host, false, 'confirm')),
    ...after(100, finished('fixed')),
  ];
}

/** What hosts do, so many at a time: the next one begins when another has ended. */
function scheduled(
  hosts: readonly string[],
  start: number,
  act: (host: string, at: number) => readonly RunEvent[],
): { readonly events: readonly RunEvent[]; readonly end: number } {
  const free = Array.from({ length: Math.min(TOGETHER, hosts.length) }, () => start);
  const events = hosts.flatMap((host) => {
    const at = Math.min(...free);
    const done = act(host, at);
    free[free.indexOf(at)] = done.at(-1)?.at ?? at;
    return done;
  });
  return { events: events.sort((a, b) => a.at - b.at), end: Math.max(...free) };
}

/** Numbers from 0 to 1, the same ones for the same seed (Lehmer's generator with the constants of Park and Miller). */
function lehmer(seed: number): () => number {
  let state = (seed % 2_147_483_646) + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
