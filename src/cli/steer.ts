import type { Command } from 'commander';
import type { Want } from '../journal/wish.ts';
import type { AddCommand } from './command-line.ts';
import { type CommonOptions, withCommonOptions } from './options.ts';
import type { World } from './world.ts';

type HaltOptions = CommonOptions & { readonly all?: true };

/** `runbook pause [RUN]`: no further host is begun. */
export const addPause: AddCommand = (program, world, exit) => {
  steering(program.command('pause'))
    .summary('hold a run that is under way: no further host is begun')
    .description('Holds a run from another terminal: hosts under way come to their end, no further one is begun until "runbook continue".')
    .action(async (run: string | undefined, options: CommonOptions) => exit(await steer(world, 'pause', run, options)));
};

/** `runbook continue [RUN]`: a paused run goes on. */
export const addContinue: AddCommand = (program, world, exit) => {
  steering(program.command('continue'))
    .summary('let a paused run go on')
    .description('Lets a run go on that was paused.')
    .action(async (run: string | undefined, options: CommonOptions) => exit(await steer(world, 'continue', run, options)));
};

/** `runbook halt [RUN]`: nothing more is begun, and the run ends. */
export const addHalt: AddCommand = (program, world, exit) => {
  steering(program.command('halt'))
    .option('--all', 'every run that is under way from here')
    .summary('end a run that is under way: nothing more is begun')
    .description(
      'Ends a run from another terminal, as the first Ctrl-C would: no further host is begun, within a second; hosts under way come to their end.',
    )
    .action(async (run: string | undefined, options: HaltOptions) => exit(await steer(world, 'halt', run, options, options.all === true)));
};

function steering(command: Command): Command {
  return withCommonOptions(
    command.argument('[run]', 'run id, an unambiguous beginning of one, or "last" (default: the only one under way)'),
  );
}

async function steer(world: World, want: Want, run: string | undefined, options: CommonOptions, all = false): Promise<number> {
  const { runSteer } = await import('./run-steer.ts');
  return runSteer(world, { want, all, ...(run === undefined ? {} : { run }) }, options);
}
