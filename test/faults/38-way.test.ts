import { execFileSync } from 'node:child_process';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Connection, Target } from '../../src/domain/transport.ts';
import { createSsh2Transport } from '../../src/transport/ssh2-transport.ts';
import { refusalOf } from '../ssh/failure.ts';
import { type CuttingProxy, startProxy } from '../ssh/proxy.ts';
import { freePort, type Sshd, startSshd, whyNoSshd } from '../ssh/sshd.ts';
import { through } from '../ssh/through.ts';
import { request, secretsFrom, text } from '../transport/requests.ts';
import { loopbackInventory, PROBE_BOOK, runLoopback } from './loopback.ts';

const missing = whyNoSshd();

describe.skipIf(missing !== undefined)(`faults on the way to a real sshd${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  let sshd: Sshd;
  const transport = createSsh2Transport({ secrets: secretsFrom({}) });

  beforeAll(async () => {
    sshd = await startSshd();
  });
  afterAll(() => sshd.stop());

  const overProxy = async (work: (connection: Connection, proxy: CuttingProxy) => Promise<void>, changes: Partial<Target> = {}) => {
    const proxy = await startProxy(sshd.port);
    try {
      await work(await transport.connect(through(sshd, proxy, changes)), proxy);
    } finally {
      await proxy.close();
    }
  };

  it('fault 38: calls a command lost when the network breaks under it', () =>
    overProxy(async (connection, proxy) => {
      const running = connection.exec(request('echo working; exec sleep 20'));
      const before = proxy.received();
      await vi.waitUntil(() => proxy.received() > before + 100);
      proxy.cut();
      expect(await running).toMatchObject({ kind: 'lost', why: expect.any(String) });
      expect(connection.closed).toBe(true);
    }));

  it('fault 38: never takes a cut connection for success, wherever the cut is', async () => {
    const probe = await startProxy(sshd.port);
    const connection = await transport.connect(through(sshd, probe));
    const login = probe.received();
    await connection.exec(request('printf 12345'));
    const total = probe.received();
    await connection.close();
    await probe.close();
    const kinds = new Map<string, number>();
    for (let at = login; at < total; at += 16) {
      const proxy = await startProxy(sshd.port, { cutAfterBytes: at });
      const result = await transport.connect(through(sshd, proxy)).then(
        (cut) => cut.exec(request('printf 12345')),
        () => undefined,
      );
      await proxy.close();
      const kind = result?.kind ?? 'not connected';
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      if (result?.kind === 'exited') expect(text(result.stdout)).toBe('12345');
    }
    expect(kinds.get('lost')).toBeGreaterThan(5);
  });

  it('fault 38: calls a command lost when sshd dies under it', async () => {
    const connection = await transport.connect(sshd.target());
    const pid = text((await connection.exec(request('echo $PPID'))).stdout).trim();
    const running = connection.exec(request('exec sleep 20'));
    execFileSync('kill', ['-KILL', pid]);
    expect(await running).toMatchObject({ kind: 'lost' });
  });

  it('fault 38: notices by keep-alives that a host is no longer there', () =>
    overProxy(
      async (connection, proxy) => {
        const running = connection.exec(request('exec sleep 20', { timeoutMs: 30_000 }));
        proxy.freeze();
        expect(await running).toMatchObject({ kind: 'lost', why: 'Keepalive timeout' });
      },
      { keepAliveMs: 100 },
    ));

  it('fault 38: is unreachable when nothing listens', async () => {
    const port = await freePort();
    const failure = await refusalOf(transport.connect(sshd.target({ port })));
    expect(failure).toMatchObject({ code: 'unreachable', at: `127.0.0.1:${port}`, message: expect.stringContaining('connection refused') });
  });

  it('fault 38: is unreachable when the name does not resolve', async () => {
    expect((await refusalOf(transport.connect(sshd.target({ address: 'no-such-host.invalid' })))).code).toBe('unreachable');
  });

  it('fault 38: times out on a port that never says a word', async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    const failure = await refusalOf(transport.connect(sshd.target({ port, connectTimeoutMs: 300 })));
    expect(failure).toMatchObject({ code: 'timed-out', message: expect.stringContaining('key exchange') });
    silent.close();
  });

  it('fault 38: times out where the login hangs', async () => {
    const proxy = await startProxy(sshd.port);
    const key = sshd.newKey('asks', { passphrase: 'open sesame' });
    // The passphrase comes, but from then on nothing passes.
    const secrets = {
      get: async () => {
        proxy.freeze();
        return 'open sesame';
      },
    };
    const target = through(sshd, proxy, { identityFiles: [key], connectTimeoutMs: 2_000 });
    const failure = await refusalOf(createSsh2Transport({ secrets }).connect(target));
    expect(failure).toMatchObject({ code: 'timed-out', message: expect.stringContaining('login') });
    await proxy.close();
  });

  it('fault 38: takes its time with a host that is two seconds away', async () => {
    const proxy = await startProxy(sshd.port, { latencyMs: 1_000 });
    const connection = await transport.connect(through(sshd, proxy, { connectTimeoutMs: 60_000 }));
    expect(await connection.exec(request('echo far; exit 3', { timeoutMs: 60_000 }))).toMatchObject({ kind: 'exited', code: 3 });
    await connection.close();
    await proxy.close();
  });

  it('fault 38: gives up a host that answers with a byte a second, at the login and under a command', async () => {
    const slow = await startProxy(sshd.port);
    slow.trickle(1);
    const failure = await refusalOf(transport.connect(through(sshd, slow, { connectTimeoutMs: 1_500 })));
    expect(failure).toMatchObject({ code: 'timed-out', message: expect.stringContaining('key exchange') });
    await slow.close();
    await overProxy(async (connection, proxy) => {
      proxy.trickle(1);
      expect(await connection.exec(request('true', { timeoutMs: 1_500 }))).toMatchObject({ kind: 'timed-out' });
    });
  });

  it('fault 38: brings the host to a named end on the command line, whatever the network does to it', async () => {
    const mute = createServer(() => {});
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const { port } = mute.address() as { port: number };
    const slow = await startProxy(sshd.port);
    slow.trickle(1);
    const shut = await startProxy(sshd.port, { turnAway: Number.POSITIVE_INFINITY });
    const impatient = { connectTimeoutMs: 2_000 };
    const targets = {
      refuses: sshd.target({ port: await freePort() }),
      says_nothing: sshd.target({ port, ...impatient }),
      trickles: through(sshd, slow, impatient),
      hangs_up: through(sshd, shut, impatient),
      well: sshd.target(),
    };
    const ended = await runLoopback('diagnose', PROBE_BOOK, loopbackInventory(sshd.directory, targets));
    expect(ended.outcomes).toEqual({
      refuses: expect.stringMatching(/^unreachable \(unreachable: .*connection refused/),
      says_nothing: expect.stringMatching(/^unreachable \(timed-out: .*key exchange/),
      trickles: expect.stringMatching(/^unreachable \(timed-out: /),
      hangs_up: expect.stringMatching(/^unreachable \((unreachable|timed-out): /),
      well: 'healthy',
    });
    expect(ended.code).toBe(4);
    mute.close();
    await Promise.all([slow.close(), shut.close()]);
  });
});
