import { join } from 'node:path';
import type { Command } from 'commander';
import type { AddCommand } from './command-line.ts';
import { type CommonOptions, withCommonOptions } from './options.ts';
import { stateDirectory, type World } from './world.ts';

/** `runbook lab`: an embedded practice fleet, for which neither root nor a network is needed. */
export const addLab: AddCommand = (program, world, exit) => {
  const lab = program
    .command('lab')
    .summary('a practice fleet on this machine: no root, no network')
    .description('Five practice hosts on 127.0.0.1 with a kubelet that can be broken. Use them with -i inventories/lab.yaml.');
  addUp(lab, world, exit);
  addBreak(lab, world, exit);
  addStatus(lab, world, exit);
  addDown(lab, world, exit);
};

/** Where the fleet's keys, trees and process are kept. */
export function labDirectory(world: World, stateDir: string | undefined): string {
  return join(stateDirectory(world, stateDir), 'lab');
}

type AddLabCommand = (lab: Command, world: World, exit: (code: number) => void) => void;

const addUp: AddLabCommand = (lab, world, exit) => {
  withCommonOptions(lab.command('up').summary('start the fleet in the background')).action(async (options: CommonOptions) => {
    const { screenOf } = await import('./screen.ts');
    const { labUpDetached } = await import('../lab/lab-detached.ts');
    const screen = screenOf(world, options);
    const up = await labUpDetached({ stateDir: labDirectory(world, options.stateDir) });
    if (!up.ok) return exit(screen.refuse(up.failure));
    const { already, pid, ports, paths } = up.value;
    if (options.json) screen.data({ pid, already, ports, inventory: paths.inventory });
    else {
      screen.print([
        `The practice fleet is ${already ? 'up already' : 'up'}: ${Object.keys(ports).join(', ')} (process ${pid}).`,
        'Break some of it:      runbook lab break kubelet-bad-flag',
        'Who is ill, of what:   runbook diagnose kubelet-bad-flag -i inventories/lab.yaml',
        'End it:                runbook lab down',
      ]);
    }
    exit(0);
  });
};

const addBreak: AddLabCommand = (lab, world, exit) => {
  withCommonOptions(
    lab.command('break').argument('<incident>').argument('[hosts...]').summary('let an incident befall some of its hosts'),
  ).action(async (incident: string, hosts: readonly string[], options: CommonOptions) => {
    const { screenOf } = await import('./screen.ts');
    const { labBreak } = await import('../lab/lab-break.ts');
    const screen = screenOf(world, options);
    const broken = await labBreak(labDirectory(world, options.stateDir), incident, hosts);
    if (!broken.ok) return exit(screen.refuse(broken.failure));
    if (options.json) screen.data({ incident, hosts: broken.value });
    else screen.print([`${incident} has befallen ${broken.value.join(', ')}.`]);
    exit(0);
  });
};

const addStatus: AddLabCommand = (lab, world, exit) => {
  withCommonOptions(lab.command('status').summary('how its hosts stand')).action(async (options: CommonOptions) => {
    const { screenOf } = await import('./screen.ts');
    const { labStatus } = await import('../lab/lab-status.ts');
    const screen = screenOf(world, options);
    const { pid, hosts } = await labStatus(labDirectory(world, options.stateDir));
    if (options.json) screen.data({ up: pid !== undefined, pid: pid ?? null, hosts });
    else if (pid === undefined) screen.print(['No practice fleet is up. Start one: runbook lab up']);
    else
      screen.print(
        hosts.map(({ name, port, kubelet, restarts }) => `${name}  127.0.0.1:${port}  kubelet ${kubelet}, restarted ${restarts} times`),
      );
    exit(0);
  });
};

const addDown: AddLabCommand = (lab, world, exit) => {
  withCommonOptions(lab.command('down').summary('end the fleet and remove its hosts')).action(async (options: CommonOptions) => {
    const { screenOf } = await import('./screen.ts');
    const { labDown } = await import('../lab/lab-detached.ts');
    const screen = screenOf(world, options);
    const down = await labDown(labDirectory(world, options.stateDir));
    if (!down.ok) return exit(screen.refuse(down.failure));
    const words = down.value.stopped ? 'The practice fleet is down.' : 'No practice fleet was up.';
    if (options.json) screen.data(down.value);
    else screen.print([words]);
    exit(0);
  });
};
