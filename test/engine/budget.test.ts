import { describe, expect, it } from 'vitest';
import { apply } from '../../src/engine/run-runbook.ts';
import { events, FILE, host, lines, rig, runbook } from './rig.ts';

describe('the failure budget', () => {
  it('is not spent by a host that moved since the plan: it is refused, and the others go on', async () => {
    const moved = host('a');
    moved.hooks.beforeApply = (fake) => fake.write(FILE, 'mode=bad\nedited=1\n');
    const { ports, assignment } = rig([moved, host('b')]);
    const all = lines(await events(apply(assignment(runbook({ rollout: { waves: [{ hosts: 1 }] } })), ports)));
    expect(all).toContain('a finished: stale');
    expect(all).toContain('b finished: fixed');
    expect(all.at(-1)).toBe('exit 3');
  });

  it('when exceeded in the middle of a wave, names all hosts that were not begun', async () => {
    const { ports, assignment } = rig([host('a', 'mode=bad\n', 'still ill'), host('b'), host('c'), host('d')]);
    const book = runbook({ rollout: { waves: [{ hosts: 3 }], parallel: 1, verifyTimeoutMs: 0 } });
    const all = await events(apply(assignment(book), ports));
    expect(all.find((event) => event.type === 'budget.exceeded')).toMatchObject({ failures: 1, budget: 0, notStarted: ['b', 'c', 'd'] });
  });
});
