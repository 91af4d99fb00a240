import { HostFault } from '../domain/failure.ts';
import { connect, withoutSecrets } from './connect.ts';
import type { TargetOptions } from './options.ts';
import { screenOf } from './screen.ts';
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
  const verdicts: Verdict[] = [];
  try {
    for (const { says, run } of selftestCases) {
      const wrong = await run(host);
      verdicts.push({ says, ...(wrong === undefined ? {} : { wrong }) });
      const { style } = screen.out;
      const line = wrong === undefined ? `${style.good('✓')} ${says}` : `${style.bad('✗')} ${says}: ${screen.out.say(wrong)}`;
      if (!options.json) screen.print([line]);
    }
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
