import { Option } from 'commander';
import type { AddCommand } from './command-line.ts';
import { type InventoryOptions, withInventoryOptions } from './options.ts';

/** What `inventory` was asked to print, as typed. */
export interface ListOptions extends InventoryOptions {
  readonly list?: true;
  readonly host?: string;
  readonly graph?: true;
  readonly vars?: true;
}

/** `runbook inventory`: what was read, as `ansible-inventory` prints it. */
export const addInventory: AddCommand = (program, world, exit) => {
  const actions = ['list', 'host', 'graph'];
  const others = (own: string) => actions.filter((action) => action !== own);
  withInventoryOptions(program.command('inventory').argument('[pattern]', 'hosts; with --graph, a group'))
    .addOption(new Option('--list', 'print groups, hosts and variables as JSON').conflicts(others('list')))
    .addOption(new Option('--host <name>', 'print the variables of one host as JSON').conflicts(others('host')))
    .addOption(new Option('--graph', 'draw groups and hosts as a tree').conflicts(others('graph')))
    .option('--vars', 'with --graph: draw variables as well')
    .summary('show which hosts, groups and variables were read')
    .description(
      'Shows what was read of an inventory: the names of hosts, or what ansible-inventory prints for --list, --host and --graph. What was encrypted is masked.',
    )
    .action(async (pattern: string | undefined, options: ListOptions) => {
      if (options.vars && !options.graph) program.error('error: --vars is for --graph');
      const { showInventory } = await import('./show-inventory.ts');
      exit(await showInventory(world, pattern, options));
    });
};
