import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Fleet } from '../../src/domain/access.ts';
import { fleetIsMissing } from '../lab/commands.ts';
import { type HostWish, TestFleet } from '../lab/fleet.ts';
import { hostNamed, reach } from '../lab/reach.ts';
import { apply, command, edited, failureOf, transactionOf } from './transactions.ts';

const missing = fleetIsMissing();

function sshd(text: string): HostWish {
  return { files: { '/etc/ssh/sshd_config.d/a.conf': { text }, '/etc/app.conf': { text: 'old\n' } } };
}

const WISHES = {
  plain: sshd(''),
  twin: sshd(''),
  narrow: sshd('MaxSessions 1\n'),
  impatient: sshd('ChannelTimeout session:*=2s\n'),
  watchful: sshd('ClientAliveInterval 1\nClientAliveCountMax 1\n'),
  forced: sshd('ForceCommand echo no shell for you\n'),
  wrapped: sshd('ForceCommand sh -c "$SSH_ORIGINAL_COMMAND"\n'),
} as const;

/** The middle of a transaction: it says that it began, and goes on for longer than the way lasts. */
const BEGUN = '/run/begun';
const slowly = command('sh', '-c', `touch ${BEGUN}; sleep 3; echo out; echo err >&2`);

describe.skipIf(missing)(`the way to a real sshd${missing ? ` (${missing})` : ''}`, () => {
  let fleet: TestFleet;
  let way: Fleet;

  beforeAll(async () => {
    fleet = await TestFleet.up(WISHES);
    way = reach(fleet, { keepAliveMs: 500 });
  });

  afterAll(async () => {
    for (const name of fleet?.hosts.keys() ?? []) await way.close(hostNamed(name));
    await fleet?.[Symbol.asyncDispose]();
  });

  function sh(host: string, script: string): Promise<string> {
    return fleet.host(host).exec('/bin/sh', '-c', script);
  }

  /** Begins a transaction that edits a file after a while; calls `cut` in its middle. What it is called, and what came of it. */
  async function cutWhileApplying(host: string, cut: () => Promise<unknown>): Promise<{ tx: string; failure: unknown }> {
    await sh(host, `rm -f ${BEGUN}`);
    const transaction = transactionOf([await edited(way, host, '/etc/app.conf', `cut ${host}\n`), slowly, command('touch', '/run/after')]);
    const failure = failureOf((await way.write(hostNamed(host))).begin(transaction));
    await sh(host, `until [ -e ${BEGUN} ]; do :; done`);
    await cut();
    return { tx: transaction.id, failure: await failure };
  }

  /** Nobody listens any more; the transaction is carried to its end all the same, and a new connection can ask for it and confirm it. */
  async function expectCarriedToItsEnd(host: string, tx: string): Promise<void> {
    await sh(host, `until [ -e /run/after ] && [ -e /var/lib/runbook/tx/${tx}/st.APPLIED ]; do :; done`);
    expect(fleet.host(host).read('/etc/app.conf').toString()).toBe(`cut ${host}\n`);
    // Who has written the last state still has a few words to say.
    const stands = async () => (await way.read(hostNamed(host))).transaction(tx);
    await vi.waitUntil(async () => !(await stands()).working, { timeout: 30_000 });
    expect(await stands()).toMatchObject({ state: 'applied', working: false });
    expect(await (await way.write(hostNamed(host))).confirm(tx)).toEqual({ state: 'confirmed', remarks: [] });
    expect(await sh(host, 'ls -A /etc | grep "^.rb" || echo none')).toBe('none\n');
  }

  it.each(['narrow', 'watchful', 'wrapped'])('serves a transaction over %s', async (host) => {
    const change = await edited(way, host, '/etc/app.conf', 'new\n');
    expect(await apply(way, host, [change, command('sleep', '3')])).toEqual([{ kind: 'done' }, { kind: 'done' }]);
  });

  it('that runs something else is refused with what it said, and nothing was sent', async () => {
    const reader = await reach(fleet, { become: { enabled: false, user: 'root' } }).read(hostNamed('forced'));
    expect(await failureOf(reader.facts())).toMatchObject({ code: 'protocol', message: expect.stringContaining('no shell for you') });
  });

  it('says why a host that is still booting turns a login away', async () => {
    const text = 'System is booting up. Unprivileged users are not permitted to log in yet.';
    await sh('plain', `echo '${text}' >/run/nologin`);
    const failure = await failureOf(reach(fleet).read(hostNamed('plain')));
    await sh('plain', 'rm /run/nologin');
    expect(failure).toMatchObject({ code: 'unreachable', message: expect.stringContaining(`and said: ${text}`) });
  });

  it('is lost, not failed, when sshd closes the channel of a silent command', async () => {
    const { tx, failure } = await cutWhileApplying('impatient', async () => undefined);
    expect(failure).toMatchObject({ code: 'lost', message: expect.stringContaining('without an exit status') });
    await expectCarriedToItsEnd('impatient', tx);
  });

  it('is lost when the session ends under a transaction', async () => {
    const { tx, failure } = await cutWhileApplying('plain', () => sh('plain', 'pkill -KILL -f "[s]shd: ops@notty"'));
    expect(failure).toMatchObject({ code: 'lost' });
    await expectCarriedToItsEnd('plain', tx);
  });

  it('is lost when the link goes silent under a transaction', async () => {
    const { tx, failure } = await cutWhileApplying('watchful', () => fleet.host('watchful').cable('out'));
    expect(failure).toMatchObject({ code: 'lost' });
    await fleet.host('watchful').cable('in');
    await expectCarriedToItsEnd('watchful', tx);
  });

  it('outlives a restart of sshd within a transaction', async () => {
    const before = { active: true, enabled: true, masked: false };
    const restart = { kind: 'trigger', action: 'restart', unit: 'ssh.service', before, says: [], sensitive: false } as const;
    const change = await edited(way, 'narrow', '/etc/app.conf', 'newer\n');
    expect(await apply(way, 'narrow', [change, restart, command('true')])).toEqual([{ kind: 'done' }, { kind: 'done' }, { kind: 'done' }]);
  });

  it('is refused when the key of the host has changed since it was looked at', async () => {
    const host = hostNamed('twin');
    const change = await edited(way, 'twin', '/etc/app.conf', 'new\n');
    await way.close(host);
    await sh(
      'twin',
      'rm /etc/ssh/ssh_host_ed25519_key*; ssh-keygen -q -t ed25519 -N "" -f /etc/ssh/ssh_host_ed25519_key; systemctl restart ssh',
    );
    expect(await failureOf(apply(way, 'twin', [change]))).toMatchObject({
      code: 'host-key',
      message: expect.stringContaining('has changed'),
    });
    expect(readFileSync(`${fleet.host('twin').root}/etc/app.conf`, 'utf8')).toBe('old\n');
  });
});
