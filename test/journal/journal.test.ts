import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunEvent } from '../../src/domain/event.ts';
import { apply } from '../../src/engine/run-runbook.ts';
import { FileJournal, JournalFault } from '../../src/journal/file-journal.ts';
import { ownerLives, ownerText } from '../../src/journal/owner.ts';
import { findRun, readRun, runIds } from '../../src/journal/run-archive.ts';
import { undoLog } from '../../src/views/undo-log.ts';
import { events, host, rig } from '../engine/rig.ts';

let runs: string;
let recorded: readonly RunEvent[];

beforeEach(async () => {
  runs = await mkdtemp(join(tmpdir(), 'runbook-journal-'));
  const world = rig([host('a')]);
  recorded = await events(apply(world.assignment(), world.ports));
});

afterEach(async () => rm(runs, { recursive: true, force: true }));

async function keep(id: string, kept: readonly RunEvent[]): Promise<void> {
  const journal = await FileJournal.create(join(runs, id));
  for (const event of kept) await journal.append([event]);
  await journal.close();
}

async function read(id: string) {
  const run = await readRun(runs, id);
  if (!run.ok) throw new Error(run.failure.message);
  return run.value;
}

describe('the journal', () => {
  it('gives back what is needed to take a run back, byte for byte', async () => {
    await keep('r1', recorded);
    expect(undoLog((await read('r1')).events)).toEqual(undoLog(recorded));
  });

  it('holds no file content, and is for the operator alone', async () => {
    await keep('r1', recorded);
    const text = await readFile(join(runs, 'r1/journal.jsonl'), 'utf8');
    expect(text).not.toContain('mode=bad');
    const modes = await Promise.all(
      ['', 'journal.jsonl', 'contents', 'owner'].map(async (name) => (await stat(join(runs, 'r1', name))).mode & 0o777),
    );
    expect(modes).toEqual([0o700, 0o600, 0o700, 0o600]);
    for (const name of await readdir(join(runs, 'r1/contents')))
      expect((await stat(join(runs, 'r1/contents', name))).mode & 0o777).toBe(0o600);
  });

  it('can be cut short anywhere, and tells what was announced before the cut', async () => {
    await keep('r1', recorded);
    const path = join(runs, 'r1/journal.jsonl');
    const text = await readFile(path, 'utf8');
    for (let size = text.length; size >= 0; size -= 97) {
      await truncate(path, size);
      const whole = text.slice(0, size).split('\n').length - 1;
      const run = await read('r1');
      expect(run.damage).toBeUndefined();
      expect(run.events.map(({ type }) => type)).toEqual(recorded.slice(0, whole).map(({ type }) => type));
    }
  });

  it('is whole whatever characters a host puts into it', async () => {
    const hostile = '\u2028\u2029\u0085\r\n\ud800"\\}{"e":1}\n';
    const failure = { code: 'lost', message: hostile } as const;
    const kept = recorded.map((event) => (event.type === 'host.finished' ? { ...event, reason: failure } : event));
    await keep('r1', kept);
    const run = await read('r1');
    expect(run.damage).toBeUndefined();
    expect(undoLog(run.events)).toEqual(undoLog(recorded));
    expect(run.events.flatMap((event) => (event.type === 'host.finished' ? [event.reason] : []))).toEqual([failure]);
  });

  it('does not use what follows a line that was altered', async () => {
    await keep('r1', recorded);
    const path = join(runs, 'r1/journal.jsonl');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace('"host.started"', '"host.finished"'));
    const run = await read('r1');
    expect(run.damage).toMatch(/^line \d+ of the journal was altered/);
    expect(run.events.length).toBeLessThan(recorded.length);
  });

  it('says so when a content that a rollback needs is missing or was altered', async () => {
    await keep('r1', recorded);
    const [name = ''] = await readdir(join(runs, 'r1/contents'));
    await writeFile(join(runs, 'r1/contents', name), 'forged');
    const run = await readRun(runs, 'r1');
    expect(run).toMatchObject({ ok: false, failure: { code: 'journal', message: `the content ${name} is missing or damaged` } });
  });

  it('refuses to begin a run that is there already', async () => {
    await keep('r1', recorded);
    await expect(FileJournal.create(join(runs, 'r1'))).rejects.toBeInstanceOf(JournalFault);
  });

  it('takes nothing more after a write that did not succeed', async () => {
    const journal = await FileJournal.create(join(runs, 'r1'));
    await journal.close();
    await expect(journal.append(recorded.slice(0, 1))).rejects.toBeInstanceOf(JournalFault);
    await expect(journal.append(recorded.slice(0, 1))).rejects.toBeInstanceOf(JournalFault);
  });

  it('lists runs newest first, and finds one by an unambiguous beginning', async () => {
    for (const id of ['20260101-1', '20260102-1', '20260102-2']) await keep(id, recorded.slice(0, 1));
    expect(await runIds(runs)).toEqual(['20260102-2', '20260102-1', '20260101-1']);
    expect(await findRun(runs, '20260101')).toEqual({ ok: true, value: '20260101-1' });
    expect(await findRun(runs, '20260102')).toMatchObject({ ok: false, failure: { code: 'ambiguous' } });
    expect(await findRun(runs, 'x')).toMatchObject({ ok: false, failure: { code: 'not-found' } });
  });

  it('knows its process from another that has got the same number', () => {
    expect(ownerLives(ownerText())).toBe(true);
    expect(ownerLives(ownerText().replace(/^(\d+) \d+/, '$1 1'))).toBe(false);
    expect(ownerLives('')).toBe(false);
  });

  it('takes a process that has ended for ended, also when its parent never looks', async () => {
    // `sleep` has taken the place of the shell, and does not wait for children.
    const parent = spawn('/bin/sh', ['-c', '{ read -r _; } <&3 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore', 'pipe'] });
    try {
      const pid = await new Promise<number>((resolve) => parent.stdout?.once('data', (text) => resolve(Number(text))));
      const owner = ownerText(pid);
      expect(ownerLives(owner)).toBe(true);
      const go = parent.stdio[3];
      if (go instanceof Writable) go.end('go\n');
      await vi.waitUntil(() => !ownerLives(owner), 10_000);
      expect(readFileSync(`/proc/${pid}/stat`, 'utf8')).toMatch(/\) Z /);
    } finally {
      parent.kill();
    }
  });
});
