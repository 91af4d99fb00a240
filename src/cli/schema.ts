import type { AddCommand } from './command-line.ts';

/** `runbook schema`: the JSON Schema of runbooks, for editors. */
export const addSchema: AddCommand = (program, world, exit) => {
  program
    .command('schema')
    .summary('print the JSON Schema of runbooks, for editors')
    .description(
      'Prints the JSON Schema of runbooks, with every step type. Editors complete and check by it:\n# yaml-language-server: $schema=PATH',
    )
    .action(async () => {
      const { runbookSchema } = await import('../load/runbook-schema.ts');
      const { stepTypes } = await import('../steps/index.ts');
      world.out.write(`${JSON.stringify(runbookSchema(stepTypes), null, 2)}\n`);
      exit(0);
    });
};
