import type { AddCommand } from './command-line.ts';
import { type TargetOptions, withTargetOptions } from './options.ts';

type AddOptions = TargetOptions & { readonly yes?: true };

/** `runbook hostkeys scan|add`: enrol the host keys of a fleet. */
export const addHostkeys: AddCommand = (program, world, exit) => {
  const hostkeys = program.command('hostkeys').summary('look at the host keys of a fleet, and remember new ones');
  withTargetOptions(hostkeys.command('scan').argument('[pattern]', 'hosts, as in the inventory (default: all)'))
    .summary('show what keys hosts have, and what known_hosts says of them')
    .description('Asks each host for its keys, one of each kind, without logging in, and holds them against known_hosts. Changes nothing.')
    .action(async (pattern: string | undefined, options: TargetOptions) => {
      const { scanHostkeys } = await import('./run-hostkeys.ts');
      exit(await scanHostkeys(world, pattern, options));
    });
  withTargetOptions(hostkeys.command('add').argument('[pattern]', 'hosts, as in the inventory (default: all)'))
    .option('-y, --yes', 'approve without being asked: only where the way to the hosts is trusted')
    .summary('remember the keys of hosts that known_hosts does not know yet')
    .description(
      'Shows the fingerprints of hosts that are not known at all, asks, and adds them to the first known_hosts file. A key of a host that is known by another one is never added.',
    )
    .action(async (pattern: string | undefined, options: AddOptions) => {
      const { enrolHostkeys } = await import('./run-hostkeys.ts');
      exit(await enrolHostkeys(world, pattern, options, options.yes === true));
    });
};
