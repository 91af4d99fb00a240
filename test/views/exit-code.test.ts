import { describe, expect, test } from 'vitest';
import type { RunKind } from '../../src/domain/event.ts';
import type { Outcome } from '../../src/domain/plan.ts';
import { exitCode } from '../../src/views/exit-code.ts';

const ended = (outcomes: readonly Outcome[], more: { readonly declined?: boolean; readonly interrupted?: boolean } = {}) => ({
  outcomes: Object.fromEntries(outcomes.map((outcome, index) => [`h${index}`, outcome])),
  declined: false,
  interrupted: false,
  ...more,
});

describe('the exit code of', () => {
  test.each<[RunKind, readonly Outcome[], number]>([
    ['diagnose', ['healthy'], 0],
    ['diagnose', ['healthy', 'would-fix'], 0],
    ['diagnose', ['would-fix', 'other-cause'], 3],
    ['diagnose', ['would-fix', 'unreachable'], 4],
    ['diagnose', ['unknown'], 4],
    ['diagnose', ['failed'], 3],
    ['plan', ['would-fix', 'healthy'], 0],
    ['plan', ['unreachable', 'other-cause'], 3],
    ['apply', ['fixed', 'healthy', 'skipped'], 0],
    ['apply', ['fixed', 'failed', 'unreachable'], 3],
    ['apply', ['fixed', 'rolled-back'], 3],
    ['apply', ['fixed', 'stale'], 3],
    ['apply', ['fixed', 'conflict'], 3],
    ['apply', ['fixed', 'unknown', 'unreachable'], 4],
    ['apply', ['fixed', 'would-fix'], 3],
    ['apply', ['would-fix', 'unreachable'], 4],
    ['rollback', ['rolled-back', 'healthy'], 0],
    ['rollback', ['rolled-back', 'conflict'], 3],
    ['rollback', ['rolled-back', 'unreachable'], 4],
  ])('%s with hosts %j is %i', (kind, outcomes, code) => {
    expect(exitCode(kind, ended(outcomes))).toBe(code);
  });

  test.each<[readonly Outcome[], number]>([
    [['would-fix'], 2],
    [['healthy'], 0],
    [['would-fix', 'unreachable'], 4],
    [['would-fix', 'other-cause', 'unreachable'], 3],
  ])('a plan that is asked for detail with hosts %j is %i', (outcomes, code) => {
    expect(exitCode('plan', ended(outcomes), { detailed: true })).toBe(code);
  });

  test.each<[readonly Outcome[], number]>([
    [['would-fix', 'healthy'], 5],
    [['would-fix', 'other-cause', 'unreachable'], 5],
    [['fixed', 'would-fix'], 5],
    [['rolled-back', 'would-fix'], 3],
    [['unknown', 'would-fix'], 4],
  ])('a declined apply with hosts %j is %i', (outcomes, code) => {
    expect(exitCode('apply', ended(outcomes, { declined: true }))).toBe(code);
  });

  test('an interrupted run is 130, whatever else happened', () => {
    expect(exitCode('apply', ended(['failed'], { interrupted: true, declined: true }))).toBe(130);
  });
});
