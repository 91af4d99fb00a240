import { expect, test } from 'vitest';
import type { EventBody, RunEvent } from '../../src/domain/event.ts';
import type { TransactionState } from '../../src/domain/transaction.ts';
import { eventLine } from '../../src/ui/event-line.ts';
import { testPage } from './fake-output.ts';
import { DONE, flagRemoved, stamped, transaction } from './streams.ts';

const page = testPage();
const named = { host: 'a', tx: '1' } as const;
const reported = (state: TransactionState, ...remarks: readonly string[]): EventBody => ({
  type: 'transaction.reported',
  ...named,
  state,
  remarks,
});
const [intended, finished] = transaction('a', false, [flagRemoved()]) as [EventBody, EventBody];
const [undoing] = transaction('a', true, [flagRemoved()]) as [EventBody];
const stopped = (state: TransactionState): EventBody => ({
  type: 'transaction.finished',
  ...named,
  results: [DONE, { kind: 'failed', message: 'no' }],
  state,
  remarks: [],
});
const lost: EventBody = { type: 'transaction.lost', ...named, failure: { code: 'lost', message: 'the way broke' } };

function stampedOne(body: EventBody): RunEvent {
  return stamped([body])[0] as RunEvent;
}

test.each<[EventBody, string | undefined]>([
  [intended, 'changing /var/lib/kubelet/kubeadm-flags.env'],
  [undoing, 'taking back /var/lib/kubelet/kubeadm-flags.env'],
  [finished, undefined],
  [stopped('rolled-back'), '1 of 2 changes done: no'],
  [lost, 'not known whether the changes took place, asking the host: the way broke'],
  [{ type: 'confirm.intended', ...named }, undefined],
  [{ type: 'undo.intended', ...named }, 'taking back'],
  [reported('none'), 'nothing was done, and nothing will be'],
  [reported('applied'), 'the changes took place'],
  [reported('confirmed'), 'confirmed'],
  [reported('rolled-back', 'stays: the logs are gone'), 'is back as it was; stays: the logs are gone'],
  [reported('rolling', 'x cannot be started'), 'cannot be taken back yet, and the host goes on trying; x cannot be started'],
  [reported('conflict', '/a has 1', '/b has 2'), 'was edited by somebody else, and is left as it is; /a has 1; /b has 2'],
  [reported('applying'), 'applying'],
  [{ type: 'run.resumed', operator: 'bo', hosts: ['a', 'b'] }, 'resumed by bo: 2 hosts to settle'],
  [
    { type: 'rollout.held', unconfirmed: 2, maxUnavailable: 2, notStarted: ['c'] },
    'stopping: 2 hosts changed and not known to be confirmed, 2 allowed; 1 host not begun',
  ],
])('%j is told in a log as %j', (body, words) => {
  expect(eventLine(page, stampedOne(body), 'apply')).toBe(words);
});
