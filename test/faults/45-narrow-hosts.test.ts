import { describe, expect, it, onTestFinished } from 'vitest';
import { createSsh2Transport } from '../../src/transport/ssh2-transport.ts';
import { type CuttingProxy, type ProxyOptions, startProxy } from '../ssh/proxy.ts';
import { type Sshd, startSshd, whyNoSshd } from '../ssh/sshd.ts';
import { through } from '../ssh/through.ts';
import { request, secretsFrom, text } from '../transport/requests.ts';
import { loopbackInventory, PROBE_BOOK, runLoopback } from './loopback.ts';

const missing = whyNoSshd();

describe.skipIf(missing !== undefined)(`hosts that take few${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  const transport = createSsh2Transport({ secrets: secretsFrom({}) });

  async function sshdWith(...config: readonly string[]): Promise<Sshd> {
    const sshd = await startSshd({ config });
    onTestFinished(() => sshd.stop());
    return sshd;
  }

  async function proxyTo(sshd: Sshd, options: ProxyOptions): Promise<CuttingProxy> {
    const proxy = await startProxy(sshd.port, options);
    onTestFinished(() => proxy.close());
    return proxy;
  }

  /** Looks at so many hosts, all of them behind one sshd, and expects each to be reached. */
  async function expectAllReached(sshd: Sshd, count: number, ports: (n: number) => Promise<number> = async () => sshd.port): Promise<void> {
    const names = Array.from({ length: count }, (_, n) => `web${n}`);
    const targets = await Promise.all(
      names.map(async (name, n) => [name, through(sshd, { port: await ports(n) }, { connectTimeoutMs: 60_000 })] as const),
    );
    const ended = await runLoopback('diagnose', PROBE_BOOK, loopbackInventory(sshd.directory, Object.fromEntries(targets)));
    expect(ended.outcomes).toEqual(Object.fromEntries(names.map((name) => [name, 'healthy'])));
    expect(ended.code).toBe(0);
  }

  it('fault 45: one session at a time serves ten commands in turn', async () => {
    const narrow = await sshdWith('MaxSessions 1');
    const connection = await transport.connect(narrow.target());
    const results = await Promise.all(Array.from({ length: 10 }, (_, n) => connection.exec(request(`echo ${n}`))));
    expect(results.map((result) => text(result.stdout).trim())).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    await connection.close();
  });

  it('fault 45: a command does not wait for a session that a hanging one holds', async () => {
    const narrow = await sshdWith('MaxSessions 1');
    const connection = await transport.connect(narrow.target());
    const hanging = connection.exec(request('exec sleep 20', { timeoutMs: 200 }));
    const next = connection.exec(request('true', { timeoutMs: 15_000 }));
    expect((await hanging).kind).toBe('timed-out');
    expect(await next).toMatchObject({ kind: 'lost', why: 'the connection was given up after a command that did not end' });
  });

  it.each([
    ['takes one session a connection', ['MaxSessions 1']],
    ['takes two logins at a time, and hangs up on all others', ['MaxStartups 2:100:2']],
    ['hangs up on every second one past one login', ['MaxStartups 1:50:10']],
    ['gives two seconds for a login', ['LoginGraceTime 2']],
    ['does all of that', ['MaxSessions 1', 'MaxStartups 2:100:2', 'LoginGraceTime 2']],
  ])('fault 45: twenty hosts behind an sshd that %s are all reached', async (_what, config) => {
    await expectAllReached(await sshdWith(...config), 20);
  });

  it('fault 45: a host that hangs up seven times, as one does that punishes whoever comes too often, is reached the next time', async () => {
    const sshd = await sshdWith();
    const proxy = await proxyTo(sshd, { turnAway: 7 });
    await expectAllReached(sshd, 1, async () => proxy.port);
    expect(proxy.connections()).toBe(8);
  });

  it('fault 45: a host that refuses a key is not asked again: that is no crowd', async () => {
    const sshd = await sshdWith();
    const proxy = await proxyTo(sshd, {});
    const target = through(sshd, proxy, { identityFiles: [sshd.newKey('unknown', { allowed: false })] });
    const ended = await runLoopback('diagnose', PROBE_BOOK, loopbackInventory(sshd.directory, { web1: target }));
    expect(ended.outcomes).toEqual({ web1: expect.stringMatching(/^unreachable \(auth: /) });
    expect(proxy.connections()).toBe(1);
  });

  it('fault 45: forty logins are made two at a time where that is the limit', async () => {
    const sshd = await sshdWith('MaxStartups 2:100:2');
    const narrow = createSsh2Transport({ secrets: secretsFrom({}), limits: { handshakes: 2 } });
    const connections = await Promise.all(Array.from({ length: 40 }, () => narrow.connect(sshd.target())));
    expect(connections.every((connection) => !connection.closed)).toBe(true);
    await Promise.all(connections.map((connection) => connection.close()));
  });
});
