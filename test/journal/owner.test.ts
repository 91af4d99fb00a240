import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { endOwnership, farOwnerOf, isOwned, isOwnerFile, ownerLives, ownerOf, ownerText, takeOwnership } from '../../src/journal/owner.ts';

function emptyDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'runbook-owner-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A process that is told directories to take, answers whether it has, and lives until it is killed. */
const TAKER = `
const { takeOwnership } = await import(process.argv[1]);
process.on('message', (directory) => process.send(takeOwnership(directory)));
process.on('disconnect', () => process.exit());
process.send('ready');
`;

async function takers(count: number): Promise<readonly ChildProcess[]> {
  const owner = new URL('../../src/journal/owner.ts', import.meta.url).href;
  const words = ['--input-type=module', '-e', TAKER, owner];
  const all = Array.from({ length: count }, () => spawn(process.execPath, words, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }));
  onTestFinished(() => {
    for (const taker of all) taker.kill('SIGKILL');
  });
  await Promise.all(all.map((taker) => once(taker, 'message')));
  return all;
}

/** Lets all of them try at once; those that won. */
async function race(all: readonly ChildProcess[], directory: string): Promise<readonly ChildProcess[]> {
  const answers = all.map((taker) => once(taker, 'message'));
  for (const taker of all) taker.send(directory);
  const won = await Promise.all(answers);
  return all.filter((_, index) => won[index]?.[0] === true);
}

async function end(taker: ChildProcess | undefined): Promise<void> {
  const ended = taker && once(taker, 'exit');
  taker?.kill('SIGKILL');
  await ended;
}

test('of many that take a run at once one has it, and when that one is killed, one of the others, to the last', async () => {
  const directory = emptyDirectory();
  let left = await takers(6);
  while (left.length > 0) {
    const winners = await race(left, directory);
    expect(winners.map(({ pid }) => pid)).toHaveLength(1);
    expect(await race(left, directory)).toEqual([]);
    expect([isOwned(directory), takeOwnership(directory)]).toEqual([true, false]);
    await end(winners[0]);
    expect(isOwned(directory)).toBe(false);
    left = left.filter((taker) => !winners.includes(taker));
  }
  expect(readdirSync(directory).sort()).toEqual(['owner', 'owner.2', 'owner.3', 'owner.4', 'owner.5', 'owner.6']);
});

test('many that find the same owner gone do not take over from each other, however often it comes to that', async () => {
  const all = await takers(4);
  for (let round = 0; round < 50; round += 1) {
    const directory = emptyDirectory();
    writeFileSync(join(directory, 'owner'), ownerText().replace(/ \d+ /, ' 1 '));
    expect(await race(all, directory)).toHaveLength(1);
  }
});

test('whoever has it is not given it again, and its name is for the operator alone', () => {
  const directory = emptyDirectory();
  expect([takeOwnership(directory), takeOwnership(directory), isOwned(directory)]).toEqual([true, false, true]);
  expect(readdirSync(directory)).toEqual(['owner']);
  expect(statSync(join(directory, 'owner')).mode & 0o777).toBe(0o600);
});

test('a directory that nobody has taken is not owned', () => {
  expect(isOwned(emptyDirectory())).toBe(false);
});

const BOOT = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
const MACHINE = readFileSync('/etc/machine-id', 'utf8').trim();
const PIDS = readlinkSync('/proc/self/ns/pid');
const PLACE = `${BOOT} ${MACHINE} ${PIDS} ${hostname()}`;
/** A process that is not here, in another place. */
const inPlace = (place: string) => `77 1234 ${place}\n`;

test('a process is named by its number, its start and the boot, whatever its own name is', async () => {
  const program = join(emptyDirectory(), 'a) S 1 2');
  copyFileSync('/bin/sleep', program);
  const child = spawn(program, ['60'], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'spawn');
  const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8');
  const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  expect(stat).toContain('(a) S 1 2) ');
  expect(ownerText(child.pid)).toBe(`${child.pid} ${started} ${PLACE}\n`);
  expect(ownerLives(ownerText(child.pid))).toBe(true);
  await end(child);
  expect(ownerLives(`${child.pid} ${started} ${PLACE}\n`)).toBe(false);
});

test('a process that is not there does not live, nor one of another boot', () => {
  // Above the largest number that Linux gives (proc_sys_kernel(5), pid_max).
  const nobody = 2 ** 22 + 1;
  expect(ownerText(nobody)).toBe(`${nobody}  ${PLACE}\n`);
  expect(ownerLives(ownerText())).toBe(true);
  for (const text of [
    ownerText(nobody),
    ownerText().replace(BOOT, ''),
    ownerText().replace(BOOT, 'other'),
    `${nobody} undefined ${PLACE}\n`,
    `${nobody} 1 other\n`,
    '\n',
  ])
    expect([text, ownerLives(text)]).toEqual([text, false]);
});

