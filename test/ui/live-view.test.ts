import { describe, expect, test, vi } from 'vitest';
import type { RunEvent } from '../../src/domain/event.ts';
import { liveView } from '../../src/ui/live-view.ts';
import { testPage } from './fake-output.ts';
import { FakeTerminal } from './fake-terminal.ts';
import { APPLY, bigFleet, HOSTILE, ROLLBACK, stamped, started } from './streams.ts';

/** Feeds a run's events; makes room at the prompt, as the command line does. */
async function show(terminal: FakeTerminal, events: readonly RunEvent[]): Promise<void> {
  const view = liveView(terminal, testPage({}, terminal));
  for (const event of events) {
    view.event(event);
    if (event.type === 'approval.requested') await view.pause();
  }
  await view.close();
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
  test('leaves one list of the hosts looked at and one row for each wave, with failures after them', async () => {
    const terminal = new FakeTerminal();
    await show(terminal, APPLY);
    expect(terminal.screen.join('\n')).toMatchInlineSnapshot(`
      "! Hosts looked at: 5 of 5, 1 healthy, 2 affected, 1 ill of another cause, 1 n…
        ✓ lab-1  healthy
        ! lab-2  affected
        ! lab-3  ill of another cause
        ! lab-4  affected
        ✗ lab-5  not reached
      ✓ Wave 1 of 2: 1 of 1, 1 fixed
      ! Wave 2 of 2: 1 of 1, 1 rolled back
        ✗ lab-4  rolled back
      ✗ lab-4: rolled back: kubelet.service has been up for only 3 s
          where      verify"
    `);
    expect(terminal.cursorShown).toBe(true);
  });

  test('takes a host that is rolled back for good news in a rollback', async () => {
    const terminal = new FakeTerminal();
    await show(terminal, ROLLBACK);
    expect(terminal.screen.at(-1)).toBe('✓ Wave 1 of 1: 1 of 1, 1 rolled back');
  });

  test('says between two waves that the run is held, and by whom', async () => {
    const terminal = new FakeTerminal();
    const held = stamped([{ type: 'rollout.paused', by: 'bob', notStarted: ['b'] }, { type: 'rollout.continued' }]);
    await show(terminal, [...wave(['a']), ...held, ...wave(['b']).slice(1)]);
    const waves = terminal.screen.filter((line) => !line.includes('looked at') && !line.startsWith('  '));
    expect(waves).toEqual([
      '✓ Wave 1 of 1: 1 of 1, 1 fixed',
      'paused by bob: 1 host not begun',
      'continued',
      '✓ Wave 1 of 1: 1 of 1, 1 fixed',
    ]);
  });

  test.each([1, 10, 11, 400])('never draws more than 12 rows for a wave of %i hosts', async (size) => {
    const terminal = new FakeTerminal();
    const hosts = Array.from({ length: size }, (_, index) => `node-${index + 1}`);
    await show(terminal, wave(hosts).slice(1));
    expect(terminal.height).toBe(size <= 10 ? size + 1 : 1);
    expect(terminal.screen.at(0)).toBe(`✓ Wave 1 of 1: ${size} of ${size}, ${size} fixed`);
  });

  test('draws few frames for many events', async () => {
    const terminal = new FakeTerminal();
    const hosts = bigFleet().map(({ host }) => host);
    await show(
      terminal,
      stamped([started('plan', hosts), ...bigFleet().map((each) => ({ type: 'host.planned', host: each.host, plan: each }) as const)]),
    );
    expect(terminal.screen).toEqual(['✓ Hosts looked at: 400 of 400, 400 affected']);
    expect(terminal.text.split('Hosts looked at').length).toBeLessThan(20);
  });

  test('shows counters while a wave is under way', async () => {
    const terminal = new FakeTerminal();
    const view = liveView(terminal, testPage({}, terminal));
    for (const event of wave(['a', 'b', 'c']).slice(1, 6)) view.event(event);
    await vi.waitFor(() => expect(terminal.text).toContain('Wave 1 of 1: 1 of 3, 1 fixed, 2 connecting'));
    await view.close();
    expect(terminal.screen).toContain('  ✗ b  connecting, not ended');
  });

  test('has ended its list and shown the cursor again before a prompt is drawn', async () => {
    const terminal = new FakeTerminal();
    const view = liveView(terminal, testPage({}, terminal));
    const prompt = APPLY.findIndex(({ type }) => type === 'approval.requested');
    for (const event of APPLY.slice(0, prompt + 1)) view.event(event);
    await view.pause();
    const before = terminal.text;
    expect(terminal.cursorShown).toBe(true);
    terminal.write('? Change 2 hosts');
    await view.close();
    expect(terminal.text).toBe(`${before}? Change 2 hosts`);
  });

  test('prints nothing after it was closed', async () => {
    const terminal = new FakeTerminal();
    const view = liveView(terminal, testPage({}, terminal));
    for (const event of APPLY.slice(0, 4)) view.event(event);
    await view.close();
    const before = terminal.text;
    for (const event of APPLY.slice(4, 7)) view.event(event);
    await view.close();
    expect(terminal.text).toBe(before);
  });

  test('shows what a host says only with its control characters made visible', async () => {
    const terminal = new FakeTerminal();
    const reason = { code: 'verify-failed', message: HOSTILE } as const;
    await show(
      terminal,
      stamped([
        { type: 'wave.started', wave: 1, of: 1, hosts: ['a'] },
        { type: 'verify.attempted', host: 'a', attempt: 1, unmet: [{ what: HOSTILE }] },
        { type: 'host.finished', host: 'a', outcome: 'failed', reason },
      ]),
    );
    expect(terminal.screen.join('\n')).toContain('\\x1b]52;c;cm0=\\x07 \\u009b31m \\u202etxt.exe\\r');
  });
});
