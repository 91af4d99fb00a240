import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { RunEvent } from '../../src/domain/event.ts';
import { FileJournal } from '../../src/journal/file-journal.ts';
import { LAUNCH } from '../lab/command-line.ts';
import type { BenchFleet } from './bench-fleet.ts';
import { measure, median } from './measure.ts';
import { type Errand, PEERS } from './peers.ts';

/** So many hosts a fleet needs for it. */
export const SAFETY_HOSTS = 100;
const MANY = SAFETY_HOSTS;
const FEW = 10;

/** What safety costs, and how soon a cut-off run is settled, as a table in Markdown. */
export async function safetyTable(fleet: BenchFleet, rounds: number): Promise<string> {
  const lines = [
    ...(await Promise.all([journalMs(1), journalMs(MANY)])).map((ms, n) => [
      n === 0 ? 'a journal record that is flushed by itself' : `one of ${MANY} that are flushed together`,
      `${ms.toFixed(2)} ms`,
    ]),
    ...(await hostTimes(fleet)),
    ...(await recoveries(fleet, rounds)),
  ];
  return `| what | took |\n|---|---|\n${lines.map((line) => `| ${line.join(' | ')} |`).join('\n')}`;
}

/** Milliseconds a record that must be on the disk before its effect may happen, so many in a batch; on the disk of /var/tmp. */
async function journalMs(batch: number): Promise<number> {
  const directory = mkdtempSync('/var/tmp/runbook-bench-journal-');
  const journal = await FileJournal.create(join(directory, 'runs', 'run'));
  const events: RunEvent[] = Array.from({ length: batch }, (_, n) => ({ at: n, type: 'confirm.intended', host: `n${n}`, tx: 'do-n' }));
  const took: number[] = [];
  for (let round = 0; round < 200; round += 1) {
    const began = performance.now();
    await journal.append(events);
    took.push((performance.now() - began) / batch);
  }
  await journal.close();
  rmSync(directory, { recursive: true });
  return median(took);
}

/** Processor time that one host spends on what a tool does there, logins included. */
async function hostTimes(fleet: BenchFleet): Promise<readonly (readonly string[])[]> {
  const lines: string[][] = [];
  for (const name of ['floor', 'plan', 'apply']) {
    const peer = PEERS.find((each) => each.name === name);
    if (!peer) throw new Error(`there is no tool ${name}`);
    fleet.break(FEW);
    const errand = errandOf(fleet, FEW);
    const before = cpuOf(fleet, FEW);
    const { code, said } = await measure(peer.argv(errand));
    if (code !== 0) throw new Error(`${name} ended with ${code}:\n${said}`);
    lines.push([`processor time of a host, for ${peer.is}`, `${((cpuOf(fleet, FEW) - before) / FEW).toFixed(0)} ms`]);
  }
  return lines;
}

/** Kills an apply when half of the hosts have the change, and settles what it left. */
async function recoveries(fleet: BenchFleet, rounds: number): Promise<readonly (readonly string[])[]> {
  const took: number[] = [];
  const open: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    fleet.break(MANY);
    const errand = errandOf(fleet, MANY);
    const [program = '', ...words] = PEERS.find(({ name }) => name === 'apply')?.argv(errand) ?? [];
    await killedHalfway(fleet, spawn(program, words, { stdio: 'ignore' }));
    open.push(unsettled(fleet));
    const { wallS, said } = await measure([
      LAUNCH,
      'resume',
      'last',
      '-i',
      join(errand.work, 'hosts.yaml'),
      '--state-dir',
      join(errand.work, 'state'),
    ]);
    if (unsettled(fleet) > 0) throw new Error(`resume left ${unsettled(fleet)} hosts unsettled:\n${said}`);
    took.push(wallS);
    process.stderr.write(`resume of ${MANY} hosts, ${open.at(-1)} of them unsettled: ${wallS.toFixed(2)} s\n`);
  }
  return [
    [`\`runbook resume\` of ${MANY} hosts after kill -9, ${median(open).toFixed(0)} of them unsettled`, `${median(took).toFixed(1)} s`],
  ];
}

async function killedHalfway(fleet: BenchFleet, child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('close', resolve));
  while (child.exitCode === null && fleet.fixed(MANY) < MANY / 2) await new Promise((resolve) => setTimeout(resolve, 10));
  if (!child.kill('SIGKILL')) throw new Error('the apply was over before half of the hosts had the change');
  await ended;
}

/** How many hosts have a transaction that is neither confirmed nor taken back. */
function unsettled(fleet: BenchFleet): number {
  return fleet.hosts.slice(0, MANY).filter(({ name }) => {
    const records = join(fleet.directory, name, 'upper/var/lib/runbook/tx');
    const states = existsSync(records) ? readdirSync(records).map((tx) => readdirSync(join(records, tx))) : [];
    return states.some((names) => names.some((file) => /^st\.(?!CONFIRMED|ROLLEDBACK)/.test(file)));
  }).length;
}

function errandOf(fleet: BenchFleet, count: number): Errand {
  const work = mkdtempSync(join(fleet.directory, 'work-'));
  mkdirSync(join(work, 'state'));
  return { hosts: fleet.hosts.slice(0, count), key: fleet.key, knownHosts: fleet.knownHosts, work };
}

function cpuOf(fleet: BenchFleet, count: number): number {
  return fleet.hosts.slice(0, count).reduce((sum, { name }) => sum + fleet.cpuMs(name), 0);
}
