import { join, resolve } from 'node:path';
import type { RunEvent } from '../domain/event.ts';
import { fail, ok, type Result } from '../domain/failure.ts';
import { placeFile } from '../journal/placed-file.ts';
import { findRun, readRun, runIds } from '../journal/run-archive.ts';
import { jsonText } from '../ui/json-text.ts';
import { type Page, pageFor } from '../ui/page.ts';
import { reportHtml } from '../ui/report-html.ts';
import { reportData } from '../ui/report-json.ts';
import { reportJunit } from '../ui/report-junit.ts';
import { reportMarkdown } from '../ui/report-markdown.ts';
import { type RunReport, runReport } from '../views/run-report.ts';
import type { ReportOptions } from './report.ts';
import { type Screen, screenOf } from './screen.ts';
import { stateDirectory, type World } from './world.ts';

/** `report`: from a run's name to a page. Exit code 1 where there is no such run, or it cannot be written. */
export async function runReportCommand(world: World, name: string, options: ReportOptions): Promise<number> {
  const screen = screenOf(world, options);
  const told = await reportOf(join(stateDirectory(world, options.stateDir), 'runs'), name);
  if (!told.ok) return screen.refuse(told.failure);
  const text = textOf(world, screen, told.value, options.json ? 'json' : options.format);
  if (options.out === undefined) {
    world.out.write(text);
    return 0;
  }
  const file = resolve(world.cwd, options.out);
  try {
    // What hosts said may be nobody else's business.
    await placeFile(file, Buffer.from(text, 'utf8'), 0o600);
  } catch (error) {
    const message = `the report could not be written: ${error instanceof Error ? error.message : String(error)}`;
    return screen.refuse({ code: 'refused', message, at: file });
  }
  screen.tell([`The report is in ${screen.err.say(file)}.`]);
  return 0;
}

async function reportOf(runsDirectory: string, name: string): Promise<Result<RunReport>> {
  const ids = await runIds(runsDirectory);
  const [newest] = ids;
  if (name === 'last' && newest === undefined) return fail('not-found', `there is no run in ${runsDirectory}`);
  const id = name === 'last' && newest !== undefined ? ok(newest) : await findRun(runsDirectory, name);
  const run = id.ok ? await readRun(runsDirectory, id.value) : id;
  if (!run.ok) return run;
  const later: (readonly RunEvent[])[] = [];
  for (const other of [...ids].reverse()) {
    const rollback = other > run.value.id ? await readRun(runsDirectory, other) : undefined;
    const [started] = rollback?.ok ? rollback.value.events : [];
    if (rollback?.ok && started?.type === 'run.started' && started.of === run.value.id) later.push(rollback.value.events);
  }
  const told = runReport(run.value.events, later);
  return told ? ok(told) : fail('journal', `run ${run.value.id} was ended before its first event: there is nothing to tell`);
}

function textOf(world: World, screen: Screen, report: RunReport, format: ReportOptions['format']): string {
  // Lines are not broken: a page for others is not as wide as the terminal that it was made at.
  const wide = { write() {}, rows: () => 24, columns: () => 0, isTTY: false };
  const page: Page = pageFor(wide, { color: 'never', environment: { ...world.env, LANG: 'C.UTF-8' }, mask: screen.mask, full: true });
  switch (format) {
    case 'md':
      return reportMarkdown(page, report);
    case 'html':
      return reportHtml(page, report);
    case 'json':
      return `${jsonText(reportData(report), screen.mask, 2)}\n`;
    case 'junit':
      return reportJunit(page, report);
  }
}
