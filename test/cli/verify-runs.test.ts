import { execFileSync } from 'node:child_process';
import { appendFileSync, copyFileSync, cpSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listRuns } from '../../src/cli/list-runs.ts';
import { CHAIN_START, journalLine, parseJournal } from '../../src/journal/journal-line.ts';
import { noKeygen, type Signers } from '../lab/signers.ts';
import { DAY_MS, machine, NOW, whole } from './signed-runs-rig.ts';

type Forgery = (at: ReturnType<typeof machine>) => void | Promise<void>;

/** The journal as one writes it anew who knows how, with other events and a whole chain. */
const rewritten: Forgery = ({ journalOf }) => {
  let [text, hash] = ['', CHAIN_START];
  for (const [seq, event] of parseJournal(readFileSync(journalOf('r1'), 'utf8')).events.entries()) {
    const next = journalLine(seq, hash, event.replace('"operator":"ada"', '"operator":"eve"'));
    [text, hash] = [text + next.line, next.hash];
  }
  writeFileSync(journalOf('r1'), text);
};
const cut =
  (lines: number): Forgery =>
  ({ journalOf }) => {
    const text = readFileSync(journalOf('r1'), 'utf8');
    truncateSync(
      journalOf('r1'),
      Buffer.byteLength(
        text
          .split('\n')
          .slice(0, -1 - lines)
          .join('\n'),
      ) + 1,
    );
  };

const FORGERIES: readonly [string, Forgery, RegExp][] = [
  [
    'in a line',
    ({ journalOf: of }) => writeFileSync(of('r1'), readFileSync(of('r1'), 'utf8').replace('confirmed', 'applied')),
    /line \d of the journal was altered/,
  ],
  ['by writing the whole chain anew', rewritten, /not good: .*journal\.jsonl\.sig does not hold for this run: .*incorrect signature/],
  ['by leaving its last line away', cut(1), /not good: it is over an end that the journal does not have/],
  ['by leaving half of it away', cut(3), /not good: it is over an end that the journal does not have/],
  [
    'by adding to it',
    ({ journalOf: of }) => {
      const { events, hash } = parseJournal(readFileSync(of('r1'), 'utf8'));
      appendFileSync(of('r1'), journalLine(events.length, hash, JSON.stringify({ at: NOW, type: 'run.interrupted', signal: 'none' })).line);
    },
    /not good: it is by ada@example\.com over the first 6 lines/,
  ],
  [
    'by taking the signature of another run',
    async ({ ended, journalOf: of }) => {
      await ended('r0', whole('r0'));
      copyFileSync(`${of('r0')}.sig`, `${of('r1')}.sig`);
    },
    /not good: .*incorrect signature/,
  ],
  [
    'by signing it as a stranger',
    ({ people, journalOf: of }) => signAgain(people, of('r1'), 'eve', 'runbook-run@v1'),
    /not good: .*is by no key/,
  ],
  [
    'by signing it for something else',
    ({ people, journalOf: of }) => signAgain(people, of('r1'), 'ada', 'runbook@v1'),
    /not good: .*namespace/,
  ],
  ['by putting the record of another run in its place', ({ ended, runs }) => swap(runs, ended), /its directory r1 is that of another run/],
];
const signAgain = (people: Signers, journal: string, name: string, namespace: string) => {
  writeFileSync(`${journal}.end`, execFileSync('tail', ['-n', '1', journal]));
  people.sign(`${journal}.end`, name, namespace);
  copyFileSync(`${journal}.end.sig`, `${journal}.sig`);
};
const swap = async (runs: string, ended: ReturnType<typeof machine>['ended']) => {
  await ended('r0', whole('r0'));
  rmSync(join(runs, 'r1'), { recursive: true });
  cpSync(join(runs, 'r0'), join(runs, 'r1'), { recursive: true });
};

describe.skipIf(noKeygen !== undefined)('a record whose end is signed and that was altered', () => {
  test.for(FORGERIES)('%s is found out by `runs --verify`, with exit code 1', async ([, forge, why]) => {
    const at = machine();
    await at.ended('r1');
    expect(await at.verified('r1')).toMatchObject({ code: 0 });
    await forge(at);
    const { code, said } = await at.verified('r1');
    expect(said).toMatch(why);
    expect(code).toBe(1);
  });

  test('by taking its signature away is called unsigned', async () => {
    const { ended, verified, journalOf } = machine();
    await ended('r1');
    rmSync(`${journalOf('r1')}.sig`);
    expect(await verified()).toMatchObject({ code: 0, said: expect.stringContaining('its end is not signed') });
  });
});

describe.skipIf(noKeygen !== undefined)('a signature over the end of a run', () => {
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 10).replaceAll('-', '');

  test('counts by the time of that end: not by a key that came later, and by one that has had its day since', async () => {
    const { ended, verified, people, cwd } = machine();
    await ended('r1');
    writeFileSync(join(cwd, 'runbook/signers'), people.line('ada', `valid-before="${day(NOW - 5 * DAY_MS)}"`));
    expect(await verified()).toMatchObject({ code: 0, said: expect.stringContaining('signed by ada@example.com') });
    writeFileSync(join(cwd, 'runbook/signers'), people.line('ada', `valid-after="${day(NOW - 5 * DAY_MS)}"`));
    expect(await verified()).toMatchObject({ code: 1, said: expect.stringContaining('is not good') });
  });

  test('does not count by a key that was revoked since', async () => {
    const { ended, verified, people, adopt, cwd } = machine();
    await ended('r1');
    writeFileSync(join(cwd, 'runbook/gone'), readFileSync(`${people.key('ada')}.pub`));
    adopt('allowed_signers: signers\nrevoked_keys: gone\n');
    expect(await verified()).toMatchObject({ code: 1, said: expect.stringMatching(/not good: .*its key is revoked by/) });
  });

  test('is called unchecked where no policy tells whose keys count, or the policy is not understood', async () => {
    const { ended, verified, adopt } = machine('sign_runs: ../ada\n');
    await ended('r1');
    expect(await verified()).toMatchObject({
      code: 0,
      said: expect.stringContaining('nobody checked by whom: no policy names allowed_sig'),
    });
    adopt('sign_run: x\n');
    expect(await verified()).toMatchObject({ code: 0, said: expect.stringContaining('nobody checked its signature: the policy is not') });
  });
});

test('`runs RUN` tells of that run alone, and of one that there is not that there is none', async () => {
  const { ended, world, out, err } = machine('plan_signature: never\n');
  await ended('20260101-1');
  await ended('20260202-1');
  expect(await listRuns(world, { color: 'never' }, '202601')).toBe(0);
  expect(out.lines.map((line) => line.slice(0, 10))).toEqual(['20260101-1']);
  expect(await listRuns(world, { color: 'never' }, '2027')).toBe(1);
  expect(err.text).toContain('there is no run 2027');
});
