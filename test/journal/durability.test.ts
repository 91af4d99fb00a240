import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { EventBody } from '../../src/domain/event.ts';
import { FileJournal } from '../../src/journal/file-journal.ts';
import { parseJournal } from '../../src/journal/journal-line.ts';
import { flagRemoved, settled, stamped, started, transaction } from '../ui/streams.ts';

const [intended, answered] = transaction('a', false, [flagRemoved()]) as [EventBody, EventBody];
const [confirm, confirmed] = settled('a', false, 'confirm') as [EventBody, EventBody];
const [undo] = settled('a', false, 'undo') as [EventBody];
const begun: EventBody = { type: 'host.started', host: 'a' };
const ended: EventBody = { type: 'run.finished', outcomes: { a: 'fixed' }, exitCode: 0 };

/** The types of the last events that a journal holds each time that it is flushed to the disk. */
async function flushes(path: string): Promise<readonly (string | undefined)[]> {
  const handle = await open('/dev/null');
  const seen: (string | undefined)[] = [];
  const { datasync } = handle;
  const spy = vi.spyOn(Object.getPrototypeOf(handle), 'datasync').mockImplementation(async function (this: typeof handle) {
    const last = parseJournal(readFileSync(path, 'utf8')).events.at(-1) ?? '{}';
    seen.push(JSON.parse(last).type);
    await datasync.call(this);
  });
  onTestFinished(() => spy.mockRestore());
  await handle.close();
  return seen;
}

test.each<[string, readonly EventBody[], readonly string[]]>([
  ['what only tells is written, and not waited for', [begun, answered, confirmed], []],
  ['the beginning of a run is on the disk before anything else is done', [started('apply', ['a'])], ['run.started']],
  ['what announces a transaction is on the disk before it is taken for announced', [intended], ['transaction.intended']],
  ['so is what announces a confirm', [confirm], ['confirm.intended']],
  ['and an undo', [undo], ['undo.intended']],
  ['and the end of the run', [ended], ['run.finished']],
  ['a batch is flushed once, after all of it', [begun, intended, confirm, answered], ['transaction.finished']],
  ['nothing is nothing', [], []],
])('%s', async (_, bodies, expected) => {
  const runs = mkdtempSync(join(tmpdir(), 'runbook-journal-'));
  onTestFinished(() => rmSync(runs, { recursive: true, force: true }));
  const journal = await FileJournal.create(join(runs, 'r1'));
  const seen = await flushes(join(runs, 'r1/journal.jsonl'));
  await journal.append(stamped(bodies));
  const atOnce = [...seen];
  await journal.close();
  expect(atOnce).toEqual(expected);
});
