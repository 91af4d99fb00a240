import type { AddCommand } from './command-line.ts';
import { type SourceOptions, withSourceOptions, withSshConfig } from './options.ts';

/** What `doctor` was told, as typed. */
export interface DoctorOptions extends SourceOptions {
  readonly sshConfig?: string;
}

/** `runbook doctor`: is this machine fit to work from? */
export const addDoctor: AddCommand = (program, world, exit) => {
  withSshConfig(withSourceOptions(program.command('doctor')))
    .summary('check this machine: state, inventory, ssh, keys, policy; no host is asked')
    .description(
      'Looks at all that runbook needs on this machine, and asks no host. Worst first, with what to do. Exit code 1 when something would keep it from working; warnings are none.',
    )
    .action(async (options: DoctorOptions) => {
      const { runDoctor } = await import('./run-doctor.ts');
      exit(await runDoctor(world, options));
    });
};
