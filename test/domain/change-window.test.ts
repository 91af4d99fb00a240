import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { closedAt, type Freeze, type MaintenanceWindow } from '../../src/domain/change-window.ts';

const at = (text: string) => Date.parse(text);
const maintenance = (...windows: readonly MaintenanceWindow[]) => ({ maintenance: windows, freeze: [] });
const freeze = (...windows: readonly Freeze[]) => ({ maintenance: [], freeze: windows });

describe('maintenance', () => {
  // 2026-11-26 is a Thursday; Berlin is an hour before UTC then, and two in July.
  const nights: MaintenanceWindow = { days: [1, 2, 3, 4], from: 22 * 60, to: 6 * 60, timezone: 'Europe/Berlin' };
  test.each([
    ['2026-11-26T21:00Z', true],
    ['2026-11-26T20:59:59Z', false],
    ['2026-11-27T04:59:59Z', true],
    ['2026-11-27T05:00Z', false],
    ['2026-11-27T21:00Z', false],
    ['2026-11-30T04:00Z', false],
    ['2026-07-16T20:00Z', true],
    ['2026-07-16T19:59Z', false],
  ])('over midnight belongs to the day on which it begins, by the clock of its place: %s', (moment, open) => {
    expect(closedAt(at(moment), maintenance(nights)) === undefined).toBe(open);
  });

  test('of several one is enough', () => {
    const noon: MaintenanceWindow = { days: [5], from: 720, to: 780, timezone: 'UTC' };
    expect(closedAt(at('2026-11-27T12:30Z'), maintenance(nights, noon))).toBeUndefined();
    expect(closedAt(at('2026-11-27T13:00Z'), maintenance(nights, noon))).toBe(
      'hosts are changed within maintenance only: Mon, Tue, Wed, Thu 22:00 to 06:00 Europe/Berlin; Fri 12:00 to 13:00 UTC',
    );
  });

  test('from a time to the same time is all day', () => {
    const sunday: MaintenanceWindow = { days: [0], from: 0, to: 0, timezone: 'UTC' };
    expect(closedAt(at('2026-11-29T00:00Z'), maintenance(sunday))).toBeUndefined();
    expect(closedAt(at('2026-11-29T23:59Z'), maintenance(sunday))).toBeUndefined();
    expect(closedAt(at('2026-11-30T00:00Z'), maintenance(sunday))).toBeDefined();
  });

  test('is open for as long as it says, whatever it says', () => {
    const minute = fc.integer({ min: 0, max: 1439 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 6 }), minute, minute, (day, from, to) => {
        const week = Array.from({ length: 7 * 24 * 12 }, (_, index) => at('2026-11-22T00:00Z') + index * 300_000);
        const window: MaintenanceWindow = { days: [day], from: from - (from % 5), to: to - (to % 5), timezone: 'UTC' };
        const open = week.filter((ms) => closedAt(ms, maintenance(window)) === undefined);
        expect(open.length * 5).toBe((window.to - window.from + 1440) % 1440 || 1440);
      }),
      { numRuns: 20 },
    );
  });
});

describe('a freeze', () => {
  const days: Freeze = { from: { day: '2026-12-20' }, to: { day: '2027-01-04' }, timezone: 'Asia/Tokyo', reason: 'year-end' };
  test.each([
    ['2026-12-19T14:59Z', true],
    ['2026-12-19T15:00Z', false],
    ['2027-01-04T14:59Z', false],
    ['2027-01-04T15:00Z', true],
  ])('of days holds from the first to the end of the last, by the clock of its place: %s', (moment, open) => {
    expect(closedAt(at(moment), freeze(days)) === undefined).toBe(open);
  });

  test('says until when, and why', () => {
    expect(closedAt(at('2026-12-24T00:00Z'), freeze(days))).toBe('changes are frozen until the end of 2027-01-04 (year-end)');
    const hour: Freeze = { from: { ms: at('2026-12-01T10:00Z') }, to: { ms: at('2026-12-01T11:00Z') } };
    expect(closedAt(at('2026-12-01T10:00Z'), freeze(hour))).toBe('changes are frozen until 2026-12-01T11:00:00Z');
    expect(closedAt(at('2026-12-01T11:00Z'), freeze(hour))).toBeUndefined();
  });

  test('holds within maintenance as well', () => {
    const always: MaintenanceWindow = { days: [0, 1, 2, 3, 4, 5, 6], from: 0, to: 0 };
    expect(closedAt(at('2026-12-24T00:00Z'), { maintenance: [always], freeze: [days] })).toContain('frozen');
  });
});
