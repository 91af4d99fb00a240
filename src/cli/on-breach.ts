import { count } from '../formats/count.ts';
import type { GroupedInventory } from '../inventory/assemble.ts';
import { hanging } from '../ui/page.ts';
import { recordRun } from '../views/run-record.ts';
import type { Ways } from './connect.ts';
import type { OutletOptions, TargetOptions } from './options.ts';
import { rollBackBreach } from './run-rollback.ts';
import type { Screen } from './screen.ts';
import type { Ended } from './session.ts';
import type { World } from './world.ts';

/** What a breach needs beside the run: how its hosts were found and reached. */
export interface BreachMeans {
  readonly options: TargetOptions & OutletOptions;
  readonly inventory: GroupedInventory;
  readonly ways: Ways;
}

/**
 * Takes back what the policy of a runbook (`on_breach`) says, as a run of its own: like `rollback`, approved by the runbook that was
 * approved. Gives the exit code of both: that of the run, unless taking back came to a worse end.
 */
export async function afterBreach(world: World, screen: Screen, ended: Ended, means: BreachMeans): Promise<number> {
  const { breach, started, interrupted } = recordRun(ended.events);
  if (!breach || !started || interrupted || breach.rollBack.length === 0) return ended.exitCode;
  const { err } = screen;
  screen.tell([
    '',
    ...hanging(err, 0, '', `Taking back ${count(breach.rollBack.length, 'host')} of run ${started.run}, as on_breach says.`),
  ]);
  const code = await rollBackBreach(world, screen, started.run, { ...means, only: new Set(breach.rollBack) });
  return code === 0 ? ended.exitCode : Math.max(code, ended.exitCode);
}
