import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { runbook } from '../lab/command-line.ts';
import { noPractice, onPractice, PracticeFleet } from './practice-fleet.ts';
import { DOWN, noTerminal, Pty, type PtyOptions, RETURN } from './pty.ts';

/** Select Graphic Rendition with a colour: 30 to 37, 90 to 97, and 38 (ECMA-48 8.3.117). */
const COLOUR = /\x1b\[(?:\d+;)*(?:3[0-8]|9[0-7])[;m]/;

/** A command that nobody has to answer, at its end. */
async function ended(pty: Pty): Promise<Pty> {
  await pty.exitCode();
  return pty;
}

describe.skipIf(noPractice !== undefined || noTerminal !== undefined)(onPractice('the screen'), async () => {
  const fleet = noPractice === undefined ? await PracticeFleet.up() : ({} as PracticeFleet);
  beforeEach(() => fleet.break());

  /** All that one person sees: a diagnosis, a plan, and an apply with its question, a second wave and its recap. */
  async function seen(more: readonly string[], options: PtyOptions = {}): Promise<readonly Pty[]> {
    // Without options that name long paths: a command to copy is never broken, however long.
    const env = { ...options.env, RUNBOOK_INVENTORY: fleet.lab.paths.inventory, XDG_STATE_HOME: fleet.stateDirectory };
    const run = (verb: string) => Pty.runbook([verb, 'kubelet-bad-flag', '-e', 'stable_for=1s', ...more], { ...options, env });
    const looks = [run('diagnose'), run('plan')];
    for (const look of looks) expect(await look.exitCode()).toBe(0);
    const apply = run('apply');
    await apply.waitFor(/\? Change 2 hosts\?[\s\S]*before each wave/);
    apply.type(DOWN, DOWN, RETURN);
    await apply.waitFor(/Wave 1 of 2: 1 of 1[\s\S]*\? Change 1 host\?/);
    apply.type(DOWN, RETURN);
    expect(await apply.exitCode()).toBe(0);
    return [...looks, apply];
  }

  test.for([80, 60])(
    'of %i columns has colours, and never a line that it must break or an escape that only some terminals know',
    async (columns) => {
      for (const { screen } of await seen([], { columns })) {
        expect(screen.wrapped).toEqual([]);
        expect(screen.unknown).toEqual([]);
        expect(screen.cursorShown).toBe(true);
        expect(screen.raw).toMatch(COLOUR);
      }
    },
  );

  test('has none by --color=never, the question included', async () => {
    for (const { screen } of await seen(['--color=never'])) expect(screen.raw).not.toMatch(COLOUR);
  });

  test('has none by NO_COLOR, the question included', async () => {
    for (const { screen } of await seen([], { env: { NO_COLOR: '1' } })) expect(screen.raw).not.toMatch(COLOUR);
  });

  test('says the same with and without colours', async () => {
    const plain = Pty.runbook(fleet.run('plan', '--color=never'));
    const coloured = Pty.runbook(fleet.run('plan', '--color=always'));
    expect(await Promise.all([plain.exitCode(), coloured.exitCode()])).toEqual([0, 0]);
    const text = ({ screen }: Pty) => screen.text.slice(screen.text.indexOf('kubelet-bad-flag: 2 of 5')).replace(' --color=never', '');
    expect(text(coloured).replace(' --color=always', '')).toBe(text(plain));
  });
});

describe.skipIf(noPractice !== undefined || noTerminal !== undefined)(onPractice('a query'), async () => {
  const fleet = noPractice === undefined ? await PracticeFleet.up() : ({} as PracticeFleet);
  beforeAll(async () => {
    await fleet.break();
    await runbook(fleet.run('apply', '-y'));
  });

  test.for([
    '--help',
    'apply --help',
    'list',
    'show kubelet-bad-flag',
    'steps',
    'runs',
    'lab status',
    'inventory',
    'apply kubelet-bad-flag -l lab-9',
    'rollback 20260101-000000-beef',
  ])('of 80 columns never gets a line that it must break from: %s', async (line) => {
    const args = line.split(' ');
    const env = { RUNBOOK_INVENTORY: fleet.lab.paths.inventory };
    const { screen } = await ended(Pty.runbook([...args, ...(args.includes('--help') ? [] : fleet.state())], { env }));
    expect(screen.text).not.toBe('');
    expect(screen.wrapped).toEqual([]);
    expect(screen.unknown).toEqual([]);
  });
});
