import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { posixHost } from '../../src/remote/host-shell.ts';
import { endWaiting, localFleet, shells, temporaryDirectory, thisHost } from '../remote/local-fleet.ts';
import { planned, transactionOf } from '../remote/transactions.ts';
import { crashHost, leftovers } from './crash-host.ts';

/** How often each race is run here; `npm run nightly` runs a thousand. */
const TIMES = Number(process.env['RUNBOOK_RACES'] ?? 150);

/** An applied transaction on a host of its own, which can be put back to that moment again and again. */
interface Applied {
  readonly directory: string;
  readonly tx: string;
  reset(): void;
  /** The state that the record names. */
  state(): string;
  content(): string;
}

async function applied(): Promise<Applied> {
  const directory = temporaryDirectory();
  const [live, saved] = [`${directory}/live`, `${directory}/saved`];
  mkdirSync(`${live}/data`, { recursive: true });
  mkdirSync(`${live}/units`);
  writeFileSync(`${live}/data/f`, 'old');
  const { fleet } = localFleet({ shell: { shell: '/bin/sh', path: posixHost.path, state: `${live}/record`, units: `${live}/units` } });
  const transaction = transactionOf([await planned(fleet, `${live}/data/f`, 'new')]);
  await (await fleet.write(thisHost)).begin(transaction);
  endWaiting(live);
  // The kept original and the record are links and names: `cp -a` keeps both.
  execFileSync('cp', ['-a', live, saved]);
  const here = `${live}/record/tx/${transaction.id}`;
  return {
    directory: live,
    tx: transaction.id,
    reset() {
      rmSync(live, { recursive: true });
      execFileSync('cp', ['-a', saved, live]);
    },
    state: () =>
      readdirSync(here)
        .filter((name) => name.startsWith('st.'))
        .join(),
    content: () => readFileSync(`${live}/data/f`, 'utf8'),
  };
}

function begun({ directory, tx }: Applied, verb: 'confirm' | 'undo'): ChildProcess {
  return spawn('/bin/sh', [`${directory}/record/tx/${tx}/undo.sh`, verb], { stdio: 'ignore' });
}

test('fault 8: of a confirm and an undo at the same instant just one wins, and file, record and lock say the same', async () => {
  const one = await applied();
  const came = new Map<string, number>();
  for (let time = 0; time < TIMES; time += 1) {
    one.reset();
    // Who is begun first changes, so that both win at times.
    const racers = (['confirm', 'undo'] as const).map((_, k, verbs) => begun(one, verbs[(k + time) % 2] ?? 'undo'));
    await Promise.all(racers.map((racer) => once(racer, 'close')));
    const outcome = [one.state(), one.content(), ...leftovers(`${one.directory}/data`, `${one.directory}/record`)].join(' ');
    came.set(outcome, (came.get(outcome) ?? 0) + 1);
  }
  expect([...came.keys()].sort()).toEqual(['st.CONFIRMED new', 'st.ROLLEDBACK old']);
}, 600_000);

test('fault 8: of five undos at the same instant one takes it back, and the others find it done', async () => {
  const one = await applied();
  for (let time = 0; time < TIMES / 10; time += 1) {
    one.reset();
    await Promise.all([1, 2, 3, 4, 5].map(() => once(begun(one, 'undo'), 'close')));
    const outcome = [one.state(), one.content(), ...leftovers(`${one.directory}/data`, `${one.directory}/record`)].join(' ');
    expect(outcome).toBe('st.ROLLEDBACK old');
  }
}, 600_000);

test('fault 8: an apply that stands still anywhere is fenced by the undo, and changes nothing when it goes on', async () => {
  const shell = shells.find(({ name }) => name === 'dash');
  if (!shell) throw new Error('this machine has no dash');
  const odd: string[] = [];
  for (let at = 20; at < 130; at += 5) {
    const directory = temporaryDirectory();
    writeFileSync(`${directory}/f`, 'old');
    const control = temporaryDirectory();
    const host = crashHost(shell, control);
    const stalling = localFleet({ shell: host.shell });
    const { fleet: clean } = localFleet({ shell });
    const transaction = transactionOf([await planned(clean, `${directory}/f`, 'new'), await planned(clean, `${directory}/g`, 'new')]);
    host.arm({ at, when: 'stall' });
    let ended = false;
    const answer = (await stalling.fleet.write(thisHost)).begin(transaction).then(
      () => {
        ended = true;
      },
      () => {
        ended = true;
      },
    );
    // A shell that reads may be there beside the one that stands still; and it may be the waiting undo that stands still.
    const stopped = () => stalling.transport.groups.find((group) => isStopped(group));
    while (!ended && !(host.stalled() && stopped() !== undefined)) await new Promise((resolve) => setTimeout(resolve, 5));
    // undo.sh goes by the PATH of the transaction: what it calls counts as well.
    host.arm({ at: 0, when: 'before' });
    const group = stopped();
    const { state } = await (await clean.write(thisHost)).undo(transaction.id);
    try {
      if (group !== undefined) process.kill(-group, 'SIGCONT');
    } catch {
      // The fence has ended all of it.
    }
    await answer;
    const now = ['f', 'g']
      .map((name) => (existsSync(`${directory}/${name}`) ? readFileSync(`${directory}/${name}`, 'utf8') : 'none'))
      .join(' ');
    const came = [state, now, ...leftovers(directory, shell.state)].join(' ');
    if (!/^(rolled-back|none) old none$/.test(came)) odd.push(`${at}: ${came}`);
  }
  expect(odd).toEqual([]);
}, 600_000);

/** A process that was stopped has state T (proc_pid_stat(5)). */
function isStopped(pid: number): boolean {
  try {
    return /\) T /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
