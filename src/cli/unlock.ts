import type { AddCommand } from './command-line.ts';
import { type TargetOptions, withHostOptions } from './options.ts';

type UnlockOptions = TargetOptions & { readonly yes?: true };

/** `runbook unlock HOST`: recover a host whose lock somebody left. */
export const addUnlock: AddCommand = (program, world, exit) => {
  withHostOptions(program.command('unlock').argument('<host>', 'host, by its name in the inventory'))
    .option('-y, --yes', 'approve without being asked')
    .summary('recover a host whose lock somebody left')
    .description(
      'Tells who holds the lock of a host, and has the host take that transaction back, which frees the lock. There is no way to free it without that.',
    )
    .action(async (host: string, options: UnlockOptions) => {
      const { runUnlock } = await import('./run-unlock.ts');
      exit(await runUnlock(world, host, options, options.yes === true));
    });
};
