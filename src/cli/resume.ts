import type { AddCommand } from './command-line.ts';
import { type OutletOptions, type RunOptions, withOutlets, withResumeOptions } from './options.ts';

/** `runbook resume RUN`: settle the hosts that a cut-off run left. */
export const addResume: AddCommand = (program, world, exit) => {
  withOutlets(withResumeOptions(program.command('resume').argument('<run>', 'run id, an unambiguous beginning of one, or "last"')))
    .summary('settle the hosts of a run that was cut off')
    .description(
      'Asks every host of which the record does not say how it ended, and finishes: what was applied is verified and confirmed, all else is taken back. All hosts of the run are settled, and nothing is done a second time. Sensitive inputs of the runbook are not kept: give them anew with -e.',
    )
    .action(async (run: string, options: RunOptions & OutletOptions) => {
      const { runResume } = await import('./run-resume.ts');
      exit(await runResume(world, run, options));
    });
};
