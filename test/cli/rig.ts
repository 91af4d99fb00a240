import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import type { World } from '../../src/cli/world.ts';
import type { RunEvent } from '../../src/domain/event.ts';
import { FileJournal } from '../../src/journal/file-journal.ts';
import { FakeOutput } from '../ui/fake-output.ts';

/** A process in an empty directory, whose outputs are kept and whose runs are in `runs`. */
export function fakeWorld() {
  const cwd = mkdtempSync(join(tmpdir(), 'runbook-cli-'));
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
  const out = new FakeOutput({ isTTY: false });
  const err = new FakeOutput({ isTTY: false });
  const world: World = {
    env: { XDG_STATE_HOME: cwd },
    cwd,
    home: cwd,
    user: 'ada',
    out,
    err,
    terminal: { input: process.stdin, output: process.stdout },
    installation: resolve(import.meta.dirname, '../..'),
  };
  return { world, out, err, runs: join(cwd, 'runbook/runs') };
}

/** Keeps a run as a process that has ended since would have left it. */
export async function keepRun(runs: string, id: string, events: readonly RunEvent[]): Promise<string> {
  const journal = await FileJournal.create(join(runs, id));
  if (events.length > 0) await journal.append(events);
  await journal.close();
  writeFileSync(join(runs, id, 'owner'), '');
  return join(runs, id);
}
