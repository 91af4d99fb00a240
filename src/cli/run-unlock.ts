import { showDuration } from '../domain/duration.ts';
import { HostFault } from '../domain/failure.ts';
import { isSettled } from '../domain/transaction.ts';
import { connect, withoutSecrets } from './connect.ts';
import type { TargetOptions } from './options.ts';
import { rollBackAll } from './run-rollback.ts';
import { screenOf } from './screen.ts';
import { readHost } from './targets.ts';
import type { World } from './world.ts';

/**
 * `unlock`: tells who holds a host's lock, and takes a transaction back that nobody settled, which frees it. A lock whose
 * transaction came to its end is left: the next one that wants it takes it over.
 */
export async function runUnlock(world: World, name: string, options: TargetOptions, yes: boolean): Promise<number> {
  const screen = screenOf(world, options);
  const read = await readHost(world, screen, options, name);
  if (!read.ok) return screen.refuse(read.failure);
  const { inventory, host: listed } = read.value;
  const host = withoutSecrets(listed);
  const { fleet, close } = await connect(world, options, screen, inventory, [listed]);
  let lock: Awaited<ReturnType<Awaited<ReturnType<typeof fleet.read>>['lock']>>;
  try {
    lock = await (await fleet.read(host)).lock();
  } catch (error) {
    if (!(error instanceof HostFault)) throw error;
    screen.refuse(error.failure);
    return 4;
  } finally {
    await close();
  }
  const said = screen.err.say;
  if (!lock) {
    if (options.json) screen.data({ host: name, lock: null });
    else screen.tell([`${said(name)} is not locked.`]);
    return 0;
  }
  const when = lock.undoInMs === undefined ? '' : `, and takes itself back in ${showDuration(lock.undoInMs)}`;
  screen.tell([
    `${said(name)} is locked by ${said(lock.owner)}: transaction ${lock.tx} is ${lock.state}${when}. What it changed is in the record of that run.`,
  ]);
  if (isSettled(lock.state)) {
    if (options.json) screen.data({ host: name, lock });
    screen.tell(['It has come to its end, so that the next run takes the lock over. Nothing is to be done.']);
    return 0;
  }
  const undoable = { host, tx: lock.tx, changes: [], unsettled: true };
  const head = { runbook: `unlock ${name}`, runbookSha256: '' };
  return rollBackAll(world, screen, { options, yes, inventory, head, undoables: [undoable] });
}
