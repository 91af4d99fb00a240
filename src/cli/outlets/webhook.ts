import type { RunEvent } from '../../domain/event.ts';
import { Deliveries } from '../../outbound/deliveries.ts';
import { noticeJson } from '../../ui/notice.ts';
import type { Drift } from '../../views/drift.ts';
import { type Notice, notices } from '../../views/notices.ts';
import type { Screen } from '../screen.ts';
import type { Outlet, OutletHead } from './outlet.ts';

/** How long one try may take, and how long the end of a run waits for all that is under way, in ms. */
const TRY_MS = 5_000;
const END_MS = 10_000;

/** How many notices may wait for a webhook. */
const MOST = 100;

/** A question that is answered within so many ms is none that somebody has to be called for: `-y` answers at once. */
const ANSWERED_MS = 5_000;

/** Tells a webhook what people want to hear of who do not watch. Of an audit that is its news, and nothing where there is none. */
export function webhook(screen: Screen, url: URL, head: OutletHead, answeredMs = ANSWERED_MS): Outlet {
  const deliveries = new Deliveries(MOST);
  const noticeOf = notices(head.kind);
  const isAudit = head.verb === 'drift';
  const { run, kind, verb, runbook, operator } = head;
  let last: RunEvent | undefined;
  let question: NodeJS.Timeout | undefined;
  const send = (notice: Notice) => {
    const body = noticeJson(screen.err, { run, kind, verb, runbook, operator }, notice, screen.mask);
    deliveries.send({ url, body, timeoutMs: TRY_MS });
  };
  return {
    event(event) {
      last = event;
      clearTimeout(question);
      const notice = isAudit ? undefined : noticeOf(event);
      if (notice?.what === 'asked') question = setTimeout(send, answeredMs, notice).unref();
      else if (notice) send(notice);
    },
    drift(drift: Drift, exitCode) {
      if (drift.isNews) send({ at: drift.at, what: 'drift', exitCode, drift });
    },
    async close() {
      clearTimeout(question);
      if (last && last.type !== 'run.finished' && !isAudit) send({ at: last.at, what: 'broken-off' });
      const failed = await deliveries.close(END_MS);
      return failed ? [`the webhook on ${url.hostname} ${failed.why}: ${failed.lost} of its messages were not sent`] : [];
    },
  };
}
