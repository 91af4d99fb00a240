import { expect, test } from 'vitest';
import { ageOf, parseHostClock, parseSyslogLine } from '../../src/formats/syslog.ts';

/** 2026-11-22 08:05:00 UTC. */
const UTC = Date.UTC(2026, 10, 22, 8, 5, 0);
const BERLIN = { utc: UTC, wall: UTC + 3_600_000 };
const PLAIN = { utc: UTC, wall: UTC };

test.each([
  ['1795334700 +0000\n', PLAIN],
  ['1795334700 +0100\n', BERLIN],
  ['1795334700 -0330', { utc: UTC, wall: UTC - 12_600_000 }],
])('date +%%s %%z prints %j', (text, clock) => {
  expect(parseHostClock(text)).toEqual(clock);
});

test.each(['', 'Sun Nov 22', '1795334700', '%s %z\n'])('%j is no clock', (text) => {
  expect(parseHostClock(text)).toBeUndefined();
});

test.each([
  ['rsyslog, traditional', 'Nov 22 09:04:50 k8s01 kubelet[345]: unknown flag: --x', BERLIN, 'kubelet', 'unknown flag: --x', 10],
  ['a day of one digit', 'Nov  2 08:05:00 k8s01 kubelet[345]: hi', PLAIN, 'kubelet', 'hi', 20 * 86_400],
  ['rsyslog, ISO stamp with offset', '2026-11-22T09:04:10.031206+01:00 k8s01 kubelet[345]: F1122 x', PLAIN, 'kubelet', 'F1122 x', 49.969],
  ['ISO stamp in UTC', '2026-11-22T08:04:10Z k8s01 systemd[1]: Started x.', BERLIN, 'systemd', 'Started x.', 50],
  ['busybox, no process id', 'Nov 22 08:04:10 box daemon.err kubelet: hi', PLAIN, undefined, undefined, undefined],
  ['a program without process id', 'Nov 22 08:04:10 box kernel: [ 1.0] oom', PLAIN, 'kernel', '[ 1.0] oom', 50],
  [
    'December seen in January is of last year',
    'Dec 31 23:59:50 h a: b',
    { utc: Date.UTC(2027, 0, 1), wall: Date.UTC(2027, 0, 1) },
    'a',
    'b',
    10,
  ],
  ['a clock that is a little ahead', 'Nov 22 08:06:00 h a: b', PLAIN, 'a', 'b', -60],
  ['no syslog line', 'goroutine 1 [running]:', PLAIN, undefined, undefined, undefined],
  ['a month that is none', 'Foo 22 08:04:10 h a: b', PLAIN, undefined, undefined, undefined],
])('%s', (_title, text, clock, program, message, ageSeconds) => {
  const line = parseSyslogLine(text, clock);
  expect(line && { program: line.program, message: line.message, age: Math.round(ageOf(line, clock)) / 1_000 }).toEqual(
    program === undefined ? undefined : { program, message, age: ageSeconds },
  );
});
