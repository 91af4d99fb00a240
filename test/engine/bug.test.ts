import { describe, expect, it } from 'vitest';
import type { Reader } from '../../src/domain/access.ts';
import type { RunEvent } from '../../src/domain/event.ts';
import { defineStep } from '../../src/domain/step.ts';
import type { EventBatches } from '../../src/engine/run.ts';
import { apply, look } from '../../src/engine/run-runbook.ts';
import { FILE, host, lines, rig, runbook, step } from './rig.ts';

/** A step type with a bug that shows on host `a` alone, once all is well there. */
const buggy = defineStep({
  name: 'test.buggy',
  summary: 'buggy',
  docs: '',
  schema: { type: 'object' },
  examples: [],
  observe: async (reader: Reader) => {
    const [facts, file] = await Promise.all([reader.facts(), reader.file(FILE)]);
    if (facts.hostname === 'a' && file.kind === 'file' && Buffer.from(file.content.bytes).includes('good')) throw new Error('a bug');
    return facts;
  },
  verify: () => [],
});

async function until(batches: EventBatches): Promise<{ readonly all: readonly RunEvent[]; readonly error: unknown }> {
  const all: RunEvent[] = [];
  try {
    for await (const batch of batches) all.push(...batch);
  } catch (error) {
    return { all, error };
  }
  return { all, error: undefined };
}

describe('a bug that shows on one host', () => {
  const book = (waves: number) =>
    runbook({ verify: [step('v', buggy, {}, { phase: 'verify' })], rollout: { waves: [{ hosts: waves }], maxFailures: { hosts: 9 } } });

  it('leaves every host in a named state: that one unknown, others brought to their end, the rest not begun', async () => {
    const { ports, assignment, fleet } = rig([host('a'), host('b'), host('c')]);
    const { all, error } = await until(apply(assignment(book(2)), ports));
    expect(error).toMatchObject({ message: 'a bug' });
    expect(lines(all).filter((line) => line.includes('finished'))).toEqual(
      expect.arrayContaining(['a finished: unknown', 'b finished: fixed', 'c finished: skipped']),
    );
    expect(lines(all).at(-1)).toBe('exit 70');
    expect(fleet.host('c').transactions).toEqual([]);
  });

  it('ends a plan as well with the last event of a run', async () => {
    const { ports, assignment } = rig([host('a', 'mode=good\n'), host('b')]);
    const { all, error } = await until(look(assignment(book(2), 'plan'), ports));
    expect(error).toMatchObject({ message: 'a bug' });
    expect(lines(all)).toContain('b planned: would-fix');
    expect(lines(all).at(-1)).toBe('exit 70');
  });
});
