import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/domain/event.ts';
import { ok } from '../../src/domain/failure.ts';
import type { OnBreach, Step } from '../../src/domain/runbook.ts';
import type { Control, Ports } from '../../src/engine/ports.ts';
import { apply } from '../../src/engine/run-runbook.ts';
import type { FakeHost } from '../fakes/fake-host.ts';
import { events, FILE, host, lines, rig, runbook, step, well } from './rig.ts';

const NAMES = ['a', 'b', 'c', 'd'];

/** A gate that asks a host of its own, `monitor`, which answers as it is told. */
const GATE: Step = step('errors', well, {}, { phase: 'gate', on: () => ok('monitor') });

function monitor(answer: string): FakeHost {
  const fake = host('monitor', 'mode=good\n');
  fake.programs.set('how', { stdout: answer });
  return fake;
}

/** Pauses as a person would see it; `continued` says when somebody lets it go on. */
function pausing(onPause: (by: string, go: () => void) => void): Control {
  let by: string | undefined;
  return {
    pausedBy: () => by,
    pause(reason) {
      by = reason;
    },
    closed: () => undefined,
    async changed() {
      if (by !== undefined)
        onPause(by, () => {
          by = undefined;
        });
    },
  };
}

interface Case {
  readonly onBreach?: OnBreach;
  readonly answer?: string;
  readonly recheck?: boolean;
  readonly verifyTimeoutMs?: number;
}

function world({ onBreach = 'stop', answer = 'well', recheck = true, verifyTimeoutMs = 0 }: Case) {
  const made = rig([...NAMES.map((name) => host(name)), monitor(answer)]);
  const gate = [GATE];
  const book = runbook({ gate, rollout: { waves: [{ hosts: 1 }, { hosts: 2 }, { hosts: 1 }], onBreach, recheck, verifyTimeoutMs } });
  const assignment = made.assignment(book);
  return { ...made, assignment: { ...assignment, hosts: assignment.hosts.filter(({ name }) => name !== 'monitor') } };
}

/** What was said of gates and of the rollout itself, in short. */
function told(all: readonly RunEvent[]): readonly string[] {
  return all.flatMap((event) => {
    switch (event.type) {
      case 'wave.started':
        return `wave ${event.wave}: ${event.hosts.join(' ')}`;
      case 'gate.checked':
        return `gate ${event.wave}.${event.attempt} ${event.verdict}${event.missed.map(({ host: name, what }) => ` [${name ?? ''}] ${what}`).join(',')}`;
      case 'rollout.breached':
        return `breached by ${event.by}; back: ${event.rollBack.join(' ')}; left: ${event.notStarted.join(' ')}`;
      case 'rollout.paused':
        return `paused by ${event.by}`;
      case 'rollout.closed':
        return `closed: ${event.why}; left: ${event.notStarted.join(' ')}`;
      case 'rollout.continued':
        return 'continued';
      case 'run.finished':
        return `exit ${event.exitCode}`;
      default:
        return [];
    }
  });
}

test('a gate is asked after every wave, and the next one begins once it passes', async () => {
  const { ports, assignment } = world({});
  expect(told(await events(apply(assignment, ports)))).toEqual([
    'wave 1: a',
    'gate 1.1 pass',
    'wave 2: b c',
    'gate 2.1 pass',
    'wave 3: d',
    'gate 3.1 pass',
    'exit 0',
  ]);
});

test('a gate that passes late is waited for, as long as verify would be', async () => {
  const { ports, assignment, fleet } = world({ answer: 'ill', verifyTimeoutMs: 5_000 });
  let asked = 0;
  fleet.host('monitor').hooks.answer = () => {
    asked += 1;
    if (asked === 6) fleet.host('monitor').programs.set('how', { stdout: 'well' });
  };
  const all = told(await events(apply(assignment, ports)));
  expect(all).toContain('gate 1.1 fail [] it is ill');
  expect(all.filter((line) => /^gate 1\.\d pass/.test(line))).toHaveLength(1);
  expect(all.at(-1)).toBe('exit 0');
});

