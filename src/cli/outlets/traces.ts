import packageJson from '../../../package.json' with { type: 'json' };
import { Deliveries } from '../../outbound/deliveries.ts';
import { otlpJson } from '../../ui/otlp-json.ts';
import { type Span, Spans, traceIdOf } from '../../views/spans.ts';
import type { Screen } from '../screen.ts';
import type { Outlet, OutletHead } from './outlet.ts';
import type { TraceTarget } from './trace-target.ts';

/** Spans that are sent together, and how long the first of them waits for others, in ms. */
const TOGETHER = 256;
const WAIT_MS = 10_000;

/** How many such batches may wait for a collector. */
const MOST = 64;

/** How long the end of a run waits for the collector, in ms. */
const END_MS = 5_000;

/** Sends the spans of a run to a collector, in batches while it goes on. */
export function traces(screen: Screen, target: TraceTarget, { run, verb, runbook }: OutletHead): Outlet {
  const { url, headers, timeoutMs, parent } = target;
  const deliveries = new Deliveries(MOST);
  const spans = new Spans({ run, verb, runbook, ...(parent ? { parent: parent.spanId } : {}) });
  const { version } = packageJson;
  const head = { traceId: parent?.traceId ?? traceIdOf(run), resource: { 'service.version': version, ...target.resource }, version };
  let waiting: Span[] = [];
  let since = 0;
  const flush = () => {
    if (waiting.length > 0) deliveries.send({ url, headers, body: otlpJson(head, waiting, screen.err.say), timeoutMs });
    waiting = [];
  };
  return {
    event(event) {
      const ended = spans.event(event);
      if (waiting.length === 0) since = event.at;
      waiting.push(...ended);
      if (waiting.length >= TOGETHER || (waiting.length > 0 && event.at - since >= WAIT_MS)) flush();
    },
    drift() {},
    async close() {
      waiting.push(...spans.rest());
      flush();
      const failed = await deliveries.close(END_MS);
      return failed ? [`the collector of traces on ${url.hostname} ${failed.why}: ${failed.lost} batches were not sent`] : [];
    },
  };
}
