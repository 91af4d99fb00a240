import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { EventBody, RunEvent } from '../../src/domain/event.ts';
import { type Content, contentOf } from '../../src/domain/file.ts';
import { contentsOf, encodeEvent } from '../../src/journal/event-codec.ts';
import { FileJournal, JournalFault } from '../../src/journal/file-journal.ts';
import { parseJournal } from '../../src/journal/journal-line.ts';
import { ownerText } from '../../src/journal/owner.ts';
import { readRun } from '../../src/journal/run-archive.ts';
import { fileChange, settled, stamped, started, transaction } from '../ui/streams.ts';

const SECRET = 'what another process needs';
const CONTEXT: Content = contentOf(Buffer.from(SECRET));
const SOURCE: Content = contentOf(Buffer.from('apiVersion: runbook/v1 # the runbook'));

const [intended, finished] = transaction('a', false, [fileChange('/etc/a', 'old', 'new')]) as [EventBody, EventBody];
const WHOLE = stamped([
  { ...started('apply', ['a']), source: SOURCE } as EventBody,
  { ...intended, context: CONTEXT } as EventBody,
  finished,
]);
const MORE = stamped([{ type: 'run.resumed', operator: 'bo', hosts: ['a'] }, ...settled('a', false, 'confirm')]);
const types = (events: readonly RunEvent[]) => events.map(({ type }) => type);

function runsDirectory(): string {
  const runs = mkdtempSync(join(tmpdir(), 'runbook-journal-'));
  onTestFinished(() => rmSync(runs, { recursive: true, force: true }));
  return runs;
}

/** A run whose process is gone. */
async function cutOff(events = WHOLE): Promise<{ readonly runs: string; readonly run: string; readonly journal: string }> {
  const runs = runsDirectory();
  const run = join(runs, 'r1');
  const journal = await FileJournal.create(run);
  await journal.append(events);
  await journal.close();
  writeFileSync(join(run, 'owner'), '');
  return { runs, run, journal: join(run, 'journal.jsonl') };
}

async function read(runs: string) {
  const run = await readRun(runs, 'r1');
  if (!run.ok) throw new Error(run.failure.message);
  return run.value;
}

describe('a journal that another process goes on with', () => {
  it('is one chain from the first event to the last', async () => {
    const { runs, run } = await cutOff();
    const resumed = await FileJournal.resume(run);
    expect((await read(runs)).live).toBe(true);
    expect(statSync(join(run, 'ballast')).size).toBe(1_048_576);
    await resumed.append(MORE.slice(0, 1));
    await resumed.append(MORE.slice(1));
    await resumed.close();
    const { events, damage } = await read(runs);
    expect([damage, types(events)]).toEqual([undefined, types([...WHOLE, ...MORE])]);
    expect(events.map(encodeEvent)).toEqual([...WHOLE, ...MORE].map(encodeEvent));
  });

  it('loses a last line that was cut short anywhere, and nothing before it', async () => {
    const { runs, run, journal } = await cutOff();
    const text = readFileSync(journal);
    const lastLine = text.subarray(0, -1).lastIndexOf('\n') + 1;
    for (let size = lastLine; size < text.length; size += 13) {
      writeFileSync(journal, text.subarray(0, size));
      for (const name of readdirSync(run)) if (name.startsWith('owner.')) rmSync(join(run, name));
      const resumed = await FileJournal.resume(run);
      await resumed.append(MORE);
      await resumed.close();
      const { events, damage } = await read(runs);
      expect([size, damage, types(events)]).toEqual([size, undefined, types([...WHOLE.slice(0, 2), ...MORE])]);
    }
  });

  it('loses no more than that, though what was cut short is half of a character', async () => {
    const { runs, run, journal } = await cutOff();
    appendFileSync(journal, Buffer.concat([Buffer.from('{"v":1,"seq":3,"e":"'), Buffer.from('€').subarray(0, 2)]));
    const resumed = await FileJournal.resume(run);
    await resumed.append(MORE);
    await resumed.close();
    expect(types((await read(runs)).events)).toEqual(types([...WHOLE, ...MORE]));
  });

  it.each<[string, (text: string) => string]>([
    ['altered', (text) => text.replace('"old"', '"new"').replace('"operator":"ada"', '"operator":"eve"')],
    ['taken out', (text) => text.split('\n').toSpliced(1, 1).join('\n')],
    ['put in twice', (text) => text.replace(/^(.*\n)/, '$1$1')],
  ])('is refused where a line was %s, and stays as it is', async (_, forge) => {
    const { run, journal } = await cutOff();
    const forged = forge(readFileSync(journal, 'utf8'));
    writeFileSync(journal, forged);
    await expect(FileJournal.resume(run)).rejects.toThrow(/: line \d was altered$/);
    expect(readFileSync(journal, 'utf8')).toBe(forged);
  });

  it('is refused while its process lives', async () => {
    const { run, journal } = await cutOff();
    rmSync(join(run, 'owner.ended'), { force: true });
    writeFileSync(join(run, 'owner'), ownerText());
    const before = readFileSync(journal);
    await expect(FileJournal.resume(run)).rejects.toThrow('another process works on this run');
    expect(readFileSync(journal)).toEqual(before);
  });

  it('is refused to a second one that goes on with it', async () => {
    const { run } = await cutOff();
    const resumed = await FileJournal.resume(run);
    await expect(FileJournal.resume(run)).rejects.toBeInstanceOf(JournalFault);
    await resumed.close();
  });

  it('is not followed to another place', async () => {
    const { run, journal } = await cutOff();
    const aside = join(run, 'aside');
    writeFileSync(aside, readFileSync(journal));
    rmSync(journal);
    symlinkSync(aside, journal);
    await expect(FileJournal.resume(run)).rejects.toBeInstanceOf(JournalFault);
  });

  it('that was ended before its first line has done nothing, and is no fault', async () => {
    const runs = runsDirectory();
    await (await FileJournal.create(join(runs, 'r1'))).close();
    rmSync(join(runs, 'r1/journal.jsonl'));
    for (const name of ['owner', 'ballast', 'owner.new.7']) {
      writeFileSync(join(runs, 'r1', name), '');
      expect(await readRun(runs, 'r1')).toMatchObject({ ok: true, value: { events: [], live: false } });
    }
    writeFileSync(join(runs, 'r1/something'), '');
    expect(await readRun(runs, 'r1')).toMatchObject({ ok: false, failure: { code: 'journal' } });
  });
});

