import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { LAUNCH, runbook } from '../lab/command-line.ts';
import { noPractice, onPractice, PracticeFleet } from './practice-fleet.ts';
import { CTRL_C, noTerminal, Pty, quoted } from './pty.ts';

const FIRST = 'lab-2';
const SECOND = 'lab-4';

describe.skipIf(noPractice !== undefined || noTerminal !== undefined)(onPractice('whoever watches a run at a terminal'), async () => {
  const fleet = noPractice === undefined ? await PracticeFleet.up() : ({} as PracticeFleet);
  const args = () => fleet.run('apply', '-l', `${FIRST},${SECOND}`, '-y');
  const typesOf = async () => (await fleet.journal()).map((event) => ('host' in event ? `${event.host} ${event.type}` : event.type));
  beforeEach(async () => {
    fleet.forget();
    fleet.forgetRecords([FIRST, SECOND]);
    await fleet.break([FIRST, SECOND]);
  });

  /** An apply on two hosts, one a wave, that is held at the restart of the first. */
  async function heldAtFirst(begin = () => Pty.runbook(args())) {
    const restarts = fleet.holdRestarts(FIRST);
    onTestFinished(async () => {
      await fleet.cutPower(FIRST);
      restarts.open();
    });
    const pty = begin();
    await pty.waitFor(/› lab-2 +changing[\s\S]*p pause {3}h halt {3}d hosts/);
    await restarts.reached();
    const go = async () => {
      await restarts.letThrough();
      restarts.open();
    };
    return { pty, go };
  }

  test('pauses it by a key, and lets it go on by another or from elsewhere', async () => {
    const { pty, go } = await heldAtFirst();
    pty.type('p');
    await pty.waitFor(/\n! paused by \S+ for [\s\S]*p continue/);
    await go();
    await pty.waitFor(/paused by \S+: 1 host not begun\n/);
    while (!(await typesOf()).includes('rollout.paused')) await delay(20);
    expect(await typesOf()).not.toContain(`${SECOND} host.started`);
    expect(await runbook(['continue', ...fleet.state()])).toMatchObject({ code: 0 });
    await pty.waitFor(/\ncontinued\n/);
    expect(await pty.exitCode()).toBe(0);
    expect(pty.screen.text).toMatch(/✓ Wave 2 of 2: 1 of 1, 1 fixed in [\s\S]*✓ 2 hosts +fixed: lab-2, lab-4/);
    // A command to copy is never broken by us, however long the paths of a test are.
    const broken = pty.screen.wrapped.filter((line) => !/^(Next:| {6})/.test(line));
    expect([broken, pty.screen.unknown, pty.screen.cursorShown]).toEqual([[], [], true]);
  });

  test('halts it by a key that is pressed twice: the host under way comes to its end, the other is not begun', async () => {
    const { pty, go } = await heldAtFirst();
    const flags = fleet.flags(SECOND);
    pty.type('h');
    await pty.waitFor(/h again: halt/);
    pty.type('x');
    await pty.waitFor(/changing[^~]*p pause(?![\s\S]*h again)/);
    pty.type('h', 'h');
    await pty.waitFor(/\n! stopping: hosts under way come to their end/);
    await go();
    expect(await pty.exitCode()).toBe(130);
    expect(pty.screen.text).toMatch(/interrupted by halt by \S+\n[\s\S]*✓ 1 host +fixed: lab-2\n! 1 host +not begun: lab-4/);
    expect(fleet.flags(SECOND)).toEqual(flags);
  });

  test('looks at a host, the diff and the keys, and comes back', async () => {
    const { pty, go } = await heldAtFirst();
    pty.type('d');
    await pty.waitFor(/Hosts {2}1 of 2[^\n]*\n› lab-2 +changing for [\s\S]*found +cause: `--improve-speed`/);
    pty.type('f');
    await pty.waitFor(/Changes[^\n]*\n[\s\S]*- --improve-speed in KUBELET_KUBEADM_ARGS/);
    pty.type('?');
    await pty.waitFor(/Keys\n +p +pause/);
    pty.type('q');
    await pty.waitFor(/› lab-2 +changing/);
    await go();
    expect(await pty.exitCode()).toBe(0);
    expect(pty.screen.text).not.toMatch(/Keys\n|Changes {2}|Hosts {2}1/);
  });

  test('may resize the terminal: no line is broken, and what was said stays', async () => {
    const { pty, go } = await heldAtFirst();
    pty.resize(40, 12);
    await pty.waitFor(/\np pause h halt d hosts f diff \? help\n?$/);
    expect(pty.screen.wrapped).toEqual([]);
    pty.resize(100, 30);
    await pty.waitFor(/─ {2}0 of 2\n/);
    await go();
    expect(await pty.exitCode()).toBe(0);
    expect(pty.screen.text).toMatch(/Hosts looked at: 2 of 2, 2 affected\n[\s\S]*Wave 1 of 2: 1 of 1, 1 fixed in [\s\S]*Wave 2 of 2/);
  });

  test('by a screen reader gets sentences, and answers by a line', async () => {
    const pty = Pty.runbook([...fleet.run('apply', '-l', `${FIRST},${SECOND}`), '--plain']);
    await pty.waitFor(/Change 2 hosts\?\n1: No, change nothing\n2: Yes\n[\s\S]*Return alone is 1:$/);
    pty.type('2\n');
    expect(await pty.exitCode()).toBe(0);
    expect(pty.screen.text).toMatch(/\nwave 2 of 2: lab-4\n[\s\S]*\nlab-4: fixed\n[\s\S]*fixed: lab-2, lab-4/);
    expect(pty.screen.raw).not.toMatch(/[\x1b✓✗…─]/);
  });

  test('gets the terminal back as it was when the process is ended by a key', async () => {
    const line = `ulimit -c 0; trap : QUIT; ${[LAUNCH, ...args()].map(quoted).join(' ')}; stty -a; exit`;
    const { pty } = await heldAtFirst(() => new Pty(line));
    pty.type('\x1c');
    await pty.waitFor(/ icanon[\s\S]* echo /);
    expect(await pty.exitCode()).toBe(0);
    expect(pty.screen.cursorShown).toBe(true);
  });

  test('gets the terminal back as it was, also when the run is left at once', async () => {
    const line = `trap : INT; ${[LAUNCH, ...args()].map(quoted).join(' ')}; stty -a; exit`;
    const { pty } = await heldAtFirst(() => new Pty(line));
    pty.type(CTRL_C);
    await pty.waitFor(/\n! stopping: hosts under way/);
    pty.type(CTRL_C);
    await pty.waitFor(/Left at once\.[\s\S]* icanon[\s\S]* echo /);
    expect(await pty.exitCode()).toBe(0);
    expect(pty.screen.cursorShown).toBe(true);
  });
});
