import type { AddCommand } from './command-line.ts';
import { type TargetOptions, withHostOptions } from './options.ts';

type SelftestOptions = TargetOptions & { readonly yes?: true };

/** `runbook selftest HOST`: prove on a spare host that changes can be taken back. */
export const addSelftest: AddCommand = (program, world, exit) => {
  withHostOptions(program.command('selftest').argument('<host>', 'a spare host, by its name in the inventory'))
    .option('-y, --yes', 'it is a spare host: begin')
    .summary('prove on a spare host that changes can be taken back')
    .description(
      'Changes a file of its own below /etc/runbook-selftest.d on a spare host, and breaks off in all the ways that matter: no confirm, a lost connection, a script that hangs, an edit by somebody else. Says for each whether the host ended as it should. Takes about half a minute.',
    )
    .action(async (host: string, options: SelftestOptions) => {
      const { runSelftest } = await import('./run-selftest.ts');
      exit(await runSelftest(world, host, options, options.yes === true));
    });
};
