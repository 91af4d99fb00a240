import { describe, expect, it } from 'vitest';
import { rollBack } from '../../src/engine/run-rollback.ts';
import { apply, look } from '../../src/engine/run-runbook.ts';
import { undoLog } from '../../src/views/undo-log.ts';
import { inventoryHost } from '../fakes/fake-fleet.ts';
import { events, FILE, host, lines, replace, restart, rig, runbook, step } from './rig.ts';

const steps = (become: boolean | undefined, other = become) => [
  step('patch', replace, { path: FILE, from: 'bad', to: 'good' }, become === undefined ? {} : { become }),
  step('restart', restart, { unit: 'app.service' }, other === undefined ? {} : { become: other }),
];

describe('become of a step', () => {
  it.each([true, false, undefined])(
    '%s is the privilege of the change, of its confirm or undo, and of a later rollback',
    async (become) => {
      const { ports, assignment, fleet, head } = rig([host('a', 'mode=bad\n', 'still ill'), host('b')]);
      const book = runbook({ remediate: steps(become), rollout: { maxFailures: { hosts: 1 } } });
      const all = await events(apply(assignment(book), ports));
      expect(lines(all)).toContain('a finished: rolled-back');
      expect(fleet.privileges.sort()).toEqual(['a', 'a', 'b', 'b'].map((name) => `${name} ${become}`));
      const undoables = undoLog(all).map((entry) => ({ ...entry, host: inventoryHost(entry.host) }));
      const back = { ...ports, transactionId: (name: string) => `u-${name}` };
      await events(rollBack({ ...head, kind: 'rollback', of: 'r1' }, undoables, back));
      expect(fleet.privileges.slice(4)).toEqual(['b', 'b'].map((name) => `${name} ${become}`));
    },
  );

  it.each([
    [true, false],
    [undefined, true],
  ] as const)('%s of one and %s of another cannot travel in one exchange, and nothing is planned', async (one, other) => {
    const { ports, assignment } = rig([host('a')]);
    const all = await events(look(assignment(runbook({ remediate: steps(one, other) }), 'plan'), ports));
    expect(all.find((event) => event.type === 'host.finished')).toMatchObject({
      outcome: 'failed',
      reason: { code: 'bad-params', message: expect.stringContaining('patch, restart') },
    });
  });
});
