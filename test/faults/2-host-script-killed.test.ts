import { chmodSync, existsSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Fleet } from '../../src/domain/access.ts';
import type { Change } from '../../src/domain/change.ts';
import { localFleet, type ShellUnderTest, shells, temporaryDirectory, thisHost } from '../remote/local-fleet.ts';
import { planned, transactionOf } from '../remote/transactions.ts';
import { type Crash, crashHost, leftovers } from './crash-host.ts';

/** Four files of a transaction: an edit, a new file, a removal, and one that is written in place. */
interface Scene {
  readonly directory: string;
  readonly changes: readonly Change[];
  /** What stands on the disk: `old`, `new`, or bytes, mode and time of each file. */
  look(): string;
}

async function scene(fleet: Fleet): Promise<Scene> {
  const directory = temporaryDirectory();
  for (const name of ['edit', 'drop', 'place']) {
    writeFileSync(`${directory}/${name}`, `old ${name}`);
    chmodSync(`${directory}/${name}`, 0o640);
    utimesSync(`${directory}/${name}`, 1_000_000, 1_000_000);
  }
  const changes = [
    await planned(fleet, `${directory}/edit`, 'new edit'),
    await planned(fleet, `${directory}/make`, 'new make'),
    await planned(fleet, `${directory}/drop`, undefined),
    { ...(await planned(fleet, `${directory}/place`, 'new place')), inPlace: true as const },
  ];
  const look = () => {
    const text = ['edit', 'make', 'drop', 'place'].map((name) => described(`${directory}/${name}`)).join(', ');
    return text === OLD ? 'old' : text === NEW ? 'new' : text;
  };
  return { directory, changes, look };
}

function described(path: string): string {
  if (!existsSync(path)) return 'none';
  const { mode, mtimeMs } = statSync(path);
  return `${readFileSync(path, 'utf8')} ${(mode & 0o777).toString(8)}${mtimeMs === 1_000_000_000 ? ' then' : ''}`;
}

const OLD = 'old edit 640 then, none, old drop 640 then, old place 640 then';
const NEW = 'new edit 640, new make 644, none, new place 640';

type Verb = 'begin' | 'confirm' | 'undo';

/**
 * Kills a script at one of its programs, with all that it started, and has a healthy connection settle what it left:
 * `STATE: what stands, and what was left over`.
 */
async function crashed(shell: ShellUnderTest, verb: Verb, crash: Crash, settleBy: 'confirm' | 'undo'): Promise<string> {
  const clean = localFleet({ shell }).fleet;
  const { directory, changes, look } = await scene(clean);
  const host = crashHost(shell, temporaryDirectory());
  const dying = localFleet({ shell: host.shell }).fleet;
  const transaction = transactionOf(changes);
  if (verb !== 'begin') await (await clean.write(thisHost)).begin(transaction);
  host.arm(crash);
  const writer = await dying.write(thisHost);
  await (verb === 'begin' ? writer.begin(transaction) : writer[verb](transaction.id)).catch(() => undefined);

  const settle = async (by: 'confirm' | 'undo') =>
    clean
      .write(thisHost)
      .then((healthy) => healthy[by](transaction.id))
      .then(
        ({ state }) => state as string,
        (fault: Error) => fault.message,
      );
  const first = await settle(settleBy);
  // A confirm finds nothing to confirm where the crash came first: the undo is then what ends it, as the host's own would.
  const state = first === 'confirmed' || first === 'rolled-back' ? first : await settle('undo');
  // Whatever is asked afterwards changes nothing.
  await settle('undo');
  await settle('confirm');
  return [`${state}: ${look()}`, ...leftovers(directory, shell.state)].join(', ');
}

/** What may come of a crash: all old, or all new and confirmed, and nothing left over. */
const WHOLE = ['confirmed: new', 'rolled-back: old', 'none: old'];

/** How many programs each call takes; busybox's shell calls its own, which nothing can stand in for. */
async function programsOf(shell: ShellUnderTest, verb: Verb): Promise<number> {
  const host = crashHost(shell, temporaryDirectory());
  const fleet = localFleet({ shell: host.shell }).fleet;
  const transaction = transactionOf((await scene(fleet)).changes);
  host.arm({ at: 0, when: 'before' });
  await (await fleet.write(thisHost)).begin(transaction);
  const begun = host.calls();
  host.arm({ at: 0, when: 'before' });
  await (await fleet.write(thisHost))[verb === 'begin' ? 'undo' : verb](transaction.id);
  return verb === 'begin' ? begun : host.calls();
}

describe.each(shells.filter(({ name }) => name !== 'busybox'))('fault 2: a host script under $name that is killed', (shell) => {
  // Every 61st program under dash, every 193rd elsewhere: the text is the same. RUNBOOK_EVERY=1: every one of all.
  const stride = Number(process.env['RUNBOOK_EVERY'] ?? (shell.name === 'dash' ? 61 : 193));

  test.each([
    ['begin', 'before', 'undo'],
    ['begin', 'after', 'confirm'],
    ['confirm', 'before', 'undo'],
    ['confirm', 'after', 'confirm'],
    ['undo', 'before', 'undo'],
    ['undo', 'after', 'confirm'],
  ] as const)(
    'fault 2: in %s, %s any of its programs, is settled by %s to all old or all new',
    async (verb, when, settleBy) => {
      const programs = await programsOf(shell, verb);
      expect(programs).toBeGreaterThan(10);
      const odd: string[] = [];
      for (let at = 1 + Math.floor(stride / 2); at <= programs; at += verb === 'begin' && when === 'after' ? stride * 2 : stride) {
        const came = await crashed(shell, verb, { at, when }, settleBy);
        if (!WHOLE.includes(came)) odd.push(`${at} of ${programs}: ${came}`);
      }
      expect(odd).toEqual([]);
    },
    stride === 1 ? 3_600_000 : 600_000,
  );
});

/** busybox's shell runs its own programs, in whose place nothing can be put: it is killed at moments spread over its whole run. */
describe.each(shells.filter(({ name }) => name === 'busybox'))('fault 2: a host script under $name that is killed', (shell) => {
  test('fault 2: at forty moments of its run, is settled to all old or all new', async () => {
    const clean = localFleet({ shell }).fleet;
    const undisturbed = await scene(clean);
    const began = performance.now();
    const first = transactionOf(undisturbed.changes);
    await (await clean.write(thisHost)).begin(first);
    const length = performance.now() - began;
    await (await clean.write(thisHost)).undo(first.id);

    const odd: string[] = [];
    for (let moment = 0; moment < 40; moment += 1) {
      const { directory, changes, look } = await scene(clean);
      const dying = localFleet({ shell });
      const transaction = transactionOf(changes);
      const answer = (await dying.fleet.write(thisHost)).begin(transaction).catch(() => undefined);
      const group = await firstGroup(dying.transport.groups);
      await new Promise((resolve) => setTimeout(resolve, (length * moment) / 40));
      endGroup(group);
      await answer;
      const { state } = await (await clean.write(thisHost)).undo(transaction.id);
      const came = [`${state}: ${look()}`, ...leftovers(directory, shell.state)].join(', ');
      if (!WHOLE.includes(came)) odd.push(`${moment}: ${came}`);
    }
    expect(odd).toEqual([]);
  }, 300_000);
});

async function firstGroup(groups: readonly number[]): Promise<number> {
  while (groups[0] === undefined) await new Promise((resolve) => setImmediate(resolve));
  return groups[0];
}

function endGroup(group: number): void {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // It had ended by itself.
  }
}