describe('a gate that does not pass', () => {
  test.each<[OnBreach, string]>([
    ['stop', ''],
    ['rollback-wave', 'b c'],
    ['rollback-run', 'a b c'],
  ])('ends the run with exit code 3, and %s takes back: %s', async (onBreach, back) => {
    const { ports, assignment, fleet } = world({ onBreach });
    fleet.host('b').hooks.restarted = () => {
      fleet.host('monitor').programs.set('how', { stdout: 'burning' });
      fleet.host('b').programs.set('how', { stdout: 'well' });
      return undefined;
    };
    const all = await events(apply(assignment, ports));
    expect(told(all)).toEqual([
      'wave 1: a',
      'gate 1.1 pass',
      'wave 2: b c',
      'gate 2.1 fail [] it is burning',
      `breached by gate; back: ${back}; left: d`,
      'exit 3',
    ]);
    expect(fleet.host('d').text(FILE)).toContain('bad');
  });

  test('after the last wave makes the run none that went well', async () => {
    const { ports, assignment, fleet } = world({ onBreach: 'rollback-run' });
    fleet.host('d').hooks.restarted = () => {
      fleet.host('monitor').programs.set('how', { stdout: 'burning' });
      fleet.host('d').programs.set('how', { stdout: 'well' });
      return undefined;
    };
    expect(told(await events(apply(assignment, ports))).slice(-2)).toEqual(['breached by gate; back: a b c d; left: ', 'exit 3']);
  });
});

describe('a gate that could not be asked', () => {
  test('pauses the run, and who continues it says that it goes on', async () => {
    const { ports, assignment, fleet } = world({ answer: 'mute' });
    const seen: string[] = [];
    const control = pausing((by, go) => {
      seen.push(by, fleet.host('b').text(FILE) ?? '');
      fleet.host('monitor').programs.set('how', { stdout: 'well' });
      go();
    });
    const all = told(await events(apply(assignment, { ...ports, control })));
    expect(seen).toEqual(['the gate after wave 1, which could not be asked', 'mode=bad\n']);
    expect(all.slice(0, 5)).toEqual([
      'wave 1: a',
      'gate 1.1 inconclusive [] nobody answers',
      'paused by the gate after wave 1, which could not be asked',
      'continued',
      'wave 2: b c',
    ]);
    expect(all.at(-1)).toBe('exit 0');
  });

  test('a host out of reach that is to answer it says nothing of the fleet', async () => {
    const { ports, assignment, fleet, stop } = world({});
    fleet.setReachable('monitor', false);
    const control = pausing(() => stop.abort('halt by bob'));
    const all = told(await events(apply(assignment, { ...ports, control })));
    expect(all.slice(1)).toEqual([
      'gate 1.1 inconclusive [] monitor could not be asked: monitor does not answer',
      'paused by the gate after wave 1, which could not be asked',
      'exit 130',
    ]);
    expect(fleet.host('b').text(FILE)).toContain('bad');
  });

  test('after the last wave leaves the state of the run unknown', async () => {
    const { ports, assignment, fleet } = world({});
    fleet.host('d').hooks.restarted = () => {
      fleet.host('monitor').programs.set('how', { stdout: 'mute' });
      fleet.host('d').programs.set('how', { stdout: 'well' });
      return undefined;
    };
    expect(told(await events(apply(assignment, ports))).at(-1)).toBe('exit 4');
  });
});

