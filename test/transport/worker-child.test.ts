import { once } from 'node:events';
import { afterEach, expect, it } from 'vitest';
import { startAhead, WORKER_ENTRY, workerChild } from '../../src/transport/worker-child.ts';

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

it('a worker process that was started ahead is taken once, by whoever needs one first', () => {
  const child = startAhead();
  expect(startAhead()).toBe(child);
  expect([take() === child, take() === child]).toEqual([true, false]);
});

it('is not taken by who wants another program', () => {
  const child = startAhead();
  expect(take('/dev/null').spawnargs).toContain('/dev/null');
  expect(take()).toBe(child);
});

it('is replaced where it has ended meanwhile', async () => {
  const child = startAhead();
  child.kill('SIGKILL');
  await once(child, 'exit');
  const another = take();
  expect([another === child, another.connected]).toEqual([false, true]);
});
