import type { AddCommand } from './command-line.ts';
import { type OutletOptions, type RunOptions, withOutlets, withPlanUser, withRunOptions } from './options.ts';

type DriftOptions = RunOptions & OutletOptions & { readonly detailedExitcode?: true; readonly quiet?: true };

/** `runbook drift NAME`: what is off, and since when; for cron. */
export const addDrift: AddCommand = (program, world, exit) => {
  withOutlets(withPlanUser(withRunOptions(program.command('drift').argument('<name>', 'runbook name or path'))))
    .option('--detailed-exitcode', 'exit with 2 when changes are pending')
    .option('-q, --quiet', 'say nothing when all is as the last audit found it')
    .summary('what is off, and what changed since the last audit; changes nothing')
    .description(
      'Looks at hosts as "plan" does, and tells what is off and what changed since the last audit of the same runbook, inputs and target. Changes nothing. For cron: with -q it is silent when there is no news, be hosts off or not.',
    )
    .action(async (name: string, options: DriftOptions) => {
      const { runRunbook } = await import('./run-runbook.ts');
      const detailedExitCode = options.detailedExitcode === true;
      exit(
        await runRunbook(world, { kind: 'plan', name, options, yes: false, detailedExitCode, audit: { quiet: options.quiet === true } }),
      );
    });
};
