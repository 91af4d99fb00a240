import { describe, expect, it } from 'vitest';
import { loaded } from './load-sample.ts';

const rolloutOf = (rollout: string) => loaded(`diagnose: [{ uses: look.quiet }]\n${rollout}`).rollout;

describe('how a runbook goes over the fleet', () => {
  it('is careful when nothing is said', () => {
    expect(rolloutOf('')).toEqual({
      waves: [{ hosts: 1 }, { hosts: 5 }, { percent: 25 }, { percent: 100 }],
      bakeMs: 0,
      maxFailures: { hosts: 0 },
      confirm: 'run',
      verifyTimeoutMs: 120_000,
      verifyEveryMs: 2_000,
      parallel: 25,
      commitConfirmMs: 120_000,
      onBreach: 'stop',
      recheck: true,
      jitterMs: 0,
    });
  });

  it('is as it is said', () => {
    const said = 'waves: [2, 50%], bake: 1m30s, max_failures: 2%, confirm: wave, verify_timeout: 5m, verify_every: 500ms, parallel: 3';
    const more = 'on_breach: rollback-wave, recheck: false, jitter: 20s, zone: rack';
    expect(rolloutOf(`rollout: { ${said}, max_unavailable: 20%, commit_confirm: 45s, ${more} }`)).toEqual({
      waves: [{ hosts: 2 }, { percent: 50 }],
      bakeMs: 90_000,
      maxFailures: { percent: 2 },
      confirm: 'wave',
      verifyTimeoutMs: 300_000,
      verifyEveryMs: 500,
      parallel: 3,
      maxUnavailable: { percent: 20 },
      commitConfirmMs: 45_000,
      onBreach: 'rollback-wave',
      recheck: false,
      jitterMs: 20_000,
      zone: 'rack',
    });
  });

  it.each([
    ['max_unavailable: 1', { maxUnavailable: { hosts: 1 } }],
    ['max_unavailable: 100%', { maxUnavailable: { percent: 100 } }],
    ['commit_confirm: 10s', { commitConfirmMs: 10_000 }],
    ['commit_confirm: 7d', { commitConfirmMs: 604_800_000 }],
  ])('takes %s', (said, rollout) => {
    expect(rolloutOf(`rollout: { ${said} }`)).toMatchObject(rollout);
  });
});
