import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WATCH_LIMITS, Watch, type Watched } from '../../src/transport/worker-watch.ts';

/** A process that keeps what it was killed for. No process has the number 0, so that nothing is known of its memory. */
class Recorded implements Watched {
  readonly pid: number;
  signs = 0;
  patienceMs = 0;
  readonly deaths: string[] = [];

  constructor(pid = 0) {
    this.pid = pid;
  }

  kill(why: string): void {
    this.deaths.push(why);
  }
}

describe('the watch over worker processes', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const watching = (pid?: number, limits = WATCH_LIMITS) => {
    const [watch, watched] = [new Watch(limits), new Recorded(pid)];
    watch.add(watched);
    return { watch, watched };
  };

  it('kills one that was alive and is silent for 5 s, and not before', () => {
    const { watched } = watching();
    watched.signs = 1;
    vi.advanceTimersByTime(5_000);
    expect(watched.deaths).toEqual([]);
    vi.advanceTimersByTime(100);
    expect(watched.deaths[0]).toBe('gave no sign of life for 5 s and was ended');
  });

  it('leaves one alone that gives signs of life', () => {
    const { watched } = watching();
    for (let n = 0; n < 100; n += 1) {
      watched.signs += 1;
      vi.advanceTimersByTime(4_900);
    }
    expect(watched.deaths).toEqual([]);
  });

  it('gives one that has only been started 30 s', () => {
    const { watched } = watching();
    vi.advanceTimersByTime(30_000);
    expect(watched.deaths).toEqual([]);
    vi.advanceTimersByTime(100);
    expect(watched.deaths[0]).toBe('gave no sign of life for 30 s and was ended');
  });

  it('has patience where it was asked to, and only once', () => {
    const { watched } = watching();
    watched.signs = 1;
    watched.patienceMs = 20_000;
    vi.advanceTimersByTime(25_000);
    expect(watched.deaths).toEqual([]);
    vi.advanceTimersByTime(100);
    expect(watched.deaths).not.toEqual([]);
  });

  it('kills one that takes more memory than it may', () => {
    const { watched } = watching(process.pid, { ...WATCH_LIMITS, memoryBytes: 1024 * 1024 });
    vi.advanceTimersByTime(100);
    expect(watched.deaths[0]).toBe('took more than 1 MB of memory and was ended');
  });

  it('judges nobody who has left', () => {
    const { watch, watched } = watching();
    watch.remove(watched);
    vi.advanceTimersByTime(60_000);
    expect(watched.deaths).toEqual([]);
  });
});
