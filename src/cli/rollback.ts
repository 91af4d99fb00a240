import type { AddCommand } from './command-line.ts';
import {
  type GuardOptions,
  type OutletOptions,
  type PatienceOptions,
  type TargetOptions,
  withConfirmTimeout,
  withMaxHosts,
  withOutlets,
  withTargetOptions,
} from './options.ts';

type RollbackOptions = TargetOptions & GuardOptions & PatienceOptions & OutletOptions & { readonly yes?: true };

/** `runbook rollback RUN`: take back what a run did. */
export const addRollback: AddCommand = (program, world, exit) => {
  const command = program.command('rollback').argument('<run>', 'run id, an unambiguous beginning of one, or "last"');
  withOutlets(withConfirmTimeout(withMaxHosts(withTargetOptions(command)), '2m'))
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
