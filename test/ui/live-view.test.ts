import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { RunEvent } from '../../src/domain/event.ts';
import { type LiveView, liveView } from '../../src/ui/live-view.ts';
import type { Steer } from '../../src/ui/output.ts';
import { testPage } from './fake-output.ts';
import { FakeSeat, FakeTerminal } from './fake-terminal.ts';
import { APPLY, bigFleet, HOSTILE, ROLLBACK, stamped, started } from './streams.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

class Watched {
  readonly terminal: FakeTerminal;
  readonly seat = new FakeSeat();
  readonly view: LiveView;
  readonly acts: string[] = [];

  constructor(size: { readonly width?: number; readonly height?: number } = {}) {
    this.terminal = new FakeTerminal(size);
    this.view = liveView(this.terminal, testPage({}, this.terminal), this.seat);
    const steer: Steer = {
      pausable: true,
      pause: () => this.acts.push('pause'),
      continue: () => this.acts.push('continue'),
      halt: () => this.acts.push('halt'),
    };
    this.view.steer?.(steer);
  }

  take(events: readonly RunEvent[]): void {
    for (const event of events) this.view.event(event);
  }

  /** Lets a tenth of a second pass, in which a frame may be drawn. */
  frame(ms = 100): void {
    this.seat.time += ms;
    vi.advanceTimersByTime(100);
  }

  get text(): string {
    return this.terminal.screen.join('\n');
  }
}

function wave(hosts: readonly string[]): readonly RunEvent[] {
  return stamped([
    started('apply', hosts),
    { type: 'wave.started', wave: 1, of: 1, hosts },
    ...hosts.map((host) => ({ type: 'host.started', host }) as const),
    ...hosts.map((host) => ({ type: 'host.finished', host, outcome: 'fixed' }) as const),
    { type: 'wave.finished', wave: 1, failures: 0, budget: 0 },
  ]);
}

