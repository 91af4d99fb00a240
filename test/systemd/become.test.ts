import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Become } from '../../src/domain/transport.ts';
import { MORE_PACKAGES } from '../lab/base-tree.ts';
import { fleetIsMissing } from '../lab/commands.ts';
import { TestFleet } from '../lab/fleet.ts';
import { hostNamed, reach } from '../lab/reach.ts';
import { apply, edited, failureOf, takeBack } from './transactions.ts';

const missing = fleetIsMissing();

const PASSWORD = `R00t "pass'$word`;
const password = { secret: 'become' };
const F = '/etc/become.conf';

/** Sudo has tests of its own: test/faults/34-sudo. */
describe.skipIf(missing)(`privilege by doas and su${missing ? ` (${missing})` : ''}`, () => {
  let fleet: TestFleet;

  beforeAll(async () => {
    fleet = await TestFleet.up({ become: {} }, MORE_PACKAGES);
    const host = fleet.host('become');
    const key = readFileSync(`${fleet.key}.pub`);
    for (const name of ['free', 'asked', 'unlisted']) {
      await host.exec('useradd', '--create-home', '--shell', '/bin/bash', name);
      host.write(`/home/${name}/.ssh/authorized_keys`, key, 0o600);
      await host.exec('chown', '-R', `${name}:`, `/home/${name}`);
    }
    await host.exec('sh', '-c', 'printf "%s\\n" "$1" "$2" | chpasswd', 'sh', `root:${PASSWORD}`, `asked:${PASSWORD}`);
    host.write('/etc/doas.conf', 'permit nopass free as root\npermit nopass free as asked\npermit asked as root\n', 0o400);
    host.write(F, 'old\n');
  });

  afterAll(async () => {
    await fleet?.[Symbol.asyncDispose]();
  });

  const way = (user: string, become: Partial<Become>, secret?: string) =>
    reach(fleet, { user, become: { enabled: true, user: 'root', ...become } }, secret);

  async function whoami(user: string, become: Partial<Become>, secret?: string): Promise<string> {
    const fleetOf = way(user, become, secret);
    try {
      const { stdout } = await (await fleetOf.read(hostNamed('become'))).probe([
        'sh',
        '-c',
        'id -un; cat /proc/[0-9]*/cmdline | grep -c "R00[t]"',
      ]);
      return Buffer.from(stdout).toString().trim().replace('\n', ' ');
    } finally {
      await fleetOf.close(hostNamed('become'));
    }
  }

  it.each<readonly [string, string, Partial<Become>, string | undefined, string]>([
    ['doas that asks nobody', 'free', { method: 'doas' }, undefined, 'root'],
    ['doas to another user', 'free', { method: 'doas', user: 'asked' }, undefined, 'asked'],
    ['su by the password of root', 'free', { method: 'su', password }, PASSWORD, 'root'],
    ['su by the password of another user', 'free', { method: 'su', user: 'asked', password }, PASSWORD, 'asked'],
    ['su by root, whom nobody asks', 'root', { method: 'su', user: 'asked' }, undefined, 'asked'],
  ])('is given by %s, and the password is in no argument of any process', async (_how, user, become, secret, expected) => {
    expect(await whoami(user, become, secret)).toBe(`${expected} 0`);
  });

  it.each<readonly [string, string, Partial<Become>, string | undefined, RegExp]>([
    [
      'a password that su does not accept, which is tried once',
      'free',
      { method: 'su', password },
      'wrong',
      /become root on become: .*Authentication failure/,
    ],
    ['a su that wants a password where there is none', 'free', { method: 'su' }, undefined, /cannot become root/],
    ['an account that doas.conf does not have', 'unlisted', { method: 'doas' }, undefined, /doas: Operation not permitted/],
    ['a doas that wants a password', 'asked', { method: 'doas' }, undefined, /doas: Authentication required/],
    [
      'a password for doas, which reads one from a terminal alone',
      'asked',
      { method: 'doas', password },
      PASSWORD,
      /reads a password from a terminal alone/,
    ],
  ])('is not given with %s: a failure that says so', async (_what, user, become, secret, message) => {
    expect(await failureOf(whoami(user, become, secret))).toMatchObject({ code: 'become', message: expect.stringMatching(message) });
  });

  it('says a wrong password once, also where something else was read before', async () => {
    const host = fleet.host('become');
    // A marker of our own in the log: what stands after it is this test's.
    await host.exec('logger', '-t', 'test', 'one wrong password');
    const fleetOf = way('free', { method: 'su', password }, 'wrong');
    try {
      // The shell that comes with the login is root's.
      const asRoot = await fleetOf.read(hostNamed('become'));
      const asFree = await fleetOf.read(hostNamed('become'), { become: false });
      expect(Buffer.from((await asFree.probe(['id', '-un'])).stdout).toString()).toBe('free\n');
      for (const _again of [1, 2]) expect(await failureOf(asRoot.probe(['id', '-un']))).toMatchObject({ code: 'become' });
    } finally {
      await fleetOf.close(hostNamed('become'));
    }
    const log = (await host.exec('journalctl', '--no-pager', '-o', 'cat')).split('one wrong password').at(-1) ?? '';
    expect(log.match(/FAILED SU/g)).toHaveLength(1);
  });

  it.each<readonly [string, Partial<Become>, string | undefined]>([
    ['doas', { method: 'doas' }, undefined],
    ['su', { method: 'su', password }, PASSWORD],
  ])('by %s is enough to change a file of root and to take it back', async (_how, become, secret) => {
    const fleetOf = way('free', become, secret);
    try {
      const change = await edited(fleetOf, 'become', F, 'new\n');
      expect(await apply(fleetOf, 'become', [change])).toEqual([{ kind: 'done' }]);
      expect(fleet.host('become').read(F).toString()).toBe('new\n');
      expect(await takeBack(fleetOf, 'become', [change])).toEqual([{ kind: 'done' }]);
      expect(fleet.host('become').read(F).toString()).toBe('old\n');
    } finally {
      await fleetOf.close(hostNamed('become'));
    }
  });
});
