import { once } from 'node:events';
import { afterEach, expect, it } from 'vitest';
import { startAhead, WORKER_ENTRY, workerChild } from '../../src/transport/worker-child.ts';
import { untilGone, workersOf } from '../ssh/worker-processes.ts';

/** Those that a test took; a worker ends when nobody is left to ask it. */
const taken: ReturnType<typeof workerChild>[] = [];
const take = (entry = WORKER_ENTRY) => {
  const child = workerChild(entry);
  taken.push(child);
  return child;
};

afterEach(async () => {
  for (const child of taken.splice(0)) {
    if (child.connected) child.disconnect();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
});

const workers = () => workersOf(process.pid);

it('a worker process that was started ahead is taken once, by whoever needs one first', () => {
  startAhead();
  startAhead();
  const there = workers();
  expect(there).toHaveLength(1);
  expect([take().pid, take().pid].map((pid) => there.includes(pid ?? 0))).toEqual([true, false]);
});

it('is not taken by who wants another program', () => {
  startAhead();
  const other = take('/dev/null');
  expect(other.spawnargs).toContain('/dev/null');
  expect(take().spawnargs).toContain(WORKER_ENTRY);
});

it('is replaced where it has ended meanwhile', async () => {
  startAhead();
  const [ended = 0] = workers();
  process.kill(ended, 'SIGKILL');
  await untilGone([ended]);
  const child = take();
  expect([child.connected, child.pid === ended]).toEqual([true, false]);
});