describe('a journal that is begun', () => {
  it('makes the directories above it, for the operator alone, and sets room aside until it is closed', async () => {
    const runs = join(runsDirectory(), 'state', 'runs');
    const run = join(runs, 'r1');
    const journal = await FileJournal.create(run);
    expect(readdirSync(run).sort()).toEqual(['ballast', 'journal.jsonl', 'owner']);
    expect([runs, join(run, 'ballast')].map((path) => statSync(path).mode & 0o777)).toEqual([0o700, 0o600]);
    expect(statSync(join(run, 'ballast')).size).toBe(1_048_576);
    await journal.close();
    expect(readdirSync(run).sort()).toEqual(['journal.jsonl', 'owner', 'owner.ended']);
    await expect(journal.close()).resolves.toBeUndefined();
  });

  it('names the directory and the cause when it cannot be', async () => {
    const { run } = await cutOff();
    const fault: unknown = await FileJournal.create(run).catch((error: unknown) => error);
    expect(fault).toMatchObject({ name: 'JournalFault', cause: { code: 'EEXIST' } });
    expect(fault).toHaveProperty('message', expect.stringMatching(`^${run}: EEXIST`));
    expect(new JournalFault('/runs/r1', 'odd').message).toBe('/runs/r1: odd');
  });

  it('is written by each batch at once, in order', async () => {
    const run = join(runsDirectory(), 'r1');
    const journal = await FileJournal.create(run);
    const written = () => parseJournal(readFileSync(join(run, 'journal.jsonl'), 'utf8')).events;
    await journal.append([]);
    for (let count = 1; count <= WHOLE.length; count += 1) {
      await journal.append(WHOLE.slice(count - 1, count));
      expect(written()).toEqual(WHOLE.slice(0, count).map(encodeEvent));
    }
    await journal.close();
  });

  it('has its contents in place before the event that names them, and neither when they cannot be kept', async () => {
    const run = join(runsDirectory(), 'r1');
    const journal = await FileJournal.create(run);
    writeFileSync(join(run, 'contents'), '');
    const fault: unknown = await journal.append(WHOLE).catch((error: unknown) => error);
    expect(fault).toHaveProperty('message', expect.stringMatching(`^${run}: E`));
    await expect(journal.append(WHOLE.slice(2))).rejects.toBe(fault);
    expect(readFileSync(join(run, 'journal.jsonl'), 'utf8')).toBe('');
    expect(existsSync(join(run, 'ballast'))).toBe(true);
    await journal.appendLast([]);
    expect(existsSync(join(run, 'ballast'))).toBe(false);
    await journal.close();
    await expect(journal.appendLast(WHOLE)).resolves.toBeUndefined();
  });
});

