import type { AddCommand } from './command-line.ts';
import { type GuardOptions, type TargetOptions, withMaxHosts, withTargetOptions } from './options.ts';

type RollbackOptions = TargetOptions & GuardOptions & { readonly yes?: true };

/** `runbook rollback RUN`: take back what a run did. */
export const addRollback: AddCommand = (program, world, exit) => {
  withMaxHosts(withTargetOptions(program.command('rollback').argument('<run>', 'run id, an unambiguous beginning of one, or "last"')))
    .option('-y, --yes', 'approve without being asked')
    .summary('take back what a run did')
    .description(
      'Takes back what a run did: bytes, owner, mode and time of files, state of units. A host that somebody edited since is left alone.',
    )
    .action(async (run: string, options: RollbackOptions) => {
      const { runRollback } = await import('./run-rollback.ts');
      exit(await runRollback(world, run, options, options.yes === true));
    });
};
