import type { AddCommand } from './command-line.ts';
import { type RunOptions, withPlanUser, withRunOptions } from './options.ts';

type PlanOptions = RunOptions & {
  readonly detailedExitcode?: true;
  readonly out?: string;
  readonly expires?: string;
  readonly sign?: string;
};

/** `runbook plan NAME`: exactly what would change. */
export const addPlan: AddCommand = (program, world, exit) => {
  withPlanUser(withRunOptions(program.command('plan').argument('<name>', 'runbook name or path')))
    .option('--detailed-exitcode', 'exit with 2 when changes are pending')
    .option('-o, --out <file>', 'keep the plan in a file, for "runbook apply FILE"')
    .option('--expires <duration>', 'how long the file may be carried out (default: 1h)')
    .option('--sign <key>', 'sign the file with an SSH key')
    .summary('exactly what would change; changes nothing')
    .description('Computes what would change and shows it, one diff for all hosts that share it. Changes nothing.')
    .action(async (name: string, options: PlanOptions) => {
      const { out, expires, sign } = options;
      if (out === undefined && (expires ?? sign) !== undefined)
        program.error('error: --expires and --sign are for a plan that is kept: -o FILE');
      const { runRunbook } = await import('./run-runbook.ts');
      exit(
        await runRunbook(world, {
          kind: 'plan',
          name,
          options,
          yes: false,
          detailedExitCode: options.detailedExitcode === true,
          ...(out === undefined
            ? {}
            : { save: { out, ...(expires === undefined ? {} : { expires }), ...(sign === undefined ? {} : { sign }) } }),
        }),
      );
    });
};
