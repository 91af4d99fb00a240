import type { RunEvent, RunKind } from '../domain/event.ts';
import { groupByReason } from '../views/group-by-reason.ts';
import type { HostEnding } from '../views/run-record.ts';
import { eventLine } from './event-line.ts';
import type { LiveList } from './live-list.ts';
import { LiveGroup } from './live-rows.ts';
import { isTrouble, outcomeWords } from './outcome-words.ts';
import type { Output, View } from './output.ts';
import type { Page } from './page.ts';
import { showHostFailure } from './show-failure.ts';

/** A view that can make room for something else on the screen. */
export interface LiveView extends View {
  /** Ends what is being drawn. Wait for it before a prompt or a text is printed; the next wave draws again. */
  pause(): Promise<void>;
}

/** A list hides the cursor while it is drawn (xterm's DECTCEM). */
const SHOW_CURSOR = '\x1b[?25h';

/**
 * A run on a terminal: one list while hosts are looked at, then one for each wave, each drawn in at most twelve rows.
 * Failures of a wave are printed when its list has ended, once for all hosts that share one.
 */
export function liveView(output: Output, page: Page): LiveView {
  let kind: RunKind = 'apply';
  let group: LiveGroup | undefined;
  let changing = false;
  let holder: string | undefined;
  let list: Promise<LiveList> | undefined;
  let failures: HostEnding[] = [];
  // Lists never overlap: each begins when all before it has ended.
  let idle: Promise<void> = Promise.resolve();

  const begin = (label: string, hosts: readonly string[]) => {
    void end();
    const shown = new LiveGroup(label, hosts, kind, page);
    shown.pausedBy = holder;
    group = shown;
    // Loaded only for a terminal, and only when there is something to draw.
    list = idle.then(() => import('./live-list.ts')).then(({ liveList }) => liveList(shown, output, page));
  };

  const end = (): Promise<void> => {
    const [ending, told] = [list, failures];
    group = undefined;
    list = undefined;
    failures = [];
    if (ending) {
      idle = ending.then(async (drawn) => {
        await drawn.end();
        const lines = failureText(page, told, kind);
        if (lines.length > 0) output.write(`${lines.join('\n')}\n`);
      });
    }
    return idle;
  };

  const take = (event: RunEvent) => {
    group?.take(event);
    if (event.type !== 'host.finished' && event.type !== 'host.planned') return;
    const drawn = list;
    void drawn?.then((each) => each.hostEnded(event.host));
    // What was found while looking is told by the plan or diagnosis that follows.
    if (event.type === 'host.finished' && changing && isTrouble(event.outcome, kind)) failures.push(event);
  };

  return {
    event(event) {
      switch (event.type) {
        case 'run.started':
          kind = event.kind;
          changing = false;
          begin('Hosts looked at', event.hosts);
          break;
        case 'wave.started':
          changing = true;
          begin(`Wave ${event.wave} of ${event.of}`, event.hosts);
          break;
        case 'rollout.paused':
        case 'rollout.continued': {
          // A wave that is drawn says so itself; between two of them the screen would stand still without a word.
          const line = group ? undefined : eventLine(page, event, kind);
          if (line !== undefined) idle = idle.then(() => output.write(`${line}\n`));
          break;
        }
        case 'approval.requested':
        case 'wave.finished':
        case 'run.finished':
          void end();
          break;
        default:
          take(event);
      }
    },
    stopping() {
      if (group) group.stopping = true;
    },
    paused(by) {
      holder = by;
      if (group) group.pausedBy = by;
    },
    pause: end,
    abandon: () => output.write(`\n${SHOW_CURSOR}`),
    close: end,
  };
}

function failureText(page: Page, failures: readonly HostEnding[], kind: RunKind): readonly string[] {
  return groupByReason(failures).flatMap(({ outcome, reason, hosts }) =>
    reason ? showHostFailure(page, hosts, outcomeWords(outcome, kind), reason) : [],
  );
}
