import { HostFault } from '../domain/failure.ts';
import type { Task } from '../ui/task-list.ts';
import { connect, withoutSecrets } from './connect.ts';
import type { TargetOptions } from './options.ts';
import { type Screen, screenOf } from './screen.ts';
import { SpareHost, selftestCases } from './selftest-cases.ts';
import { readHost } from './targets.ts';
import type { World } from './world.ts';

interface Verdict {
  readonly says: string;
  /** Absent: as it should be. */
  readonly wrong?: string;
}

/** `selftest`: every case on one host, one after another; 3 when any did not end as it should, 4 when the host was not reached. */
export async function runSelftest(world: World, name: string, options: TargetOptions, yes: boolean): Promise<number> {
  const screen = screenOf(world, options);
  const read = await readHost(world, screen, options, name);
  if (!read.ok) return screen.refuse(read.failure);
  const { inventory, host: listed } = read.value;
  if (!yes) {
    screen.tell([`${screen.err.say(name)} would be changed below /etc/runbook-selftest.d. If it is a spare host, pass -y.`]);
    return 5;
  }
  const one = await connect(world, options, screen, inventory, [listed]);
  const other = await connect(world, options, screen, inventory, []);
  const host = new SpareHost(withoutSecrets(listed), [one.fleet, other.fleet]);
  const tasks = selftestCases.map(({ says, run }) => ({ says, run: () => run(host) }));
  let verdicts: readonly Verdict[];
  try {
    const live = world.out.isTTY && screen.out.drawn && !options.json;
    const wrong = live ? await onTerminal(world, screen, tasks) : await inLines(screen, tasks, options.json === true);
    verdicts = tasks.map(({ says }, index) => ({ says, ...(wrong[index] === undefined ? {} : { wrong: wrong[index] }) }));
  } catch (error) {
    if (!(error instanceof HostFault)) throw error;
    screen.refuse(error.failure);
    return 4;
  } finally {
    await Promise.all([one.close(), other.close()]);
  }
  if (options.json) screen.data({ host: name, cases: verdicts });
  return verdicts.some(({ wrong }) => wrong !== undefined) ? 3 : 0;
}

/** What is wrong with each, in order; undefined where all is as it should be. */
type Wrong = readonly (string | undefined)[];

async function onTerminal(world: World, screen: Screen, tasks: readonly Task[]): Promise<Wrong> {
  // Loaded only for a terminal.
  const { taskList } = await import('../ui/task-list.ts');
  return taskList(world.out, screen.out, tasks);
}

async function inLines({ out, print }: Screen, tasks: readonly Task[], silent: boolean): Promise<Wrong> {
  const found: (string | undefined)[] = [];
  for (const { says, run } of tasks) {
    const wrong = await run();
    found.push(wrong);
    const { style, symbols, spoken } = out;
    const [good, bad] = spoken ? ['as it should be:', 'wrong:'] : [style.good(symbols.good), style.bad(symbols.bad)];
    const line = wrong === undefined ? `${good} ${says}` : `${bad} ${says}: ${out.say(wrong)}`;
    if (!silent) print([line]);
  }
  return found;
}