describe('the live view', () => {
  test('leaves a line of the hosts looked at and one of each wave, with failures where they came', async () => {
    const watched = new Watched();
    for (const event of APPLY) {
      watched.take([event]);
      watched.frame();
    }
    await watched.view.close();
    expect(watched.text).toMatchInlineSnapshot(`
      "✗ Hosts looked at: 5 of 5, 1 healthy, 2 affected, 1 ill of another cause, 1 not
        reached
      ✓ Wave 1 of 2: 1 of 1, 1 fixed in 9 s
      ✗ lab-4: rolled back: kubelet.service has been up for only 3 s
          where      verify
      ! Wave 2 of 2: 1 of 1, 1 rolled back in 8 s
      stopping: 1 failure, 0 allowed; 0 hosts not begun"
    `);
    expect(watched.terminal.cursorShown).toBe(true);
    expect(watched.terminal.emulated.wrapped).toEqual([]);
  });

  test('takes a host that is rolled back for good news in a rollback', async () => {
    const watched = new Watched();
    watched.take(ROLLBACK);
    await watched.view.close();
    expect(watched.terminal.screen.at(-1)).toBe('✓ Wave 1 of 1: 1 of 1, 1 rolled back in 7 s');
  });

  test('draws at most ten frames a second, however much happens', () => {
    const watched = new Watched();
    const fleet = bigFleet();
    watched.take(
      stamped([
        started(
          'plan',
          fleet.map(({ host }) => host),
        ),
      ]),
    );
    watched.frame();
    const before = watched.terminal.writes;
    watched.take(stamped(fleet.map((each) => ({ type: 'host.planned', host: each.host, plan: each }) as const)));
    expect(watched.terminal.writes).toBe(before);
    watched.frame();
    expect(watched.terminal.writes).toBe(before + 1);
    watched.frame(0);
    expect(watched.terminal.writes).toBe(before + 1);
  });

  test('lets the clock go on where nothing happens', () => {
    const watched = new Watched();
    watched.take(wave(['a', 'b']).slice(0, 4));
    watched.frame();
    expect(watched.text).toContain('› a  connecting');
    watched.frame(60_000);
    expect(watched.text).toMatch(/› a {2}connecting +0:58/);
  });

  test('tells the first failure of each reason at once, and how many more there were when the wave has ended', () => {
    const watched = new Watched();
    const failed = (host: string, message: string) =>
      ({ type: 'host.finished', host, outcome: 'rolled-back', reason: { code: 'verify-failed', message, hint: 'look' } }) as const;
    const hosts = ['a', 'b', 'c', 'd'];
    const bodies = [started('apply', hosts), { type: 'wave.started', wave: 1, of: 1, hosts } as const];
    watched.take(stamped([...bodies, failed('a', 'no'), failed('b', 'no'), failed('c', 'other'), failed('d', 'no')]));
    expect(watched.text).toBe('✗ a: rolled back: no\n    next       look\n✗ c: rolled back: other\n    next       look');
    watched.take(stamped([{ type: 'wave.finished', wave: 1, failures: 4, budget: 4 }]));
    expect(watched.terminal.screen.slice(4)).toEqual(['! Wave 1 of 1: 4 of 4, 4 rolled back in 0 s', '✗ b, d: rolled back: no']);
  });

  test('tells what a gate misses once, though it is asked again, and shows it until it passes', () => {
    const watched = new Watched();
    const checked = (attempt: number, seconds: number) =>
      ({ type: 'gate.checked', wave: 1, attempt, verdict: 'fail', missed: [{ host: 'a', what: `up for ${seconds} s` }] }) as const;
    watched.take([...wave(['a']), ...stamped([checked(1, 3), checked(2, 5)])]);
    watched.frame();
    const gates = watched.terminal.screen.filter((line) => line.includes('gate after'));
    expect(gates).toEqual(['gate after wave 1: a: up for 3 s', '! gate after wave 1: a: up for 5 s']);
    watched.take(stamped([{ type: 'gate.checked', wave: 1, attempt: 3, verdict: 'pass', missed: [] }]));
    watched.frame();
    expect(watched.text).toContain('gate after wave 1 passes');
    expect(watched.text).not.toContain('up for 5 s');
  });

  test('tells of hosts that do not answer once for each reason, and what became of them when they end', () => {
    const watched = new Watched();
    const parked = (host: string) => ({ type: 'host.parked', host, failure: { code: 'timed-out', message: 'no answer in 20 s' } }) as const;
    watched.take([...wave(['n1', 'n2']).slice(0, 4), ...stamped([parked('n1'), parked('n2')])]);
    watched.frame();
    expect(watched.text).toMatch(
      /^✗ n1: does not answer, the others go on: no answer in 20 s\napply[\s\S]*› n1 {2}no answer[\s\S]*› n2 {2}no answer/,
    );
  });

  test('says what happens to the whole run, and who holds it', () => {
    const watched = new Watched();
    watched.take([...wave(['a', 'b']).slice(0, 5), ...stamped([{ type: 'rollout.paused', by: 'bob', notStarted: ['b'] }])]);
    watched.view.paused('bob');
    watched.frame();
    expect(watched.text).toMatch(/^paused by bob: 1 host not begun\n[\s\S]*\n! paused by bob for 0 s: /);
    watched.view.paused(undefined);
    watched.view.stopping('SIGINT');
    watched.frame();
    expect(watched.text).toContain('! stopping: hosts under way come to their end; Ctrl-C again leaves at once');
  });

  test('steers the run by keys, and asks once more before it halts', () => {
    const watched = new Watched();
    watched.take(wave(['a', 'b']).slice(0, 4));
    watched.frame();
    expect(watched.text).toContain('p pause   h halt   d hosts   f diff   ? help');
    watched.seat.type('p');
    watched.view.paused('ada');
    watched.seat.type('p');
    expect(watched.text).toContain('p continue');
    watched.seat.type('h');
    expect(watched.text).toContain('h again: halt.   Any other key: go on');
    watched.seat.type('xhh');
    expect(watched.acts).toEqual(['pause', 'continue', 'halt']);
    watched.seat.type('\x03\x1a');
    expect(watched.seat.sent).toEqual(['SIGINT', 'SIGTSTP']);
  });

  test('shows hosts, the diff and the keys on pages of their own', () => {
    const watched = new Watched();
    watched.take(APPLY.slice(0, 15));
    watched.frame();
    watched.seat.type('d');
    expect(watched.text).toMatch(/Hosts {2}1 of 5, those in trouble first\n› lab-2 {2}verifying for [\s\S]*found +cause: --improve-speed/);
    watched.seat.type('f');
    expect(watched.text).toMatch(/Changes[\s\S]*lab-2, lab-4\n[\s\S]*- --improve-speed in KUBELET_KUBEADM_ARGS/);
    watched.seat.type('?');
    expect(watched.text).toMatch(/Keys\n {2}p {7}pause/);
    watched.seat.type('q');
    expect(watched.text).toContain('wave 1 of 2');
  });

  test('draws nothing and takes no key while somebody is asked, and tells afterwards what happened meanwhile', async () => {
    const watched = new Watched();
    watched.take(wave(['a', 'b']).slice(0, 4));
    watched.frame();
    const asked = Promise.withResolvers<string>();
    const answer = watched.view.aside(() => asked.promise);
    expect(watched.seat.listens).toBe(false);
    expect(watched.terminal.cursorShown).toBe(true);
    const before = watched.terminal.text;
    watched.take(stamped([{ type: 'host.finished', host: 'a', outcome: 'failed', reason: { code: 'lost', message: 'gone' } }]));
    watched.frame();
    expect(watched.terminal.text).toBe(before);
    asked.resolve('secret');
    expect(await answer).toBe('secret');
    expect(watched.text).toContain('✗ a: failed: gone');
    watched.frame();
    expect(watched.text).toContain('wave 1 of 1');
    expect(watched.seat.listens).toBe(true);
  });

  test('has left the screen, and given the keys back, before the question whether to go on', () => {
    const watched = new Watched();
    const prompt = APPLY.findIndex(({ type }) => type === 'approval.requested');
    watched.take(APPLY.slice(0, prompt));
    watched.frame();
    watched.take(APPLY.slice(prompt, prompt + 1));
    expect(watched.terminal.screen).toEqual([
      '✗ Hosts looked at: 5 of 5, 1 healthy, 2 affected, 1 ill of another cause, 1 not',
      '  reached',
    ]);
    expect([watched.terminal.cursorShown, watched.seat.listens]).toEqual([true, false]);
  });

  test('leaves the terminal as a shell needs it when the process is stopped, and draws again when it goes on', () => {
    const watched = new Watched();
    watched.take(wave(['a', 'b']).slice(0, 4));
    watched.frame();
    watched.seat.leaving();
    expect([watched.text, watched.terminal.cursorShown, watched.seat.listens]).toEqual(['', true, false]);
    watched.seat.foreground = false;
    watched.seat.back();
    watched.frame();
    expect([watched.text, watched.seat.listens]).toEqual(['', false]);
    watched.seat.foreground = true;
    watched.frame();
    expect(watched.text).toContain('wave 1 of 1');
    expect(watched.seat.listens).toBe(true);
  });

  test('draws anew on a terminal that was resized', () => {
    const watched = new Watched({ height: 24 });
    watched.take(wave(Array.from({ length: 18 }, (_, index) => `n${index}`)).slice(0, 10));
    watched.frame();
    expect(watched.terminal.screen.length).toBeGreaterThan(18);
    watched.terminal.height = 10;
    watched.frame(0);
    expect(watched.terminal.screen.length).toBeLessThan(10);
  });

  test('prints nothing after it was closed', async () => {
    const watched = new Watched();
    watched.take(APPLY.slice(0, 4));
    await watched.view.close();
    const before = watched.terminal.text;
    watched.take(APPLY.slice(4, 7));
    watched.frame();
    expect(watched.terminal.text).toBe(before);
  });

  test('shows what a host says only with its control characters made visible', () => {
    const watched = new Watched({ width: 120 });
    const reason = { code: 'verify-failed', message: HOSTILE } as const;
    watched.take(
      stamped([
        { type: 'wave.started', wave: 1, of: 1, hosts: ['a'] },
        { type: 'verify.attempted', host: 'a', attempt: 1, unmet: [{ what: HOSTILE }] },
        { type: 'host.finished', host: 'a', outcome: 'failed', reason },
      ]),
    );
    watched.frame();
    expect(watched.text).toContain('\\x1b]52;c;cm0=\\x07 \\u009b31m \\u202etxt.exe\\r');
    expect(watched.terminal.emulated.unknown).toEqual([]);
  });
});
