import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { hostKeyAlgorithms, pinnedAlgorithms } from '../../src/transport/algorithms.ts';
import type { Handlers } from '../../src/transport/client-parts.ts';
import { Countdown } from '../../src/transport/countdown.ts';
import { MarkerScanner } from '../../src/transport/marker-scanner.ts';
import { guardHandlers } from '../../src/transport/protocol-guard.ts';
import { Slots } from '../../src/transport/slots.ts';

describe('the marker scanner', () => {
  it('counts what a search of the whole would, wherever the stream is cut', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 40 });
    const marker = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(letters, marker, fc.array(fc.nat(6)), (stream, sought, cuts) => {
        const scanner = new MarkerScanner(sought);
        let rest = stream;
        let found = 0;
        for (const cut of cuts) {
          found += scanner.feed(Buffer.from(rest.slice(0, cut)));
          rest = rest.slice(cut);
        }
        found += scanner.feed(Buffer.from(rest));
        expect(found).toBe(stream.split(sought).length - 1);
      }),
    );
  });

  it('never finds an empty marker', () => {
    expect(new MarkerScanner('').feed(Buffer.from('abc'))).toBe(0);
  });
});

describe('the countdown', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('expires when the time is up, and not before', () => {
    const countdown = new Countdown(1_000);
    vi.advanceTimersByTime(999);
    expect(countdown.signal.aborted).toBe(false);
    vi.advanceTimersByTime(1);
    expect(countdown.signal.aborted).toBe(true);
  });

  it('stands still while it is held, also twice at a time', async () => {
    const countdown = new Countdown(1_000);
    vi.advanceTimersByTime(600);
    const ends: (() => void)[] = [];
    const holds = [1, 2].map(() => countdown.hold(() => new Promise<void>((resolve) => ends.push(resolve))));
    vi.advanceTimersByTime(60_000);
    ends[0]?.();
    await holds[0];
    vi.advanceTimersByTime(60_000);
    ends[1]?.();
    await holds[1];
    expect(countdown.signal.aborted).toBe(false);
    vi.advanceTimersByTime(400);
    expect(countdown.signal.aborted).toBe(true);
  });

  it('never expires once it was stopped, not even after a hold', async () => {
    const countdown = new Countdown(1_000);
    await countdown.hold(async () => countdown.stop());
    vi.advanceTimersByTime(60_000);
    expect(countdown.signal.aborted).toBe(false);
  });

  it('takes a limit that is longer than timers are', () => {
    const countdown = new Countdown(Number.MAX_SAFE_INTEGER);
    vi.advanceTimersByTime(60_000);
    expect(countdown.signal.aborted).toBe(false);
  });
});

describe('slots', () => {
  it('are never more than the limit, and all who wait get one', async () => {
    const slots = new Slots(3);
    let most = 0;
    const work = async () => {
      const release = await slots.take();
      most = Math.max(most, slots.taken);
      await Promise.resolve();
      release();
      release();
    };
    await Promise.all(Array.from({ length: 50 }, work));
    expect([most, slots.taken]).toEqual([3, 0]);
  });

  it('shrink to what is taken, and to one at the least', async () => {
    const slots = new Slots(8);
    const release = await slots.take();
    await slots.take();
    release();
    slots.shrink();
    let isIn = false;
    void slots.take().then(() => {
      isIn = true;
    });
    await Promise.resolve();
    expect(isIn).toBe(false);
  });
});

describe('the algorithms', () => {
  it('hold nothing weak', () => {
    const offered = JSON.stringify(pinnedAlgorithms([]));
    expect(offered).not.toMatch(/sha1|ssh-rsa|ssh-dss|cbc|arcfour|md5|group-exchange|zlib/);
  });

  it('ask for known host key types first, RSA by its SHA-2 signatures', () => {
    expect(hostKeyAlgorithms(['ssh-rsa'])[0]).toBe('rsa-sha2-512');
    expect(hostKeyAlgorithms(['ecdsa-sha2-nistp384'])[0]).toBe('ecdsa-sha2-nistp384');
    expect(hostKeyAlgorithms([])[0]).toBe('ssh-ed25519');
    expect(hostKeyAlgorithms([], ['rsa-sha2-512', 'ssh-rsa', 'ssh-ed25519'])).toEqual(['rsa-sha2-512', 'ssh-ed25519']);
    expect(hostKeyAlgorithms(['ssh-ed25519'], ['rsa-sha2-512', 'ssh-ed25519'])).toEqual(['ssh-ed25519', 'rsa-sha2-512']);
    expect(hostKeyAlgorithms(['ssh-rsa']).toSorted()).toEqual(hostKeyAlgorithms([]).toSorted());
  });
});

describe('the protocol guard', () => {
  const guarded = (window: number | undefined) => {
    const passed: string[] = [];
    const dropped: string[] = [];
    const channel = ['OPEN', 'OPEN_CONFIRMATION', 'DATA', 'EXTENDED_DATA', 'REQUEST'].map((name) => `CHANNEL_${name}`);
    const names = [...channel, 'USERAUTH_FAILURE', 'GLOBAL_REQUEST'];
    const handlers: Handlers = Object.fromEntries(
      names.map((name) => [name, (_: unknown, what: unknown) => passed.push(`${name} ${what}`)]),
    );
    guardHandlers(handlers, () => window, { drop: (why) => dropped.push(why), loginRefused: (methods) => passed.push(methods.join()) > 0 });
    return { handlers, passed, dropped };
  };

  for (const name of ['CHANNEL_DATA', 'CHANNEL_EXTENDED_DATA']) {
    it(`drops a host that sends more than it was granted by ${name}`, () => {
      const { handlers, passed, dropped } = guarded(10);
      handlers[name]?.({}, 0, Buffer.alloc(11));
      expect([passed, dropped]).toEqual([[], ['the host sent more than it was granted']]);
    });

    it(`lets what was granted pass by ${name}`, () => {
      const { handlers, passed, dropped } = guarded(10);
      handlers[name]?.({}, 0, Buffer.alloc(10));
      expect([passed, dropped]).toEqual([[`${name} 0`], []]);
    });
  }

  it('has no host prove keys that nobody asked for, but answers other requests', () => {
    const { handlers, passed } = guarded(0);
    handlers['GLOBAL_REQUEST']?.({}, 'hostkeys-00@openssh.com', false);
    handlers['GLOBAL_REQUEST']?.({}, 'keepalive@openssh.com', true);
    expect(passed).toEqual(['GLOBAL_REQUEST unused', 'GLOBAL_REQUEST keepalive@openssh.com']);
  });

  it('drops a host that asks without end, and answers none of its questions after that', () => {
    const { handlers, passed, dropped } = guarded(0);
    for (let n = 0; n < 500; n += 1)
      for (const name of ['GLOBAL_REQUEST', 'CHANNEL_REQUEST']) handlers[name]?.({}, 'keepalive@openssh.com');
    expect(dropped).toEqual([]);
    handlers['CHANNEL_OPEN']?.({}, {});
    expect([passed.length, ...dropped]).toEqual([1_000, 'the host asks without end']);
  });

  it('refuses a library that is not what it knows', () => {
    expect(() => guardHandlers({}, () => 0, { drop: () => {}, loginRefused: () => true })).toThrow('unexpected SSH library');
  });
});
