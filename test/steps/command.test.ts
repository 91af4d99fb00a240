import { describe, expect, test } from 'vitest';
import { commandProbe } from '../../src/steps/command.probe.ts';
import { commandRun } from '../../src/steps/command.run.ts';
import { FakeHost } from '../fakes/fake-host.ts';

describe('command.probe', () => {
  const host = () =>
    new FakeHost({ programs: { 'sysctl -n vm.swappiness': { stdout: '10\n', stderr: 'a warning\n' }, false: { code: 1 } } });

  test.each([
    ['a pattern sees the line without its newline', { stdout_matches: '^10$' }, []],
    [
      'a pattern that does not match',
      { stdout_matches: '^60$' },
      ['sysctl -n vm.swappiness prints something that matches "^60$": expected, but it printed "10"'],
    ],
    ['another exit code', { code: 1 }, ['sysctl -n vm.swappiness ends with 1: expected, but it ended with 0']],
    ['nothing expected', {}, []],
  ])('%s', async (_title, expected, unmet) => {
    const params = { argv: ['sysctl', '-n', 'vm.swappiness'], read_only: true, timeout: '10s', expect: expected };
    const state = await commandProbe.observe(host(), params);
    expect(commandProbe.verify?.(state, params).map(({ what }) => what)).toEqual(unmet);
    expect(commandProbe.outputs?.of(state, params)).toEqual({ code: 0, stdout: '10\n', stderr: 'a warning\n' });
  });

  test.each([
    ['is not declared to be read-only', { argv: ['false'], read_only: false, timeout: '10s' }],
    ['has a broken pattern', { argv: ['false'], read_only: true, timeout: '10s', expect: { stdout_matches: '(' } }],
  ])('is not run when it %s', async (_title, params) => {
    const asked = host();
    await expect(commandProbe.observe(asked, params)).rejects.toMatchObject({ failure: { code: 'bad-params' } });
    expect(asked.asked).toEqual([]);
  });
});

describe('command.run', () => {
  const argv = ['modprobe', 'x'];
  const undo = ['modprobe', '-r', 'x'];
  const change = { kind: 'command', argv, timeoutMs: 90_000, sensitive: false };

  test.each([
    ['with its undo', { undo }, [{ ...change, undo: { argv: undo }, says: ['~ run modprobe x'] }]],
    [
      'that cannot be taken back',
      { irreversible: 'it is gone' },
      [{ ...change, undo: { irreversible: 'it is gone' }, says: ['~ run modprobe x', '~ cannot be taken back: it is gone'] }],
    ],
  ])('a command %s is planned as it is', async (_title, more, changes) => {
    const params = { argv, timeout: '1m30s', ...more };
    expect(commandRun.plan?.(await commandRun.observe(new FakeHost(), params), params)).toEqual(changes);
  });

  test.each([
    ['neither', {}, 'the command has neither undo nor irreversible; it needs exactly one of them'],
    ['both', { undo, irreversible: 'x' }, 'the command has both undo and irreversible; it needs exactly one of them'],
  ])('%s of undo and irreversible is refused', async (_title, more, message) => {
    const params = { argv, timeout: '1m', ...more };
    expect(commandRun.plan?.(await commandRun.observe(new FakeHost(), params), params)).toMatchObject({ code: 'bad-params', message });
  });

  test.each([
    [0, 0, 0],
    [1, 0, 1],
    [1, 1, 0],
    [127, 0, 1],
  ])('where unless ends with %i and %i means nothing to do, %i commands run', async (code, wanted, count) => {
    const params = { argv, undo, timeout: '1m', unless: { argv: ['test', '-d', '/x'], code: wanted } };
    const host = new FakeHost({ programs: { 'test -d /x': { code } } });
    expect(commandRun.plan?.(await commandRun.observe(host, params), params)).toHaveLength(count);
  });
});
