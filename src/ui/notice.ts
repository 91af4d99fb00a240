import type { RunKind } from '../domain/event.ts';
import type { Outcome } from '../domain/plan.ts';
import { count } from '../formats/count.ts';
import type { Drift } from '../views/drift.ts';
import type { Notice } from '../views/notices.ts';
import { jsonText } from './json-text.ts';
import { outcomeWords } from './outcome-words.ts';
import type { Page } from './page.ts';
import { iso } from './report-json.ts';
import type { Mask } from './secrets-mask.ts';
import { driftCounts } from './show-drift.ts';

/** Which run a notice is of. */
export interface NoticeHead {
  readonly run: string;
  readonly kind: RunKind;
  /** The command: `apply`, `rollback`, `resume`, `drift`. */
  readonly verb: string;
  readonly runbook: string;
  readonly operator: string;
}

/** The shape of what a webhook gets beside the text; a key that is taken away, or means something else, is another version. */
const NOTICE_SCHEMA = 'runbook/notice/v1';

/** Names and reasons of more hosts than this are left out: a report has them. */
const NAMED = 8;

/** No sentence of a host is longer than this in a chat, in characters. */
const LONGEST = 300;

/** A notice as a webhook gets it: `text` for chats that take what Slack takes, and the same as data for programs. */
export function noticeJson(page: Page, head: NoticeHead, notice: Notice, mask: Mask): string {
  const { at, ...body } = notice;
  const data = body.what === 'drift' ? { what: body.what, exitCode: body.exitCode, news: newsOf(body.drift) } : body;
  const text = `${head.verb} ${code(page, head.runbook)} by ${code(page, head.operator)}: ${words(page, head.kind, notice)} (run ${code(page, head.run)})`;
  return jsonText(
    { text: [text, ...more(page, head.kind, notice)].join('\n'), runbook: { schema: NOTICE_SCHEMA, ...head, at: iso(at), ...data } },
    mask,
  );
}

/**
 * Foreign text in a chat: as code, in which no chat makes a link, a picture or a mention of anything; and what Slack would act upon in it
 * (https://docs.slack.dev/messaging/formatting-message-text) is escaped, so that no `<!channel>` comes about.
 */
function code(page: Page, text: string): string {
  const said = page.say(text);
  const short = said.length > LONGEST ? `${said.slice(0, LONGEST)}…` : said;
  return `\`${short.replaceAll('`', "'").replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')}\``;
}

function words(page: Page, kind: RunKind, notice: Notice): string {
  switch (notice.what) {
    case 'begun':
      return `changing ${notice.affected} of ${count(notice.of, 'host')} in ${count(notice.waves, 'wave')}`;
    case 'asked':
      return `waits for an answer (${code(page, notice.gate)}) to go on with ${count(notice.hosts, 'host')}`;
    case 'failure':
      return `first failure: ${code(page, notice.host)} ${outcomeWords(notice.outcome, kind)}${notice.reason ? `: ${code(page, notice.reason.message)}` : ''}`;
    case 'paused':
      return `paused by ${code(page, notice.by)}, ${count(notice.notStarted, 'host')} not begun`;
    case 'continued':
      return 'continued';
    case 'stopped': {
      const what = notice.why === 'failures' ? count(notice.count, 'failure') : `${count(notice.count, 'host')} changed and not settled`;
      return `begins no further host: ${what}, ${notice.allowed} allowed; ${count(notice.notStarted, 'host')} not begun`;
    }
    case 'breached': {
      const back = notice.rollBack === 0 ? '' : `, ${count(notice.rollBack, 'host')} to be taken back`;
      return `begins no further host: the gate after wave ${notice.wave} does not pass; ${count(notice.notStarted, 'host')} not begun${back}`;
    }
    case 'closed':
      return `begins no further host: ${code(page, notice.why)}; ${count(notice.notStarted, 'host')} not begun`;
    case 'finished': {
      const ended = Object.entries(notice.outcomes).map(([outcome, number]) => `${number} ${outcomeWords(outcome as Outcome, kind)}`);
      return `finished with exit code ${notice.exitCode}: ${ended.join(', ')}`;
    }
    case 'broken-off':
      return `broken off; ${code(page, 'runbook resume')} settles the hosts that are left`;
    case 'drift':
      return `audit with exit code ${notice.exitCode}: ${driftCounts(notice.drift) || 'nothing is off'}`;
  }
}

/** Who is in trouble, and why. */
function more(page: Page, kind: RunKind, notice: Notice): readonly string[] {
  const named = (hosts: readonly string[]) => {
    const rest = hosts.length > NAMED ? ` and ${hosts.length - NAMED} more` : '';
    return (
      hosts
        .slice(0, NAMED)
        .map((host) => code(page, host))
        .join(', ') + rest
    );
  };
  if (notice.what === 'finished')
    return notice.trouble
      .slice(0, NAMED)
      .map(
        ({ outcome, reason, hosts }) =>
          `• ${named(hosts)} ${outcomeWords(outcome, kind)}${reason ? `: ${code(page, reason.message)}` : ''}`,
      );
  if (notice.what !== 'drift') return [];
  const news = Map.groupBy(newsOf(notice.drift), ({ news: each }) => each);
  return [...news].map(([what, hosts]) => `• ${what.replace('-', ' ')}: ${named(hosts.map(({ host }) => host))}`);
}

function newsOf(drift: Drift): readonly { readonly host: string; readonly news: string; readonly outcome: Outcome }[] {
  return drift.hosts.filter(({ news }) => !news.startsWith('still-')).map(({ host, news, outcome }) => ({ host, news, outcome }));
}
