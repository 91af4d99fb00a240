import type { AddCommand } from './command-line.ts';
import {
  type GuardOptions,
  type OutletOptions,
  type RunOptions,
  type WindowOptions,
  withConfirmTimeout,
  withMaxHosts,
  withOutlets,
  withPlanUser,
  withRunOptions,
} from './options.ts';

type ApplyOptions = RunOptions &
  GuardOptions &
  WindowOptions &
  OutletOptions & { readonly dryRun?: true; readonly yes?: true; readonly planHash?: string };

/** `runbook apply NAME|FILE`: plan, or take a saved plan; ask, change wave by wave, verify, roll back what does not heal. */
export const addApply: AddCommand = (program, world, exit) => {
  const command = withMaxHosts(withRunOptions(program.command('apply').argument('<name>', 'runbook name or path, or a file of plan -o')));
  withOutlets(withConfirmTimeout(withPlanUser(command, '; with --dry-run'), "the runbook's, or 2m"))
    .option('--dry-run', 'the same as plan; of a file: only show it')
    .option('-y, --yes', 'approve without being asked')
    .option('--allow-protected', 'change hosts of groups with runbook_protected as well')
    .option('--override-window <reason>', 'change hosts in a freeze or outside of maintenance; the reason is kept with the run')
    .option('--plan-hash <hash>', 'approve a file without being asked, if its hash begins so')
    .summary('plan, confirm, change in waves, verify; roll back by itself')
    .description(
      'Plans, asks, changes hosts wave by wave and verifies each. A host whose verify does not hold is rolled back. A file of "plan -o" is carried out as it is, once: hosts that changed since refuse it.',
    )
    .action(async (name: string, options: ApplyOptions) => {
      if (options.planUser !== undefined && !options.dryRun) program.error('error: --plan-user is for --dry-run: it changes nothing');
      if (options.dryRun && (options.notify ?? options.prometheusTextfile) !== undefined)
        program.error(
          'error: --notify and --prometheus-textfile are for what changes hosts; "runbook drift" tells of what is only looked at',
        );
      const { planFileNamed } = await import('./open-plan.ts');
      const file = await planFileNamed(world, name);
      if (file !== undefined) {
        const { runSavedPlan } = await import('./run-saved-plan.ts');
        return exit(await runSavedPlan(world, { file, options, yes: options.yes === true, dryRun: options.dryRun === true }));
      }
      if (options.planHash !== undefined) program.error('error: --plan-hash is for a file of plan -o');
      const { runRunbook } = await import('./run-runbook.ts');
      const kind = options.dryRun ? 'plan' : 'apply';
      exit(await runRunbook(world, { kind, name, options, yes: options.yes === true, detailedExitCode: false }));
    });
};
