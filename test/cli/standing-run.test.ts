import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { standingOf } from '../../src/cli/standing-run.ts';
import type { RunEvent } from '../../src/domain/event.ts';
import { rollBack } from '../../src/engine/run-rollback.ts';
import { apply } from '../../src/engine/run-runbook.ts';
import { FileJournal } from '../../src/journal/file-journal.ts';
import { undoLog } from '../../src/views/undo-log.ts';
import { events, host, rig } from '../engine/rig.ts';
import { inventoryHost } from '../fakes/fake-fleet.ts';

let runs: string;

beforeEach(() => {
  runs = mkdtempSync(join(tmpdir(), 'runbook-standing-'));
});

afterEach(() => rmSync(runs, { recursive: true, force: true }));

async function keep(id: string, all: readonly RunEvent[]): Promise<void> {
  const journal = await FileJournal.create(join(runs, id));
  await journal.append(all);
  await journal.close();
  // Its process is gone, as after any run.
  rmSync(join(runs, id, 'owner'));
}

test('last is the newest run that has left something standing, past rollbacks and runs that did nothing', async () => {
  const world = rig([host('a')]);
  const first = '20260101-000000-aaaa';
  const done = await events(apply({ ...world.assignment(), head: { ...world.head, run: first } }, world.ports));
  await keep(first, done);
  await keep('20260102-000000-aaaa', await events(apply(world.assignment(), world.ports)));
  const standing = await standingOf(runs, 'last');
  expect(standing.ok && standing.value.of.id).toBe(first);

  const undoables = undoLog(done).map((entry) => ({ ...entry, host: inventoryHost(entry.host) }));
  // The same second as another run: what follows the time in an id is random.
  await keep('20260101-000000-0000', await events(rollBack({ ...world.head, kind: 'rollback', of: first }, undoables, world.ports)));
  expect(await standingOf(runs, 'last')).toMatchObject({ ok: false, failure: { message: 'no run has left anything to take back' } });
  expect(await standingOf(runs, first)).toMatchObject({ ok: true, value: { entries: [] } });
});
