import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import packageJson from '../../../package.json' with { type: 'json' };
import type { RunEvent } from '../../domain/event.ts';
import { fail, ok, type Result } from '../../domain/failure.ts';
import { placeFile } from '../../journal/placed-file.ts';
import { prometheusText } from '../../ui/prometheus-text.ts';
import type { Drift } from '../../views/drift.ts';
import { runMetrics } from '../../views/metrics.ts';
import type { Screen } from '../screen.ts';
import type { World } from '../world.ts';
import type { Outlet, OutletHead } from './outlet.ts';

/** The absolute path of a file for node_exporter, which reads those that end in `.prom` and no others. */
export function metricsPath({ cwd }: Pick<World, 'cwd'>, typed: string): Result<string> {
  const path = resolve(cwd, typed);
  if (!path.endsWith('.prom'))
    return fail('bad-input', 'the file for --prometheus-textfile must end in .prom: node_exporter reads no others', { at: path });
  if (!isDirectory(dirname(path)))
    return fail('bad-input', 'the directory for --prometheus-textfile is not there', {
      at: dirname(path),
      hint: 'it is what node_exporter has as --collector.textfile.directory',
    });
  return ok(path);
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Writes the metrics of a run at its end, for everybody to read; node_exporter sees those before or all of the new ones. */
export function metricsFile(screen: Screen, path: string, { run, verb, runbook, target, limit }: OutletHead): Outlet {
  const events: RunEvent[] = [];
  let drift: Drift | undefined;
  return {
    event: (event) => {
      // Of the others only the times would count.
      if (events.length === 0 || MEASURED.has(event.type)) events.push(event);
    },
    drift: (found) => {
      drift = found;
    },
    async close() {
      const labels = { runbook, kind: verb, target, limit };
      const text = prometheusText(runMetrics({ run, version: packageJson.version, labels }, events, drift), screen.err.say);
      if (text === '') return [];
      try {
        await placeFile(path, Buffer.from(text, 'utf8'), 0o644);
        return [];
      } catch (error) {
        return [`the metrics could not be written: ${error instanceof Error ? error.message : String(error)}`];
      }
    },
  };
}

const MEASURED: ReadonlySet<RunEvent['type']> = new Set(['host.finished', 'wave.finished', 'budget.exceeded', 'run.finished']);
