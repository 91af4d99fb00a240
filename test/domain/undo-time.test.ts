import { describe, expect, test } from 'vitest';
import type { Change, TriggerAction, UnitState } from '../../src/domain/change.ts';
import { timeOfChanges, UNIT_JOB_MS, undoAfterMs } from '../../src/domain/undo-time.ts';
import { fileChange } from '../ui/streams.ts';

const says = { says: [], sensitive: false };
const DOWN: UnitState = { active: false, enabled: false, masked: false };
const command = (timeoutMs: number): Change => ({ kind: 'command', argv: ['x'], timeoutMs, undo: { irreversible: 'x' }, ...says });
const trigger = (action: TriggerAction): Change => ({ kind: 'trigger', action, unit: 'a.service', ...says });
const unit = (after: Partial<UnitState>): Change => ({
  kind: 'unit',
  unit: 'a.service',
  before: DOWN,
  after: { ...DOWN, ...after },
  ...says,
});
const FILE = fileChange('/etc/a', 'old', 'new');

describe('the time that changes may take', () => {
  test.each<[string, readonly Change[], number]>([
    ['nothing', [], 0],
    ['a little for a file', [FILE], 10_000],
    ['the limit of a command, and its end', [command(600_000)], 605_000],
    ['a whole limit of systemd for a restart', [trigger('restart')], UNIT_JOB_MS],
    ['a whole limit of systemd for a reload', [trigger('reload')], UNIT_JOB_MS],
    ['a little for a daemon-reload', [trigger('daemon-reload')], 20_000],
    ['a little for a reset-failed', [trigger('reset-failed')], 20_000],
    ['a whole limit for a start', [unit({ active: true })], UNIT_JOB_MS],
    ['a little for enabling and for masking', [unit({ enabled: true, masked: true })], 40_000],
    ['every call of a unit', [unit({ active: true, enabled: true })], UNIT_JOB_MS + 20_000],
    ['the sum of all', [FILE, FILE, command(1_000), trigger('restart'), trigger('restart')], 26_000 + 2 * UNIT_JOB_MS],
  ])('is %s', (_, changes, ms) => {
    expect(timeOfChanges(changes)).toBe(ms);
  });
});

describe('the time after which a host takes itself back', () => {
  test('holds the changes, verify, and what is waited for the confirm', () => {
    expect(undoAfterMs({ commitConfirmMs: 120_000, verifyTimeoutMs: 30_000, bakeMs: 0 }, [FILE])).toBe(160_000);
  });

  test('holds verify twice where there is a bake, for it is asked again after it', () => {
    expect(undoAfterMs({ commitConfirmMs: 120_000, verifyTimeoutMs: 30_000, bakeMs: 500 }, [])).toBe(180_500);
  });
});
