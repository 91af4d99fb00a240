import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { drive, newRunId } from '../../src/cli/session.ts';
import type { RunEvent } from '../../src/domain/event.ts';
import { HostFault } from '../../src/domain/failure.ts';
import type { Gate } from '../../src/engine/ports.ts';
import { apply } from '../../src/engine/run-runbook.ts';
import { FileJournal, JournalFault } from '../../src/journal/file-journal.ts';
import { readRun } from '../../src/journal/run-archive.ts';
import { silentView } from '../../src/ui/output.ts';
import { inDoubt } from '../../src/views/in-doubt.ts';
import { undoLog } from '../../src/views/undo-log.ts';
import { FILE, host, rig, runbook } from '../engine/rig.ts';
import { fakeWorld } from './rig.ts';

const TWO_WAVES = runbook({ rollout: { waves: [{ hosts: 1 }], confirm: 'wave', verifyTimeoutMs: 0 } });
const TOGETHER = runbook({ rollout: { maxFailures: { hosts: 1 } } });

function session(hosts: readonly ReturnType<typeof host>[], onGate: (gate: Gate, run: string) => void, book = TWO_WAVES) {
  const { runs } = fakeWorld();
  const { fleet, ports, assignment } = rig(hosts);
  const left: (readonly RunEvent[])[] = [];
  let opened: FileJournal | undefined;
  const task = {
    run: 'r1',
    kind: 'apply' as const,
    fleet,
    hostFor: ports.hostFor,
    async approve(gate: Gate) {
      onGate(gate, join(runs, 'r1'));
      return { answer: 'yes' as const, by: 'test' };
    },
    view: silentView,
    operator: 'ada',
    async journal() {
      opened = await FileJournal.create(join(runs, 'r1'));
      return opened;
    },
    detailedExitCode: false,
    stop: new AbortController(),
    mask: (text: string) => text,
    leave: (events: readonly RunEvent[]) => left.push(events),
  };
  /** From now on no event can be kept. */
  const breakJournal = async () => opened?.close();
  return { runs, fleet, left, breakJournal, drive: () => drive(task, (real) => apply(assignment(book), real)) };
}

/** From now on no content can be kept: what a full or broken disk does to a journal. */
function breakContents(run: string): void {
  if (existsSync(`${run}/aside`)) return;
  // Made with the first content.
  mkdirSync(`${run}/contents`, { recursive: true });
  renameSync(`${run}/contents`, `${run}/aside`);
  writeFileSync(`${run}/contents`, '');
}

async function mended(runs: string): Promise<readonly RunEvent[]> {
  rmSync(join(runs, 'r1/contents'));
  renameSync(join(runs, 'r1/aside'), join(runs, 'r1/contents'));
  return read(runs);
}

async function read(runs: string): Promise<readonly RunEvent[]> {
  const run = await readRun(runs, 'r1');
  if (!run.ok) throw new Error(run.failure.message);
  return run.value.events;
}

test('once the journal cannot be kept, nothing more is changed, and what was done before can be taken back', async () => {
  const made = session([host('a'), host('b')], (gate, run) => {
    if (gate.name === 'wave-2') breakContents(run);
  });
  await expect(made.drive()).rejects.toBeInstanceOf(JournalFault);
  expect(made.fleet.host('a').text(FILE)).toBe('mode=good\n');
  expect(made.fleet.host('b').transactions).toEqual([]);
  expect(undoLog(await mended(made.runs)).map((entry) => entry.host)).toEqual(['a']);
});

test.each([
  ['confirm', 'well'],
  ['undo', 'still ill'],
] as const)('a host whose %s could not be announced is not told it, and is left to take itself back', async (verb, afterFix) => {
  const one = host('a', 'mode=bad\n', afterFix);
  const made = session([one, host('b')], () => {});
  const probe = one.probe.bind(one);
  one.probe = async (argv, options) => {
    if (one.transactions.length > 0) await made.breakJournal();
    return probe(argv, options);
  };
  await expect(made.drive()).rejects.toBeInstanceOf(JournalFault);
  expect([one.transactions.length, one.settled, [...one.states.values()]]).toEqual([1, [], ['applied']]);
  const kept = await read(made.runs);
  expect(kept.map(({ type }) => type)).not.toContain(`${verb}.intended`);
  expect([...inDoubt(kept), ...inDoubt(made.left.flat())].map((each) => each.host)).toEqual(['a', 'a']);
});

test('what has come of other hosts is still kept when one that is to be changed cannot be announced', async () => {
  const made = session([host('a'), host('b')], (_, run) => breakContents(run), TOGETHER);
  const write = made.fleet.write.bind(made.fleet);
  made.fleet.write = async (on, access) => {
    if (on.name === 'b') return write(on, access);
    throw new HostFault({ code: 'become', message: 'sudo wants a password' });
  };
  await expect(made.drive()).rejects.toBeInstanceOf(JournalFault);
  expect(made.fleet.begins).toEqual([]);
  const kept = await mended(made.runs);
  expect(kept.at(-1)).toMatchObject({ type: 'host.finished', host: 'a', outcome: 'failed' });
  expect(kept.map(({ type }) => type)).not.toContain('transaction.intended');
});

test('a bug ends the journal with the last event of a run, and the run can be taken back', async () => {
  const buggy = host('a');
  const made = session([buggy, host('b')], () => {});
  buggy.hooks.answer = (fake) => {
    if (fake.transactions.length > 0) throw new Error('a bug');
    return undefined;
  };
  await expect(made.drive()).rejects.toThrow('a bug');
  const run = await readRun(made.runs, 'r1');
  if (!run.ok) throw new Error(run.failure.message);
  expect(run.value.events.at(-1)).toMatchObject({ type: 'run.finished', outcomes: { a: 'unknown', b: 'skipped' }, exitCode: 70 });
  expect(undoLog(run.value.events)).toMatchObject([{ host: 'a', unsettled: true }]);
  expect([buggy.settled, [...buggy.states.values()]]).toEqual([[], ['applied']]);
});

test('ids of runs sort by time, also of those that were begun in one second', () => {
  const times = [0, 7, 80, 999, 1_000, 61_000].map((ms) => new Date(Date.UTC(2026, 10, 22, 8, 4, 10) + ms));
  const ids = times.map((time) => newRunId(time));
  expect([...ids].sort()).toEqual(ids);
  expect(ids[1]).toMatch(/^20261122-080410-007[0-9a-f]{3}$/);
});
