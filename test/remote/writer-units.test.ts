import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Change, CommandChange, TriggerAction, TriggerChange, UnitChange, UnitState } from '../../src/domain/change.ts';
import { hostWithout, localFleet, shells, temporaryDirectory } from './local-fleet.ts';
import { apply, kinds, planned } from './transactions.ts';

/**
 * A systemctl that writes down what it is told, and keeps the state of the unit's file; `failing` fails, `idle` has no effect,
 * `show` and `is-active` print what they are given.
 */
function stubHost(stub: { show?: string; isActive?: string; failing?: string; idle?: string; says?: string } = {}): {
  calls(): readonly string[];
  fleet: ReturnType<typeof localFleet>['fleet'];
} {
  const log = `${temporaryDirectory()}/calls`;
  writeFileSync(log, '');
  writeFileSync(`${log}.show`, `${stub.show ?? 'UnitFileState=enabled\nActiveState=active'}\n`);
  const systemctl = `#!/bin/sh
[ "$1" = --no-ask-password ] && shift
case $1 in
show) cat '${log}.show'; exit 0 ;;
is-active) echo '${stub.isActive ?? 'active'}'; exit 0 ;;
esac
echo "$*" >>'${log}'
[ "$1" = '${stub.failing ?? ''}' ] && { echo '${stub.says ?? 'Job for x.service failed.'}' >&2; exit 1; }
[ "$1" = '${stub.idle ?? ''}' ] && exit 0
case $1 in
enable | mask) sed -i "s/^UnitFileState=.*/UnitFileState=\${1%e}ed/" '${log}.show' ;;
disable | unmask) sed -i 's/^UnitFileState=.*/UnitFileState=disabled/' '${log}.show' ;;
esac
exit 0
`;
  const { fleet } = localFleet({ shell: hostWithout([], { systemctl }) });
  return { calls: () => readFileSync(log, 'utf8').split('\n').slice(0, -1), fleet };
}

const UP: UnitState = { active: true, enabled: true, masked: false };
const DOWN: UnitState = { active: false, enabled: false, masked: false };

function unitChange(before: UnitState, after: UnitState): UnitChange {
  return { kind: 'unit', unit: 'x.service', before, after, says: [], sensitive: false };
}

function trigger(action: TriggerAction, before: UnitState = UP): TriggerChange {
  return action === 'daemon-reload'
    ? { kind: 'trigger', action, says: [], sensitive: false }
    : { kind: 'trigger', action, unit: 'x.service', before, says: [], sensitive: false };
}

function command(argv: readonly string[], timeoutMs = 10_000): CommandChange {
  return { kind: 'command', argv, timeoutMs, undo: { argv: ['true'] }, says: [], sensitive: false };
}

function endProcess(pidFile: string): void {
  try {
    process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGKILL');
  } catch {
    // It has ended.
  }
}

