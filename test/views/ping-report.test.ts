import { describe, expect, test } from 'vitest';
import type { Failure } from '../../src/domain/failure.ts';
import type { Facts } from '../../src/domain/host.ts';
import { type Pinged, type Pong, pingExitCode, pingReport } from '../../src/views/ping-report.ts';

const FACTS: Facts = {
  hostname: 'a',
  machine_id: '1'.repeat(32),
  boot_id: 'b',
  kernel: '6.1',
  os_id: 'debian',
  os_version: '12',
  systemd: true,
  undo_by: 'systemd',
  uid: 0,
};
const FIT: Pong = { facts: FACTS, tookMs: 20, skewMs: 300, freeKiB: 9_000_000, missing: { needed: [], wanted: [] } };

function pinged(host: string, changes: Partial<Pong> = {}, facts: Partial<Facts> = {}): Pinged {
  return { host, pong: { ...FIT, ...changes, facts: { ...FACTS, machine_id: host.padEnd(32, '0'), ...facts } } };
}

describe('a ping', () => {
  test.each<readonly [string, Partial<Pong>, Partial<Facts>, 'bad' | 'warn', RegExp]>([
    ['programs that a change needs', { missing: { needed: ['stat', 'sync'], wanted: [] } }, {}, 'bad', /no stat, sync/],
    ['hardly any room', { freeKiB: 100 }, {}, 'bad', /100 KiB left/],
    ['little room', { freeKiB: 50_000 }, {}, 'warn', /48 MiB left/],
    ['a clock that is behind', { skewMs: -65_000 }, {}, 'warn', /65 s behind/],
    ['a clock that is ahead', { skewMs: 6_000 }, {}, 'warn', /6 s ahead/],
    ['no machine-id', {}, { machine_id: '' }, 'warn', /no \/etc\/machine-id/],
    ['an undo by a process', {}, { undo_by: 'process' }, 'warn', /a reboot ends/],
    ['an undo by at', {}, { undo_by: 'at' }, 'warn', /at\(1\)/],
    ['programs that are good to have', { missing: { needed: [], wanted: ['timeout'] } }, {}, 'warn', /no timeout/],
    ['a lock', { lock: { tx: 'abc', state: 'applied', owner: 'run 1 by ada' } }, {}, 'warn', /locked by run 1 by ada/],
  ])('tells of %s', (_what, changes, facts, severity, says) => {
    const [row] = pingReport([pinged('a', changes, facts)]);
    expect(row?.findings).toEqual([{ severity, says: expect.stringMatching(says), next: expect.any(String) }]);
  });

  test('ends with 3 when a host is amiss, whoever else was not reached; with 4 when that is all; else with 0', () => {
    const amiss: Pinged = { host: 'a', failure: { code: 'bad-input', message: 'no such key' } };
    const away: Pinged = { host: 'b', failure: { code: 'unreachable', message: 'no route' } };
    const code = (...all: readonly Pinged[]) => pingExitCode(pingReport(all));
    expect([code(amiss, away), code(amiss), code(away, pinged('c')), code(pinged('c'))]).toEqual([3, 3, 4, 0]);
  });

  test('says nothing of a host that is fit', () => {
    expect(pingReport([pinged('a')])).toEqual([{ host: 'a', reached: true, findings: [] }]);
  });

  test('tells of two names for one machine on both of them', () => {
    const rows = pingReport([pinged('a', {}, { machine_id: 'x' }), pinged('b', {}, { machine_id: 'x' }), pinged('c')]);
    expect(rows.map(({ host, findings }) => [host, findings[0]?.says])).toEqual([
      ['a', 'it is the same machine as b'],
      ['b', 'it is the same machine as a'],
      ['c', undefined],
    ]);
  });

  test('has the worst first, and else the order of the inventory', () => {
    const failed = (host: string, code: Failure['code']): Pinged => ({ host, failure: { code, message: code } });
    const rows = pingReport([
      pinged('fit'),
      pinged('full', { freeKiB: 1 }),
      pinged('skewed', { skewMs: 60_000 }),
      failed('sudo', 'become'),
      failed('gone', 'unreachable'),
      pinged('fit-too'),
      failed('stranger', 'host-key'),
    ]);
    expect(rows.map(({ host, reached }) => `${host} ${reached}`)).toEqual([
      'gone false',
      'stranger false',
      'full true',
      'sudo true',
      'skewed true',
      'fit true',
      'fit-too true',
    ]);
  });
});
