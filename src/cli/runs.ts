import { Option } from 'commander';
import { OUTCOMES } from '../domain/plan.ts';
import type { AddCommand } from './command-line.ts';
import type { RunsOptions } from './list-runs.ts';
import { wholeNumber, withCommonOptions } from './options.ts';

/** Kinds of runs that are kept. */
const KINDS = ['apply', 'rollback'] as const;

/** `runbook runs [RUN]`: what was done from here. */
export const addRuns: AddCommand = (program, world, exit) => {
  withCommonOptions(program.command('runs').argument('[run]', 'run id, an unambiguous beginning of one, or "last" (default: all)'))
    .option('--runbook <name>', 'runs of this runbook, or of those that a pattern such as kubelet-* matches')
    .option('--host <name>', 'runs with this host, or one that a pattern matches')
    .addOption(new Option('--outcome <outcome>', 'runs in which a host (with --host: such a host) ended so').choices(OUTCOMES))
    .addOption(new Option('--kind <kind>', 'only these').choices(KINDS))
    .option(
      '--since <when>',
      'runs begun then or later: a day, a time of ISO 8601 (UTC unless it says otherwise), or a duration such as 2d',
    )
    .option('--until <when>', 'runs begun before; a day counts whole')
    .option('--last <n>', 'the newest so many of them', wholeNumber)
    .option('--verify', 'check that journals are whole, and by whom their ends are signed')
    .summary('what was done from here, newest first')
    .description(
      'Lists the runs that changed hosts, newest first, with their outcomes and whether any host is in doubt. With --verify, a journal that was altered or a signature that does not hold is exit code 1.',
    )
    .action(async (run: string | undefined, options: RunsOptions) => {
      const { listRuns } = await import('./list-runs.ts');
      exit(await listRuns(world, options, run));
    });
};