describe('unit state', () => {
  test.each([
    [UP, DOWN, 'UnitFileState=enabled\nActiveState=active', ['disable -- x.service', 'stop -- x.service']],
    [DOWN, UP, 'UnitFileState=disabled\nActiveState=inactive', ['enable -- x.service', 'start -- x.service']],
    [
      { ...DOWN, masked: true },
      UP,
      'UnitFileState=masked\nActiveState=inactive',
      ['unmask -- x.service', 'enable -- x.service', 'start -- x.service'],
    ],
    [UP, { ...UP, active: false, masked: true }, 'UnitFileState=enabled\nActiveState=failed', ['stop -- x.service', 'mask -- x.service']],
    [UP, { ...UP, enabled: false }, 'UnitFileState=enabled-runtime\nActiveState=failed', ['disable -- x.service']],
  ])('goes from %o to %o by the calls that are needed', async (before, after, show, expected) => {
    const { fleet, calls } = stubHost({ show });
    expect(await kinds(fleet, [unitChange(before, after)])).toEqual(['done']);
    expect(calls()).toEqual(expected);
  });

  test.each([
    ['enable', DOWN, { ...DOWN, enabled: true }, 'static', 'still not enabled: systemd calls it static'],
    ['disable', UP, { ...UP, enabled: false }, 'enabled-runtime', 'still enabled: systemd calls it enabled-runtime'],
    ['unmask', { ...DOWN, masked: true }, DOWN, 'masked-runtime', 'still masked: systemd calls it masked-runtime'],
    ['mask', DOWN, { ...DOWN, masked: true }, 'disabled', 'still not masked: systemd calls it disabled'],
  ])('is not believed to have changed because %s ended well', async (idle, before, after, state, says) => {
    const { fleet } = stubHost({ idle, show: `UnitFileState=${state}\nActiveState=inactive` });
    expect(await apply(fleet, [unitChange(before, after)])).toMatchObject([{ kind: 'failed', message: expect.stringContaining(says) }]);
    expect(await kinds(fleet, [unitChange(before, after)], true)).toEqual(['failed']);
  });

  test.each([
    [unitChange(UP, { ...UP, enabled: false }), 'UnitFileState=disabled\nActiveState=active', 'enabled or disabled'],
    [unitChange({ ...DOWN, masked: true }, DOWN), 'UnitFileState=disabled\nActiveState=inactive', 'masked or unmasked'],
    [unitChange(DOWN, { ...DOWN, active: true }), 'UnitFileState=disabled\nActiveState=activating', 'was started'],
  ])('that moved since the plan is stale, and nothing else is touched', async (change, show, says) => {
    const { fleet, calls } = stubHost({ show });
    const path = `${temporaryDirectory()}/f`;
    writeFileSync(path, 'old');
    const results = await apply(fleet, [await planned(fleet, path, 'new'), change]);
    expect(results).toMatchObject([{ kind: 'not-reached' }, { kind: 'stale', message: expect.stringContaining(says) }]);
    expect([readFileSync(path, 'utf8'), calls()]).toEqual(['old', []]);
  });
});

describe('triggers', () => {
  test('are carried out in the order given, after the files', async () => {
    const { fleet, calls } = stubHost();
    const path = `${temporaryDirectory()}/f`;
    writeFileSync(path, 'old');
    const changes = [
      await planned(fleet, path, 'new'),
      trigger('daemon-reload'),
      trigger('reset-failed'),
      trigger('restart'),
      trigger('reload'),
    ];
    expect(await kinds(fleet, changes)).toEqual(['done', 'done', 'done', 'done', 'done']);
    expect(calls()).toEqual(['daemon-reload', 'reset-failed -- x.service', 'restart -- x.service', 'reload -- x.service']);
  });

  test('that fail say why, and end the transaction', async () => {
    const { fleet, calls } = stubHost({ failing: 'daemon-reload', says: 'Access denied' });
    expect(await apply(fleet, [trigger('daemon-reload'), trigger('restart')])).toEqual([
      { kind: 'failed', message: 'daemon-reload ended with 1: Access denied' },
      { kind: 'not-reached' },
    ]);
    expect(calls()).toEqual(['daemon-reload']);
  });

  test('that reset a unit which systemd has forgotten are done', async () => {
    const { fleet } = stubHost({
      failing: 'reset-failed',
      says: 'Failed to reset failed state of unit x.service: Unit x.service not loaded.',
    });
    expect(await kinds(fleet, [trigger('reset-failed')])).toEqual(['done']);
  });

  test.each([
    ['a unit that was stopped is stopped again', DOWN, {}, ['stop -- x.service'], 'done'],
    ['a unit that was started is restarted', UP, {}, ['restart -- x.service'], 'done'],
    ['a unit that crash-looped may crash-loop again', UP, { failing: 'restart', isActive: 'activating' }, ['restart -- x.service'], 'done'],
    ['a unit that stays down is a failure', UP, { failing: 'restart', isActive: 'failed' }, ['restart -- x.service'], 'failed'],
  ])('in an undo: %s', async (_name, before, stub, expected, kind) => {
    const { fleet, calls } = stubHost(stub);
    expect(await kinds(fleet, [trigger('restart', before)], true)).toEqual([kind]);
    expect(calls()).toEqual(expected);
  });

  test('a restart that fails outside an undo is a failure, whatever comes of it', async () => {
    const { fleet } = stubHost({ failing: 'restart', isActive: 'activating' });
    expect(await kinds(fleet, [trigger('restart')])).toEqual(['failed']);
  });

  test('need systemd', async () => {
    const { fleet } = localFleet({ shell: hostWithout(['systemctl']) });
    expect(await apply(fleet, [trigger('restart')])).toEqual([
      { kind: 'failed', message: 'the host has no systemctl; nothing was changed' },
    ]);
  });
});

