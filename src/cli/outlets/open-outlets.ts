import { ok, type Result } from '../../domain/failure.ts';
import type { View } from '../../ui/output.ts';
import { hanging } from '../../ui/page.ts';
import type { Drift } from '../../views/drift.ts';
import type { OutletOptions } from '../options.ts';
import type { Screen } from '../screen.ts';
import type { World } from '../world.ts';
import { metricsFile, metricsPath } from './metrics-file.ts';
import type { Outlet, OutletHead } from './outlet.ts';
import { traceTarget } from './trace-target.ts';
import { traces } from './traces.ts';
import { webhook } from './webhook.ts';
import { webhooksOf } from './webhook-addresses.ts';

/** The outlets of one run. */
export interface Outlets {
  /** A view that tells them what it is told. */
  around(view: View): View;
  drift(drift: Drift, exitCode: number): void;
  /** Resolves when all is told or given up, and says on the screen what was not. Comes after the last words of the run. */
  close(): Promise<void>;
}

/**
 * Checks where a run is to be told to, before any host is reached; the outlets once the run has a name. `isTold`: it changes something or is an
 * audit, so that webhooks and metrics hear of it; traces are of every run.
 */
export function outletsFor(world: World, screen: Screen, options: OutletOptions, isTold: boolean): Result<(head: OutletHead) => Outlets> {
  const webhooks = webhooksOf(options.notify, isTold ? world.env['RUNBOOK_NOTIFY'] : undefined);
  if (!webhooks.ok) return webhooks;
  for (const { href, pathname, search } of webhooks.value) {
    screen.conceal(href);
    if (pathname.length > 8) screen.conceal(pathname + search);
  }
  const path = options.prometheusTextfile === undefined ? ok(undefined) : metricsPath(world, options.prometheusTextfile);
  if (!path.ok) return path;
  const target = traceTarget(world);
  if (!target.ok) note(screen, `${target.failure.message}; no traces are sent (${target.failure.hint})`);
  return ok((head) => {
    const all = [
      ...webhooks.value.map((url) => webhook(screen, url, head)),
      ...(path.value === undefined ? [] : [metricsFile(screen, path.value, head)]),
      ...(target.ok && target.value ? [traces(screen, target.value, head)] : []),
    ];
    return together(screen, all);
  });
}

/** Several outlets as one. What goes wrong in one of them is a bug, but none for which hosts are left in the middle of a change. */
export function together(screen: Screen, all: readonly Outlet[]): Outlets {
  const outlets = new Set(all);
  const broken: string[] = [];
  const each = (tell: (outlet: Outlet) => void) => {
    for (const outlet of outlets) {
      try {
        tell(outlet);
      } catch (error) {
        outlets.delete(outlet);
        broken.push(`a bug in runbook: the run is not told on (${error instanceof Error ? error.message : String(error)})`);
      }
    }
  };
  return {
    around: (view) => ({
      event(event) {
        view.event(event);
        each((outlet) => outlet.event(event));
      },
      ...(view.steer ? { steer: (steer) => view.steer?.(steer) } : {}),
      stopping: (signal) => view.stopping(signal),
      paused: (by) => view.paused(by),
      abandon: () => view.abandon(),
      close: () => view.close(),
    }),
    drift: (drift, exitCode) => each((outlet) => outlet.drift(drift, exitCode)),
    async close() {
      const failed = await Promise.all([...outlets].map((outlet) => outlet.close()));
      for (const sentence of [...broken, ...failed.flat()]) note(screen, sentence);
    },
  };
}

function note(screen: Screen, sentence: string): void {
  screen.tell(hanging(screen.err, 0, 'note: ', screen.err.say(sentence)));
}
