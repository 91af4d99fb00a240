import type { AddCommand } from './command-line.ts';
import { type RunOptions, withRunOptions } from './options.ts';

/** Options of `sudoers`. */
export type SudoersOptions = RunOptions & { readonly user?: string };

/** `runbook sudoers NAME`: what sudo has to allow so that a plan can be made without root. */
export const addSudoers: AddCommand = (program, world, exit) => {
  withRunOptions(program.command('sudoers').argument('<name>', 'runbook name or path'))
    .option('--user <login>', 'the login that plans (default: runbook_plan_user of the host, or "runbook")')
    .summary('what sudo has to allow so that a plan needs no root')
    .description(
      "Prints lines for /etc/sudoers.d that allow exactly the commands by which a login that is not root reads what the runbook's steps read. With -l or --hosts, hosts are read to find out, by the login that an apply has and as root; else only what follows from the inputs is known. Changes nothing.",
    )
    .action(async (name: string, options: SudoersOptions) => {
      const { runSudoers } = await import('./run-sudoers.ts');
      exit(await runSudoers(world, name, options));
    });
};