describe('a journal that is no longer where it was', () => {
  const away: readonly [string, (run: string) => void, RegExp][] = [
    ['moved', (run) => renameSync(run, `${run}-moved`), /ENOENT/],
    ['removed', (run) => rmSync(join(run, 'journal.jsonl')), /ENOENT/],
    ['replaced', (run) => copyAside(join(run, 'journal.jsonl')), /: it was replaced while the run was under way$/],
  ];
  const copyAside = (path: string) => {
    renameSync(path, `${path}.old`);
    writeFileSync(path, readFileSync(`${path}.old`));
  };

  it.each(away)('because it was %s announces nothing any more', async (_, happens, message) => {
    const run = join(runsDirectory(), 'r1');
    const journal = await FileJournal.create(run);
    await journal.append(WHOLE.slice(0, 1));
    happens(run);
    await journal.append(WHOLE.slice(2));
    await expect(journal.append([...WHOLE.slice(2), ...WHOLE.slice(1, 2)])).rejects.toThrow(message);
    await expect(journal.append(WHOLE.slice(2))).rejects.toBeInstanceOf(JournalFault);
    await journal.close();
  });
});

describe('what another process needs to go on', () => {
  it('is kept beside the journal and not in it, for the operator alone, and comes back with the events', async () => {
    const { runs, run, journal } = await cutOff();
    expect(readFileSync(journal, 'utf8')).not.toMatch(/another process needs|# the runbook/);
    for (const { sha256, bytes } of [CONTEXT, SOURCE]) {
      const path = join(run, 'contents', sha256);
      expect([statSync(path).mode & 0o777, readFileSync(path)]).toEqual([0o600, Buffer.from(bytes)]);
    }
    const { events } = await read(runs);
    expect(events.flatMap(contentsOf).map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(
      WHOLE.flatMap(contentsOf).map(({ bytes }) => Buffer.from(bytes).toString()),
    );
    expect(WHOLE.flatMap(contentsOf)).toHaveLength(4);
  });

  it.each([CONTEXT, SOURCE])('is missed by name when it is gone', async ({ sha256 }) => {
    const { runs, run } = await cutOff();
    rmSync(join(run, 'contents', sha256));
    expect(await readRun(runs, 'r1')).toMatchObject({ ok: false, failure: { message: `the content ${sha256} is missing or damaged` } });
  });
});

const BIG: RunEvent = { at: 1, type: 'transaction.reported', host: 'b', tx: 'do-b', state: 'rolled-back', remarks: ['x'.repeat(100_000)] };
const CONFIRM: RunEvent = { at: 2, type: 'confirm.intended', host: 'a', tx: 'do-a' };

describe('after a write that did not succeed', () => {
  it('what came of effects that were announced before is still kept, and nothing that announces another', async () => {
    const runs = runsDirectory();
    const run = join(runs, 'r1');
    const journal = await FileJournal.create(run);
    await journal.append(WHOLE);
    rmSync(join(run, 'contents'), { recursive: true });
    writeFileSync(join(run, 'contents'), '');
    const [other] = stamped(transaction('b', false, [fileChange('/etc/b', '1', '2')]).slice(0, 1)) as [RunEvent];
    const batch = [BIG, other, CONFIRM];
    await expect(journal.append(batch)).rejects.toBeInstanceOf(JournalFault);
    await journal.appendLast(batch);
    await expect(journal.append([CONFIRM])).rejects.toBeInstanceOf(JournalFault);
    await journal.close();
    expect(readFileSync(join(run, 'journal.jsonl'), 'utf8').match(/"type":"[\w.]+"/g)).toEqual(
      types([...WHOLE, BIG]).map((type) => `"type":"${type}"`),
    );
  });

  it.skipIf(process.getuid?.() !== 0)('because the disk is full, the ballast makes room for it (needs root)', async () => {
    const runs = runsDirectory();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', runs]);
    onTestFinished(() => void execFileSync('umount', [runs]));
    const run = join(runs, 'r1');
    const journal = await FileJournal.create(run);
    await journal.append(WHOLE);
    expect(() => appendFileSync(join(runs, 'filler'), Buffer.alloc(4 << 20))).toThrow('ENOSPC');
    await expect(journal.append([BIG, CONFIRM])).rejects.toThrow('ENOSPC');
    await journal.appendLast([BIG, CONFIRM]);
    await journal.close();
    const { events, damage } = await read(runs);
    expect([damage, types(events)]).toEqual([undefined, types([...WHOLE, BIG])]);
    expect(existsSync(join(run, 'ballast'))).toBe(false);
  });
});