describe('verify of all hosts of a wave, once more before the next', () => {
  /** `a` is well when it is confirmed, and ill again by the time that the wave has ended. */
  function relapsing(recheck: boolean) {
    const made = world({ recheck, onBreach: 'rollback-wave' });
    const fake = made.fleet.host('a');
    fake.hooks.answer = () => void (fake.states.get('a') === 'confirmed' && fake.programs.set('how', { stdout: 'ill' }));
    return made;
  }

  test('finds one that fell ill again', async () => {
    const { ports, assignment } = relapsing(true);
    expect(told(await events(apply(assignment, ports)))).toEqual([
      'wave 1: a',
      'gate 1.1 fail [a] it is ill',
      'breached by gate; back: a; left: b c d',
      'exit 3',
    ]);
  });

  test('can be left out', async () => {
    const { ports, assignment } = relapsing(false);
    expect(told(await events(apply(assignment, ports))).at(-1)).toBe('exit 0');
  });

  test('a host that cannot be reached for it holds the run', async () => {
    const { ports, assignment, fleet, stop } = world({});
    const control = pausing(() => stop.abort('SIGINT'));
    const all: string[] = [];
    for await (const batch of apply(assignment, { ...ports, control })) {
      all.push(...told(batch));
      if (batch.some(({ type }) => type === 'wave.finished')) fleet.setReachable('a', false);
    }
    expect(all).toContain('gate 1.1 inconclusive [a] a does not answer');
    expect(all.at(-1)).toBe('exit 130');
  });
});

test('more failures than may be take back what the wave had fixed, where the runbook says so', async () => {
  const made = rig([host('a'), host('b', 'mode=bad\n', 'ill'), host('c')]);
  const book = runbook({ rollout: { waves: [{ hosts: 2 }, { hosts: 1 }], onBreach: 'rollback-wave', parallel: 1 } });
  const all = told(await events(apply(made.assignment(book), made.ports)));
  expect(all.slice(-2)).toEqual(['breached by failures; back: a; left: c', 'exit 3']);
});

test('with confirm: host each host is a wave of its own, and asked for', async () => {
  const { ports, assignment, gates } = rig(NAMES.map((name) => host(name)));
  const book = runbook({ rollout: { waves: [{ percent: 100 }], confirm: 'host' } });
  expect(told(await events(apply(assignment(book), ports))).filter((line) => line.startsWith('wave'))).toHaveLength(4);
  expect(gates.map(({ name, hosts }) => `${name} ${hosts.join(' ')}`)).toEqual(['run a b c d', 'wave-2 b', 'wave-3 c', 'wave-4 d']);
});

describe('once the time is over in which hosts may be changed', () => {
  /** Open until the first host is announced. */
  function closing(ports: Ports) {
    let why: string | undefined;
    const control: Control = { ...ports.control, closed: () => why };
    const close = () => {
      why = 'maintenance is over';
    };
    return { control, close };
  }

  test('no further host is begun, the one under way comes to its end, and the run did not do all', async () => {
    const { ports, assignment } = rig(NAMES.map((name) => host(name)));
    const { control, close } = closing(ports);
    const all: RunEvent[] = [];
    for await (const batch of apply(assignment(runbook({ rollout: { parallel: 1 } })), { ...ports, control })) {
      all.push(...batch);
      if (batch.some(({ type }) => type === 'transaction.intended')) close();
    }
    expect(told(all)).toEqual(['wave 1: a b c d', 'closed: maintenance is over; left: b c d', 'exit 3']);
    expect(lines(all)).toEqual(expect.arrayContaining(['a finished: fixed', 'b finished: skipped']));
  });

  test('no further wave is begun', async () => {
    const { ports, assignment } = rig(NAMES.map((name) => host(name)));
    const { control, close } = closing(ports);
    const all: RunEvent[] = [];
    for await (const batch of apply(assignment(runbook({ rollout: { waves: [{ hosts: 3 }] } })), { ...ports, control })) {
      all.push(...batch);
      if (batch.some(({ type }) => type === 'wave.finished')) close();
    }
    expect(told(all)).toEqual(['wave 1: a b c', 'gate 1.1 pass', 'closed: maintenance is over; left: d', 'exit 3']);
  });
});
