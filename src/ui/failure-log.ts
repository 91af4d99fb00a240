import type { RunEvent, RunKind } from '../domain/event.ts';
import { groupByReason, reasonKey } from '../views/group-by-reason.ts';
import type { HostEnding } from '../views/run-record.ts';
import { isTrouble, outcomeWords } from './outcome-words.ts';
import { headline, type Page } from './page.ts';
import { showHostFailure } from './show-failure.ts';

/** More different reasons than this in one wave are told when it has ended, so that they do not run past. */
const TOLD_AT_ONCE = 10;

/** Failures of a wave as text that stays: the first of each reason at once, and how many more there were when the wave has ended. */
export class FailureLog {
  readonly #page: Page;
  #told = new Set<string>();
  #rest: HostEnding[] = [];

  constructor(page: Page) {
    this.#page = page;
  }

  take(event: Extract<RunEvent, { readonly type: 'host.finished' }>, kind: RunKind): readonly string[] {
    const { host, outcome, reason } = event;
    if (!isTrouble(outcome, kind)) return [];
    const ending = { host, outcome, ...(reason ? { reason } : {}) };
    const key = reasonKey(ending);
    if (this.#told.has(key) || this.#told.size >= TOLD_AT_ONCE) {
      this.#rest.push(ending);
      return [];
    }
    this.#told.add(key);
    return this.#lines(ending, [host], kind);
  }

  /** A host that does not answer and is not waited for; the first of each reason only, since all of them are told as they end. */
  parked({ host, failure }: Extract<RunEvent, { readonly type: 'host.parked' }>): readonly string[] {
    const key = `parked ${reasonKey({ host, outcome: 'unknown', reason: failure })}`;
    if (this.#told.has(key)) return [];
    this.#told.add(key);
    return showHostFailure(this.#page, [host], 'does not answer, the others go on', failure);
  }

  /** What was not told yet, once for all hosts that share a reason. */
  rest(kind: RunKind): readonly string[] {
    const [told, rest] = [this.#told, this.#rest];
    this.#told = new Set();
    this.#rest = [];
    return groupByReason(rest).flatMap((group) => {
      const [host = ''] = group.hosts;
      const ending = { host, outcome: group.outcome, ...(group.reason ? { reason: group.reason } : {}) };
      return this.#lines(ending, group.hosts, kind, told.has(reasonKey(ending)));
    });
  }

  #lines({ outcome, reason }: HostEnding, hosts: readonly string[], kind: RunKind, again = false): readonly string[] {
    const words = outcomeWords(outcome, kind);
    if (!reason) return headline(this.#page, 'bad', hosts.length === 1 ? (hosts[0] ?? '') : `${hosts.length} hosts`, words);
    const { hint: _, ...told } = reason;
    return showHostFailure(this.#page, hosts, words, again ? told : reason);
  }
}
