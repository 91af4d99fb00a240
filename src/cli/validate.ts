import type { AddCommand } from './command-line.ts';
import { type CommonOptions, withCommonOptions } from './options.ts';

/** `runbook validate [FILE…]`: everything that is wrong with runbooks, without a host. */
export const addValidate: AddCommand = (program, world, exit) => {
  withCommonOptions(program.command('validate').argument('[files...]', 'runbook names or paths (default: all that can be found)'))
    .summary('check runbooks without touching a host')
    .description('Checks runbooks: words, types, references, expressions. All diagnostics of a file at once, each with its place.')
    .action(async (names: readonly string[], options: CommonOptions) => {
      const { screenOf } = await import('./screen.ts');
      const { readRunbookFile } = await import('./load-runbook-file.ts');
      const { renderDiagnostic } = await import('../load/render-diagnostic.ts');
      const { findRunbook, runbookFiles } = await import('./runbook-files.ts');
      const screen = screenOf(world, options);
      const paths =
        names.length > 0
          ? names.map((name) => findRunbook(world, name))
          : runbookFiles(world).map((path) => ({ ok: true as const, value: path }));
      if (paths.length === 0)
        return exit(screen.refuse({ code: 'not-found', message: 'there are no runbooks here', hint: 'name a file, or set RUNBOOK_PATH' }));
      let worst = 0;
      const report: object[] = [];
      for (const path of paths) {
        const reading = path.ok ? await readRunbookFile(world, path.value) : path;
        if (!reading.ok) {
          worst = screen.refuse(reading.failure);
          continue;
        }
        const { path: file, runbook, diagnostics } = reading.value;
        if (!runbook) worst = 1;
        report.push({ file, valid: runbook !== undefined, diagnostics });
        if (options.json) continue;
        for (const diagnostic of diagnostics) screen.tell([renderDiagnostic(diagnostic), '']);
        if (runbook) screen.print([`${file}: valid`]);
        else screen.tell([`${file}: ${diagnostics.length === 1 ? '1 error' : `${diagnostics.length} diagnostics`}`]);
      }
      if (options.json) screen.data(report);
      exit(worst);
    });
};
