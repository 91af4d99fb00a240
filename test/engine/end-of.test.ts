import { describe, expect, test } from 'vitest';
import type { Change, UnitState } from '../../src/domain/change.ts';
import type { EventBody } from '../../src/domain/event.ts';
import type { Failure } from '../../src/domain/failure.ts';
import type { ChangeResult, TransactionState } from '../../src/domain/transaction.ts';
import { type End, ended, endOf } from '../../src/engine/execute-host.ts';
import { inventoryHost } from '../fakes/fake-fleet.ts';
import { fileChange, RESTART } from '../ui/streams.ts';

const UP: UnitState = { active: true, enabled: true, masked: false };
const FILE = fileChange('/etc/a', 'old', 'new');
const UNIT: Change = { kind: 'unit', unit: 'a.service', before: UP, after: { ...UP, enabled: false }, says: [], sensitive: false };
const vacuum = (what: string): Change => ({
  kind: 'command',
  argv: ['vacuum'],
  timeoutMs: 1,
  undo: { irreversible: what },
  says: [],
  sensitive: false,
});
const ALL = [FILE, UNIT, ...RESTART];

const DONE: ChangeResult = { kind: 'done' };
const FAILED: ChangeResult = { kind: 'failed', message: 'no' };
const NOT_REACHED: ChangeResult = { kind: 'not-reached' };

const WHY: Failure = { code: 'verify-failed', message: 'it is ill', hint: 'look' };
const STALE: Failure = { code: 'stale', message: 'it moved' };
const standing = (state: TransactionState, ...remarks: readonly string[]) => ({ state, remarks });

describe('a host that took its changes back', () => {
  test('is rolled back, because of what it was asked for, and with what it remarked', () => {
    expect(endOf(ALL, standing('rolled-back'))).toEqual({ outcome: 'rolled-back' });
    expect(endOf(ALL, standing('rolled-back', 'one', 'two'), WHY)).toEqual({
      outcome: 'rolled-back',
      reason: { code: 'verify-failed', message: 'it is ill; one; two', hint: 'look' },
    });
  });

  test.each<[string, readonly ChangeResult[], Failure | undefined, End['outcome']]>([
    ['something was done', [DONE, FAILED, NOT_REACHED, NOT_REACHED], WHY, 'rolled-back'],
    ['the last was done', [NOT_REACHED, NOT_REACHED, NOT_REACHED, DONE], undefined, 'rolled-back'],
    ['a unit was only half changed', [NOT_REACHED, FAILED, NOT_REACHED, NOT_REACHED], WHY, 'rolled-back'],
    ['a file was not written', [FAILED, NOT_REACHED, NOT_REACHED, NOT_REACHED], WHY, 'failed'],
    ['a trigger failed alone', [NOT_REACHED, NOT_REACHED, FAILED, NOT_REACHED], WHY, 'failed'],
    ['nothing was reached', [NOT_REACHED, NOT_REACHED, NOT_REACHED, NOT_REACHED], undefined, 'failed'],
    ['it had moved', [NOT_REACHED, NOT_REACHED, NOT_REACHED, NOT_REACHED], STALE, 'stale'],
    ['it had moved after something was done', [DONE, NOT_REACHED, NOT_REACHED, NOT_REACHED], STALE, 'rolled-back'],
  ])('ends by what had begun: where %s', (_, results, why, outcome) => {
    expect(endOf(ALL, standing('rolled-back'), why, results)).toEqual({ outcome, ...(why ? { reason: why } : {}) });
  });

  test('has failed where something was done that cannot be taken back, and names all of it', () => {
    const changes = [FILE, vacuum('logs are gone'), vacuum('caches are gone')];
    const stays = 'this cannot be taken back, and stays: logs are gone; caches are gone';
    const all = changes.map(() => DONE);
    expect(endOf(changes, standing('rolled-back', 'one'), WHY, all)).toEqual({
      outcome: 'failed',
      reason: { code: 'refused', message: `it is ill; rolling back: ${stays}; one` },
    });
    expect(endOf(changes, standing('rolled-back'), undefined, all)).toEqual({
      outcome: 'failed',
      reason: { code: 'refused', message: stays },
    });
    expect(endOf(changes, standing('rolled-back'), undefined, [NOT_REACHED, DONE, NOT_REACHED]).reason?.message).toMatch(/logs are gone$/);
    expect(endOf(changes, standing('rolled-back'), undefined, [DONE, FAILED, NOT_REACHED])).toEqual({ outcome: 'rolled-back' });
    expect(endOf(changes, standing('rolled-back'), undefined, [DONE])).toEqual({ outcome: 'rolled-back' });
  });
});

test('of a host that took its changes back it is not said that something stays where it is not known to have been run', () => {
  const message = 'it is not known how far it came; this cannot be taken back, and stays if it was run: logs are gone';
  expect(endOf([FILE, vacuum('logs are gone')], standing('rolled-back'))).toEqual({
    outcome: 'failed',
    reason: { code: 'refused', message },
  });
});

describe('a host that did not take its changes back', () => {
  test.each<[TransactionState, End['outcome'], Failure['code'], string]>([
    ['conflict', 'conflict', 'conflict', 'nothing was put back'],
    ['none', 'unknown', 'not-found', 'the host has no record of it any more, and what was changed may stand'],
    ['confirmed', 'conflict', 'conflict', 'somebody else confirmed it'],
    ['rolling', 'failed', 'command-failed', 'it is not taken back yet (rolling), and the host goes on trying'],
    ['applied', 'failed', 'command-failed', 'it is not taken back yet (applied), and the host goes on trying'],
  ])('and is %s', (state, outcome, code, message) => {
    expect(endOf(ALL, standing(state))).toEqual({ outcome, reason: { code, message } });
    expect(endOf(ALL, standing(state, 'one', 'two'), WHY)).toEqual({
      outcome,
      reason: { code, message: `it is ill; rolling back: ${message}; one; two` },
    });
  });
});

describe('the work on a host', () => {
  async function drive(
    work: () => AsyncGenerator<EventBody, End>,
  ): Promise<{ readonly all: readonly EventBody[]; readonly thrown: unknown }> {
    const all: EventBody[] = [];
    try {
      for await (const event of ended(inventoryHost('a'), work())) all.push(event);
    } catch (thrown) {
      return { all, thrown };
    }
    return { all, thrown: undefined };
  }
  const STARTED: EventBody = { type: 'host.started', host: 'a' };
  const WITHIN: EventBody = { type: 'confirm.intended', host: 'a', tx: 'do-a' };

  test.each<End>([{ outcome: 'fixed' }, { outcome: 'failed', reason: WHY }])('is framed by its first and last event (%j)', async (end) => {
    const { all, thrown } = await drive(async function* () {
      yield WITHIN;
      return end;
    });
    expect([all, thrown]).toEqual([[STARTED, WITHIN, { type: 'host.finished', host: 'a', ...end }], undefined]);
  });

  test.each([new Error('a bug'), 'a bug'])('ends unknown where it is kept from its end by a bug, which is not hidden (%s)', async (bug) => {
    const { all, thrown } = await drive(async function* () {
      yield WITHIN;
      throw bug;
    });
    const message = 'a bug in runbook kept this host from being brought to its end: a bug';
    expect(thrown).toBe(bug);
    expect(all.slice(1)).toEqual([
      WITHIN,
      { type: 'host.finished', host: 'a', outcome: 'unknown', reason: { code: 'interrupted', message } },
    ]);
  });
});
