import { expect, test } from 'vitest';
import type { Audit } from '../../src/domain/audit.ts';
import type { HostPlan } from '../../src/domain/plan.ts';
import { type DriftNews, driftOf } from '../../src/views/drift.ts';
import { fileChange, flagRemoved, illPlan, plan, START, UNREACHABLE } from '../ui/streams.ts';

const HEAD = { runbook: 'kubelet-bad-flag', runbookSha256: 'ab'.repeat(32) };

/** The audits of the same hosts one after another, an hour between two. */
function audits(...rounds: readonly (readonly HostPlan[])[]) {
  let before: Audit | undefined;
  return rounds.map((plans, index) => {
    const { drift, audit } = driftOf({ ...HEAD, at: START + index * 3_600_000 }, before, plans);
    before = audit;
    return { drift, audit };
  });
}

const well = plan('a', 'healthy', { facts: { hostname: 'a' } });
const ill = illPlan('a');
const illOtherwise = illPlan('a', [flagRemoved('--v=9')]);
const gone = plan('a', 'unreachable', { reason: UNREACHABLE });
const other = plan('a', 'other-cause', { facts: { hostname: 'a' } });
const broken = plan('a', 'failed', { reason: { code: 'not-text', message: 'x' }, facts: { hostname: 'a' } });

test.each<[string, readonly HostPlan[], readonly (DriftNews | undefined)[]]>([
  ['is well', [well, well], [undefined, undefined]],
  ['is ill from the first audit on', [ill, ill], ['newly-ill', 'still-ill']],
  ['falls ill and heals', [well, ill, well, well], [undefined, 'newly-ill', 'healed', undefined]],
  ['is ill in another way', [ill, illOtherwise, illOtherwise], ['newly-ill', 'changed', 'still-ill']],
  ['is ill of another cause, then cannot be judged', [other, broken], ['newly-ill', 'changed']],
  [
    'is not reached for a while',
    [well, gone, gone, well, well],
    [undefined, 'newly-unreached', 'still-unreached', 'reached-again', undefined],
  ],
  ['is not reached from the first audit on', [gone, gone, ill], ['newly-unreached', 'still-unreached', 'newly-ill']],
  ['is ill, not reached, and ill as before', [ill, gone, ill], ['newly-ill', 'newly-unreached', 'still-ill']],
  ['is ill, not reached, and well', [ill, gone, well], ['newly-ill', 'newly-unreached', 'healed']],
])('a host that %s', (_, rounds, news) => {
  const told = audits(...rounds.map((each) => [each]));
  expect(told.map(({ drift }) => drift.hosts[0]?.news)).toEqual(news);
  expect(told.map(({ drift }) => drift.isNews)).toEqual(news.map((each) => each !== undefined && !each.startsWith('still-')));
});

test('it is told since when a host is as it is', () => {
  const [, , third] = audits([ill], [ill], [ill]);
  expect(third?.drift.hosts[0]?.since).toBe(START);
  expect(third?.drift.previous?.at).toBe(START + 3_600_000);
});

test('an ill host that is no host of the target any more is told once, a healthy one is not', () => {
  const [, second, third] = audits([ill, plan('b', 'healthy', { facts: { hostname: 'b' } })], [], []);
  expect(second?.drift.hosts).toMatchObject([{ host: 'a', news: 'gone', outcome: 'would-fix' }]);
  expect(third?.drift).toMatchObject({ hosts: [], isNews: false });
});

test('another runbook of the same name is news, whatever it finds', () => {
  const { audit } = driftOf({ ...HEAD, at: START }, undefined, [well]);
  const { drift } = driftOf({ ...HEAD, runbookSha256: 'cd'.repeat(32), at: START }, audit, [well]);
  expect(drift).toMatchObject({ previous: { isOtherRunbook: true }, hosts: [], isNews: true });
});

test('what is kept has no word of a host and no content in it', () => {
  const secret = fileChange('/etc/token', 'old-s3cret\n', 'new-s3cret\n', { says: ['- s3cret'], sensitive: true });
  const [first] = audits([illPlan('a', [secret]), { ...gone, host: 'b' }]);
  const text = JSON.stringify(first?.audit);
  expect(text).not.toMatch(/s3cret|token|improve-speed|no answer/);
  expect(first?.audit.hosts.map(({ host }) => host)).toEqual(['a', 'b']);
});
