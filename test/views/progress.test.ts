import { describe, expect, test } from 'vitest';
import type { EventBody, RunEvent } from '../../src/domain/event.ts';
import type { TransactionState } from '../../src/domain/transaction.ts';
import { isTrouble } from '../../src/ui/outcome-words.ts';
import { Progress } from '../../src/views/progress.ts';
import { APPLY, bigFleet, DONE, flagRemoved, START, stamped, started, transaction } from '../ui/streams.ts';

function progressAfter(events: readonly RunEvent[]): Progress {
  const progress = new Progress(isTrouble);
  for (const event of events) progress.take(event);
  return progress;
}

const upTo = (type: RunEvent['type'], nth = 1) => {
  let seen = 0;
  return APPLY.slice(0, APPLY.findIndex((event) => event.type === type && ++seen === nth) + 1);
};

describe('where a run stands', () => {
  test.each<[string, readonly RunEvent[], Partial<Progress>]>([
    ['while hosts are looked at', upTo('host.planned', 3), { phase: 'looking', all: 5, ended: 3 }],
    ['while somebody is asked', upTo('approval.requested'), { phase: 'asking', all: 5, ended: 5 }],
    ['in the first wave', upTo('host.started'), { phase: 'waves', all: 2, ended: 0, endedInWave: 0 }],
    ['between two waves', upTo('wave.finished'), { phase: 'between', all: 2, ended: 1, failures: 0, allowed: 0 }],
    ['at the end', APPLY, { phase: 'ended', all: 2, ended: 2, failures: 1, allowed: 0 }],
  ])('is known %s', (_, events, expected) => {
    expect(progressAfter(events)).toMatchObject(expected);
  });

  test('is told by outcomes: as hosts were found, and then as they ended', () => {
    const found = progressAfter(upTo('approval.requested')).counts;
    expect([...found]).toEqual([
      ['healthy', 1],
      ['would-fix', 2],
      ['other-cause', 1],
      ['unreachable', 1],
    ]);
    expect([...progressAfter(APPLY).counts]).toEqual([
      ['fixed', 1],
      ['rolled-back', 1],
    ]);
  });

  test('names failures once for each reason; those that were found while looking are told by the plan', () => {
    expect([...progressAfter(upTo('approval.requested')).failing.values()].map(({ hosts }) => hosts)).toEqual([['lab-5']]);
    expect([...progressAfter(upTo('wave.started')).failing.values()]).toEqual([]);
    const reason = (host: string) => ({ code: 'lost', message: `${host} closed the connection` }) as const;
    const progress = progressAfter([
      ...upTo('wave.started'),
      ...stamped(['a', 'b'].map((host) => ({ type: 'host.finished', host, outcome: 'unknown', reason: reason(host) }) as const)),
    ]);
    expect([...progress.failing.values()].map(({ hosts }) => hosts)).toEqual([['a', 'b']]);
  });
});

const named = { host: 'a', tx: '1' } as const;
const [intended, finished] = transaction('a', false, [flagRemoved()]) as [EventBody, EventBody];
const [undoing] = transaction('a', true, [flagRemoved()]) as [EventBody];
const stopped = (state: TransactionState): EventBody => ({ type: 'transaction.finished', ...named, results: [DONE], state, remarks: [] });

test.each<[EventBody, string]>([
  [{ type: 'host.started', host: 'a' }, 'connecting'],
  [intended, 'changing'],
  [undoing, 'taking back'],
  [finished, 'verifying'],
  [stopped('rolled-back'), 'taking back'],
  [stopped('rolling'), 'taking back'],
  [{ type: 'transaction.lost', ...named, failure: { code: 'lost', message: 'the way broke' } }, 'lost, asking the host'],
  [{ type: 'verify.attempted', host: 'a', attempt: 1, unmet: [] }, 'verifying'],
  [{ type: 'confirm.intended', ...named }, 'confirming'],
  [{ type: 'undo.intended', ...named }, 'taking back'],
  [{ type: 'transaction.reported', ...named, state: 'confirmed', remarks: [] }, 'connecting'],
])('after %j a host is %s', (body, stage) => {
  const progress = progressAfter(stamped([{ type: 'host.started', host: 'a' }, body]));
  expect(progress.underWay.get('a')?.stage).toBe(stage);
});

test('a host that does not answer is a failure until it does, and no part of a later wave', () => {
  const parked: EventBody = { type: 'host.parked', host: 'a', failure: { code: 'lost', message: 'no answer' } };
  const events: readonly EventBody[] = [
    { type: 'wave.started', wave: 1, of: 2, hosts: ['a'] },
    { type: 'host.started', host: 'a' },
    parked,
    { type: 'wave.finished', wave: 1, failures: 1, budget: 2 },
    { type: 'wave.started', wave: 2, of: 2, hosts: ['b'], zone: 'north' },
  ];
  const silent = progressAfter(stamped(events));
  expect(silent).toMatchObject({ failures: 1, wave: { zone: 'north' } });
  expect(silent.underWay.get('a')?.stage).toBe('no answer');
  const back = progressAfter(stamped([...events, { type: 'host.finished', host: 'a', outcome: 'fixed' }]));
  expect(back).toMatchObject({ failures: 0, ended: 1, endedInWave: 0 });
});

test('a host is as old as it was begun, and its stage as old as it has been in it', () => {
  const unmet = { type: 'verify.attempted', host: 'a', attempt: 1, unmet: [{ what: 'up' }] } as const;
  const progress = progressAfter(stamped([{ type: 'host.started', host: 'a' }, unmet, { ...unmet, attempt: 2 }]));
  expect(progress.underWay.get('a')).toMatchObject({ began: START, since: START + 1_000, stage: 'verifying' });
});

test('the time that is left is that of the hosts not looked at, or of the wave', () => {
  const fleet = bigFleet();
  const hosts = fleet.map(({ host }) => host);
  const planned = fleet.slice(0, 100).map((plan): EventBody => ({ type: 'host.planned', host: plan.host, plan }));
  expect(progressAfter(stamped([started('plan', hosts), ...planned])).timeLeft(START + 100_000)).toBe(300_000);
  const wave: readonly EventBody[] = [
    { type: 'wave.started', wave: 1, of: 1, hosts: hosts.slice(0, 10) },
    ...hosts.slice(0, 5).flatMap((host): readonly EventBody[] => [
      { type: 'host.started', host },
      { type: 'host.finished', host, outcome: 'fixed' },
    ]),
  ];
  expect(progressAfter(stamped(wave)).timeLeft(START + 10_000)).toBe(5_000);
  expect(progressAfter(APPLY).timeLeft(START)).toBeUndefined();
});