test('whoever takes over from one that is gone does so under the next name, and a live one after it counts', () => {
  const directory = emptyDirectory();
  for (const name of ['owner', 'owner.2']) writeFileSync(join(directory, name), '');
  expect([isOwned(directory), ownerOf(directory), takeOwnership(directory)]).toEqual([false, undefined, true]);
  expect([isOwned(directory), ownerOf(directory), takeOwnership(directory)]).toEqual([true, process.pid, false]);
  expect(readdirSync(directory).sort()).toEqual(['owner', 'owner.2', 'owner.3']);
  expect(readFileSync(join(directory, 'owner.3'), 'utf8')).toBe(ownerText());
});

test('the files that say who owns a run are told from others by their names', () => {
  const names = ['owner', 'owner.2', 'owner.new.7', 'owners', 'my.owner', 'journal.jsonl', ''];
  expect(names.filter(isOwnerFile)).toEqual(['owner', 'owner.2', 'owner.new.7']);
});

test.each([
  ['in another pid namespace of this machine', `${BOOT} ${MACHINE} pid:[1] ${hostname()}`, hostname()],
  ['on another machine', `other ${'f'.repeat(32)} ${PIDS} far`, 'far'],
  ['on another machine of the same name', `other ${'f'.repeat(32)} ${PIDS} ${hostname()}`, hostname()],
  ['in a container of the same image on another machine', `other ${MACHINE} pid:[1] 0123456789ab`, '0123456789ab'],
  ['on a machine without an id', `other  ${PIDS} ${hostname()}`, hostname()],
])('a process %s may live: the run is not taken over, and it is said who and where', (_, place, host) => {
  const directory = emptyDirectory();
  writeFileSync(join(directory, 'owner'), inPlace(place));
  expect([ownerLives(inPlace(place)), isOwned(directory), ownerOf(directory), takeOwnership(directory)]).toEqual([
    true,
    true,
    undefined,
    false,
  ]);
  expect(farOwnerOf(directory)).toEqual({ pid: 77, host, file: join(directory, 'owner') });
  expect(readdirSync(directory)).toEqual(['owner']);
});

test('a process of another boot of this machine is gone', () => {
  const directory = emptyDirectory();
  writeFileSync(join(directory, 'owner'), inPlace(`other ${MACHINE} ${PIDS} ${hostname()}`));
  expect([farOwnerOf(directory), takeOwnership(directory)]).toEqual([undefined, true]);
});

test('a process that cannot be seen, and has said that it writes no more, is gone; another one after it is not', () => {
  const directory = emptyDirectory();
  const far = inPlace(`other ${'f'.repeat(32)} ${PIDS} far`);
  for (const name of ['owner', 'owner.ended']) writeFileSync(join(directory, name), far);
  expect(isOwned(directory)).toBe(false);
  writeFileSync(join(directory, 'owner.2'), far.replace('77', '78'));
  expect([farOwnerOf(directory)?.file, takeOwnership(directory)]).toEqual([join(directory, 'owner.2'), false]);
});

test('when a person removes the word of a process that is surely gone, the run is taken over', () => {
  const directory = emptyDirectory();
  writeFileSync(join(directory, 'owner'), inPlace(`other ${'f'.repeat(32)} ${PIDS} far`));
  rmSync(farOwnerOf(directory)?.file ?? '');
  expect([takeOwnership(directory), ownerOf(directory)]).toEqual([true, process.pid]);
});

test('a process says in its own words that it writes no more, and where it cannot, nothing is thrown', () => {
  const directory = emptyDirectory();
  endOwnership(directory);
  expect(readFileSync(join(directory, 'owner.ended'), 'utf8')).toBe(ownerText());
  expect(isOwnerFile('owner.ended')).toBe(true);
  endOwnership(join(directory, 'gone'));
});

test('a process that has ended its ownership and lives on may be followed, also by itself, which owns the run again', () => {
  const directory = emptyDirectory();
  expect(takeOwnership(directory)).toBe(true);
  expect(takeOwnership(directory)).toBe(false);
  endOwnership(directory);
  expect(isOwned(directory)).toBe(false);
  expect(takeOwnership(directory)).toBe(true);
  expect(ownerOf(directory)).toBe(process.pid);
  expect(takeOwnership(directory)).toBe(false);
});
