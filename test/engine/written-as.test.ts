import { expect, it } from 'vitest';
import { rollBack } from '../../src/engine/run-rollback.ts';
import { apply } from '../../src/engine/run-runbook.ts';
import { undoLog } from '../../src/views/undo-log.ts';
import { inventoryHost } from '../fakes/fake-fleet.ts';
import { events, FILE, host, replace, restart, rig, runbook, step } from './rig.ts';

it('what a step says of how its files are judged and written goes with the file to the host, and back with a rollback', async () => {
  const fake = host('a');
  const { ports, assignment, head } = rig([fake]);
  const words = { validate: ['check', '%s'], inPlace: true } as const;
  const remediate = [
    step('patch', replace, { path: FILE, from: 'bad', to: 'good' }, words),
    step('restart', restart, { unit: 'app.service' }, words),
  ];
  const all = await events(apply(assignment(runbook({ remediate })), ports));
  const undoables = undoLog(all).map((entry) => ({ ...entry, host: inventoryHost('a') }));
  await events(rollBack({ ...head, kind: 'rollback' }, undoables, { ...ports, transactionId: () => 'u-a' }));
  const told = fake.transactions.map(({ changes }) =>
    changes.map((change) => ('validate' in change ? [change.validate, change.inPlace] : change.kind)),
  );
  expect(told).toEqual(Array(2).fill([[['check', '%s'], true], 'trigger']));
});
