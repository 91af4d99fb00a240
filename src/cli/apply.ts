import type { AddCommand } from './command-line.ts';
import { type RunOptions, withRunOptions } from './options.ts';

type ApplyOptions = RunOptions & { readonly dryRun?: true; readonly yes?: true };

/** `runbook apply NAME`: plan, ask, change wave by wave, verify, roll back what does not heal. */
export const addApply: AddCommand = (program, world, exit) => {
  withRunOptions(program.command('apply').argument('<name>', 'runbook name or path'))
    .option('--dry-run', 'the same as plan')
    .option('-y, --yes', 'approve without being asked')
    .summary('plan, confirm, change in waves, verify; roll back by itself')
    .description('Plans, asks, changes hosts wave by wave and verifies each. A host whose verify does not hold is rolled back.')
    .action(async (name: string, options: ApplyOptions) => {
      const { runRunbook } = await import('./run-runbook.ts');
      const kind = options.dryRun ? 'plan' : 'apply';
      exit(await runRunbook(world, { kind, name, options, yes: options.yes === true, detailedExitCode: false }));
    });
};