describe('commands', () => {
  test('get their words as they are, and no others', async () => {
    const dir = temporaryDirectory();
    const { fleet } = localFleet();
    const words = [`it's`, '$HOME', '`id`', 'a b', '', '-n', '*', 'two\nlines'];
    expect(await kinds(fleet, [command(['sh', '-c', `printf '%s|' "$@" >${dir}/out; umask >>${dir}/out`, 'sh', ...words])])).toEqual([
      'done',
    ]);
    expect(readFileSync(`${dir}/out`, 'utf8')).toBe(`${words.join('|')}|0022\n`);
  });

  test.each<readonly [string, Change, string]>([
    ['that fail say why', command(['sh', '-c', 'echo out; echo why >&2; exit 3']), 'ended with 3: why'],
    ['are ended by their limit', command(['sleep', '60'], 1_000), 'sleep 60 did not end in time'],
    ['that are not there are refused', command(['no-such-program']), 'no-such-program is not on the host'],
    ['that end with 75 have failed', command(['sh', '-c', 'exit 75']), 'ended with 75'],
  ])('%s', async (_name, change, says) => {
    expect(await apply(localFleet().fleet, [change])).toMatchObject([{ kind: 'failed', message: expect.stringContaining(says) }]);
  });

  test('that are not there are seen before a file is written', async () => {
    const path = `${temporaryDirectory()}/f`;
    writeFileSync(path, 'old');
    const { fleet } = localFleet();
    expect(await kinds(fleet, [await planned(fleet, path, 'new'), command(['no-such-program'])])).toEqual(['not-reached', 'failed']);
    expect(readFileSync(path, 'utf8')).toBe('old');
  });

  test.each(shells)('that leave a child which keeps their output open are done when they have ended ($name)', async (shell) => {
    const { fleet } = localFleet({ shell });
    const pidFile = `${temporaryDirectory()}/pid`;
    onTestFinished(() => endProcess(pidFile));
    // The child still talks: it must not be ended by that either.
    const child = 'while sleep 1; do echo still here; done';
    const start = command([
      'sh',
      '-c',
      `sh -c 'echo $$ >${pidFile}; ${child}' & until [ -s ${pidFile} ]; do :; done; echo said >&2; exit 3`,
    ]);
    expect(await apply(fleet, [start])).toMatchObject([{ kind: 'failed', message: expect.stringContaining('ended with 3: said') }]);
    expect(process.kill(Number(readFileSync(pidFile, 'utf8')), 0)).toBe(true);
  });

  test.each(shells)('that have said more than is kept do not end a child which still talks ($name)', async (shell) => {
    const { fleet } = localFleet({ shell });
    const [pidFile, spoke] = [`${temporaryDirectory()}/pid`, `${temporaryDirectory()}/spoke`];
    const child = `echo $$ >${pidFile}; sleep 2; echo more; echo yes >${spoke}`;
    const start = command(['sh', '-c', `yes | head -c 40000; sh -c '${child}' & until [ -s ${pidFile} ]; do :; done`]);
    expect(await kinds(fleet, [start])).toEqual(['done']);
    await vi.waitFor(() => expect(readFileSync(spoke, 'utf8')).toBe('yes\n'), 20_000);
  });

  test('that print for ever are cut off', async () => {
    expect(await kinds(localFleet().fleet, [command(['sh', '-c', 'yes | head -c 9000000; exit 0'])])).toEqual(['done']);
  });
});
