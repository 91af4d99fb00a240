import type { AddCommand } from './command-line.ts';
import { type CommonOptions, withCommonOptions } from './options.ts';

/** `runbook list`: the runbooks that can be named. */
export const addList: AddCommand = (program, world, exit) => {
  withCommonOptions(program.command('list'))
    .summary('list the runbooks that can be named')
    .description('Lists the runbooks in ./runbooks, $RUNBOOK_PATH and the shipped ones.')
    .action(async (options: CommonOptions) => {
      const { screenOf } = await import('./screen.ts');
      const { readRunbookFile } = await import('./load-runbook-file.ts');
      const { hanging } = await import('../ui/page.ts');
      const { runbookFiles } = await import('./runbook-files.ts');
      const screen = screenOf(world, options);
      const rows: { name: string; summary: string; path: string; valid: boolean }[] = [];
      for (const file of runbookFiles(world)) {
        const reading = await readRunbookFile(world, file);
        const name = file.replace(/^.*\/|\.ya?ml$/g, '');
        const runbook = reading.ok ? reading.value.runbook : undefined;
        const summary = runbook?.summary ?? 'not valid: see "runbook validate"';
        rows.push({ name: runbook?.name ?? name, summary, path: reading.ok ? reading.value.path : file, valid: runbook !== undefined });
      }
      if (options.json) screen.data(rows);
      else {
        const width = Math.max(0, ...rows.map(({ name }) => name.length));
        const { out } = screen;
        screen.print(rows.flatMap(({ name, summary }) => hanging(out, 0, `${out.say(name).padEnd(width)}  `, out.say(summary))));
      }
      exit(0);
    });
};
