import { PassThrough } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import { approve } from '../../src/cli/approve.ts';
import type { Guard } from '../../src/cli/host-guard.ts';
import { screenOf } from '../../src/cli/screen.ts';
import type { World } from '../../src/cli/world.ts';
import { fakeWorld } from './rig.ts';

const HOSTS = ['d1', 'd2', 'w1'];
const NONE: Guard = { maxHosts: 3, protectedHosts: new Map() };
const DB: Guard = {
  maxHosts: 3,
  protectedHosts: new Map([
    ['d1', 'db'],
    ['d2', 'db'],
  ]),
};
const DOWN = '\x1b[B';

/** Puts the question of a run, or of a wave, with keys for a terminal that waits for each of these texts. */
async function answered(
  guard: Guard,
  more: { readonly yes?: boolean; readonly json?: boolean; readonly gate?: string } = {},
  keys?: readonly (readonly [string, string])[],
) {
  const { world: plain, out, err } = fakeWorld();
  const input = Object.assign(new PassThrough(), { isTTY: keys !== undefined, setRawMode: () => input });
  const output = Object.assign(new PassThrough(), { isTTY: keys !== undefined, columns: 80 });
  let seen = '';
  output.on('data', (chunk) => {
    seen += String(chunk);
  });
  const world = { ...plain, terminal: { input, output } as unknown as World['terminal'] };
  const { yes = false, json = false, gate = 'run' } = more;
  const asking = {
    world,
    screen: screenOf(world, { color: 'never' }),
    kind: 'apply' as const,
    runbook: 'fix',
    yes,
    json,
    stop: new AbortController(),
    guard,
  };
  const answer = approve(asking, { name: gate, hosts: HOSTS, questions: [], waves: [], offersWaves: false }, []);
  for (const [text, press] of keys ?? []) {
    await vi.waitFor(() => expect(seen).toContain(text));
    input.write(press);
  }
  return { ...(await answer), said: out.text + err.text };
}

describe('a run that would change more hosts than were said', () => {
  test.each([[{}], [{ yes: true }], [{ json: true, yes: true }]])(
    'is refused with %j before anybody is asked, and says how to go on',
    async (more) => {
      const { answer, by, said } = await answered({ ...NONE, maxHosts: 2 }, more, []);
      expect({ answer, by }).toEqual({ answer: 'no', by: '--max-hosts' });
      expect(said).toContain('3 hosts would be changed, and at most 2 may be');
      expect(said).toContain('pass --max-hosts 3 if all of them are meant, or narrow with -l');
    },
  );

  test('is one of that many hosts no more, and no wave of it', async () => {
    expect((await answered(NONE, { yes: true })).answer).toBe('yes');
    expect((await answered({ ...NONE, maxHosts: 2 }, { yes: true, gate: 'wave-2' })).answer).toBe('yes');
  });
});

describe('a run that would change protected hosts', () => {
  test.each([[{ yes: true }], [{ yes: true, json: true }], [{}]])('is refused with %j where nobody types their name', async (more) => {
    const { answer, by, said } = await answered(DB, more);
    expect({ answer, by }).toEqual({ answer: 'no', by: 'runbook_protected' });
    expect(said).toContain('protected by db: d1, d2');
    expect(said).toContain('pass --allow-protected, or leave them out with -l');
  });

  test.each([
    ['db', 'yes'],
    ['prod', 'no'],
    ['', 'no'],
  ])('goes on at a terminal when %j is typed after yes: %s', async (typed, expected) => {
    const keys = [
      ['navigate', `${DOWN}\r`],
      ['Type db to go on', `${typed}\r`],
    ] as const;
    expect((await answered(DB, {}, keys)).answer).toBe(expected);
  });

  test('asks for no name where the answer is no, or none of its hosts is protected', async () => {
    expect((await answered(DB, {}, [['navigate', '\r']])).answer).toBe('no');
    expect((await answered(NONE, {}, [['navigate', `${DOWN}\r`]])).answer).toBe('yes');
  });
});
