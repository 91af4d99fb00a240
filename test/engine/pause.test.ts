import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/domain/event.ts';
import type { Control, Ports } from '../../src/engine/ports.ts';
import { apply } from '../../src/engine/run-runbook.ts';
import { host, lines, rig, runbook } from './rig.ts';

/** A control that a test turns, and which counts how often somebody waits for it. */
function handControl() {
  let by: string | undefined;
  let wake = () => {};
  let waits = () => {};
  const waited = new Promise<void>((resolve) => {
    waits = resolve;
  });
  const control: Control = {
    pausedBy: () => by,
    pause: (reason) => {
      by = reason;
    },
    closed: () => undefined,
    changed: (signal) =>
      new Promise<void>((resolve) => {
        wake = resolve;
        signal.addEventListener('abort', () => resolve());
        waits();
      }),
  };
  const turn = (to: string | undefined) => {
    by = to;
    wake();
  };
  return { control, waited, turn };
}

/** Runs to the end; `on` is told of each event before the engine goes on. */
async function run(
  ports: Ports,
  begin: ReturnType<typeof rig>['assignment'],
  book: ReturnType<typeof runbook>,
  on: (event: RunEvent) => void,
) {
  const all: RunEvent[] = [];
  for await (const batch of apply(begin(book), ports)) {
    for (const event of batch) {
      all.push(event);
      on(event);
    }
  }
  return lines(all);
}

const THREE = () => [host('a'), host('b'), host('c')];
const ONE_AT_A_TIME = runbook({ rollout: { parallel: 1 } });

describe('a run that is paused while a host is changed', () => {
  test('brings that host to its end, and begins the next one when it is continued', async () => {
    const { ports, assignment } = rig(THREE());
    const { control, waited, turn } = handControl();
    const order: string[] = [];
    void waited.then(() => {
      order.push('waited');
      turn(undefined);
    });
    const all = await run({ ...ports, control }, assignment, ONE_AT_A_TIME, (event) => {
      if (event.type === 'transaction.intended' && event.host === 'a') turn('bob');
      order.push('host' in event ? `${event.host} ${event.type}` : event.type);
    });
    expect(all.at(-1)).toBe('exit 0');
    expect(order.indexOf('rollout.paused')).toBeGreaterThan(order.indexOf('a host.finished'));
    expect(order.indexOf('waited')).toBeGreaterThan(order.indexOf('rollout.paused'));
    expect(order.indexOf('b host.started')).toBeGreaterThan(order.indexOf('rollout.continued'));
    expect(all.filter((line) => line.endsWith('finished: fixed'))).toHaveLength(3);
  });

  test('ends without another host when it is halted, and says that they were not begun', async () => {
    const { ports, assignment, stop, fleet } = rig(THREE());
    const { control, waited, turn } = handControl();
    void waited.then(() => stop.abort('halt by bob'));
    const all = await run({ ...ports, control }, assignment, ONE_AT_A_TIME, (event) => {
      if (event.type === 'transaction.intended') turn('bob');
    });
    expect(all).toEqual(expect.arrayContaining(['a finished: fixed', 'b finished: skipped', 'c finished: skipped', 'exit 130']));
    expect(fleet.hosts.get('b')?.text('/etc/app.conf')).toContain('bad');
  });
});

test('a run that is paused between two waves asks nobody and begins nothing until it is continued', async () => {
  const { ports, assignment, gates } = rig(THREE());
  const { control, waited, turn } = handControl();
  let gatesThen = 0;
  void waited.then(() => {
    gatesThen = gates.length;
    turn(undefined);
  });
  const book = runbook({ rollout: { waves: [{ hosts: 1 }], confirm: 'wave' } });
  const all = await run({ ...ports, control }, assignment, book, (event) => {
    if (event.type === 'wave.finished' && event.wave === 1) turn('bob');
  });
  expect(gatesThen).toBe(1);
  expect(gates).toHaveLength(3);
  expect(all.at(-1)).toBe('exit 0');
});

test('a run whose budget is spent does not wait to be continued', async () => {
  const { ports, assignment } = rig([host('a', 'mode=bad\n', 'ill'), host('b')]);
  const { control, turn } = handControl();
  const all = await run({ ...ports, control }, assignment, ONE_AT_A_TIME, (event) => {
    if (event.type === 'transaction.intended') turn('bob');
  });
  expect(all).toContain('budget.exceeded');
  expect(all).not.toContain('rollout.paused');
});
