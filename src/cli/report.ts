import { Option } from 'commander';
import type { AddCommand } from './command-line.ts';
import { type CommonOptions, withCommonOptions } from './options.ts';

/** The forms of a report. */
export const FORMATS = ['md', 'html', 'json', 'junit'] as const;

/** Options of `report`. */
export type ReportOptions = CommonOptions & { readonly format: (typeof FORMATS)[number]; readonly out?: string };

/** `runbook report RUN`: what happened, for those who were not there. */
export const addReport: AddCommand = (program, world, exit) => {
  withCommonOptions(program.command('report').argument('<run>', 'run id, an unambiguous beginning of one, or "last"'))
    .addOption(new Option('--format <format>', 'Markdown, one page of HTML, JSON, or JUnit for CI').choices(FORMATS).default('md'))
    .option('-o, --out <file>', 'write it there (default: standard output)')
    .summary('what happened in a run, as a page for others')
    .description(
      'Tells a run from its record: outcomes, causes, waves, changes and what happened on each host, and what was taken back since. The HTML page needs no network. Secrets and contents that are not to be shown are left out as on the screen.',
    )
    .action(async (run: string, options: ReportOptions) => {
      const { runReportCommand } = await import('./run-report.ts');
      exit(await runReportCommand(world, run, options));
    });
};
