import type { AddCommand } from './command-line.ts';
import { type TargetOptions, withTargetOptions } from './options.ts';

/** `runbook ping [PATTERN]`: can hosts be reached and changed? */
export const addPing: AddCommand = (program, world, exit) => {
  withTargetOptions(program.command('ping').argument('[pattern]', 'hosts, as in the inventory (default: all)'))
    .summary('tell which hosts can be reached and changed')
    .description(
      'Logs in to each host, becomes root, and looks at what a change needs: programs, room, clock, lock. Worst first, with what to do. Changes nothing.',
    )
    .action(async (pattern: string | undefined, options: TargetOptions) => {
      const { runPing } = await import('./run-ping.ts');
      exit(await runPing(world, pattern, options));
    });
};
