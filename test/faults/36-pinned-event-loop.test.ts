import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Visit } from '../ssh/controller.ts';
import { type Sshd, startSshd, whyNoSshd } from '../ssh/sshd.ts';
import { startController } from '../ssh/start-controller.ts';
import { request } from '../transport/requests.ts';
import { startHostile } from './start-hostile.ts';

const missing = whyNoSshd();
const ENTRY = fileURLToPath(new URL('bad-hosts-worker.ts', import.meta.url));
const OTHERS = 19;
const MB = 1024 * 1024;

/** How the last visit of each host went, by kind. */
function lastKinds(visits: readonly Visit[]): ReadonlyMap<string, string> {
  return new Map(visits.map(({ host, kind }) => [host, kind]));
}

describe.skipIf(missing !== undefined)(`one bad host among twenty${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  let sshd: Sshd;

  beforeAll(async () => {
    sshd = await startSshd();
  });
  afterAll(() => sshd.stop());

  const others = () => Array.from({ length: OTHERS }, (_, n) => sshd.target({ host: `well${n}` }));
  /** What keeps a command of every other host under way while the bad host does its worst. */
  const errand = { request: request('sleep 1; echo well', { timeoutMs: 60_000 }), secrets: { login: 'sesame' }, visits: 4 };

  test.for([
    ['pins', 'gave no sign of life for 5 s and was ended'],
    ['fills-heap', ''],
    ['fills-memory', 'took more than 192 MB of memory and was ended'],
    ['crashes', 'ended with exit code 1: TypeError: a message that nobody expected'],
  ] as const)('fault 36: a host that %s the SSH client is found out, and harms no other for long', async ([bad, why]) => {
    // In the middle, so that it shares its process with others.
    const targets = others().toSpliced(5, 0, sshd.target({ host: bad }));
    const controller = startController({ ...errand, targets, entry: ENTRY });
    const visits = await controller.over;
    const ofBad = visits.filter(({ host }) => host === bad);
    expect(ofBad.map(({ kind }) => kind)).toEqual(['lost', 'lost', 'unreachable']);
    expect(ofBad.at(-1)?.words).toContain(`${bad} stalls the SSH client: its worker process ${why}`);
    const kinds = lastKinds(visits.filter(({ host }) => host !== bad));
    expect([kinds.size, ...new Set(kinds.values())]).toEqual([OTHERS, 'exited']);
    // Those that were in another process have not noticed anything.
    const unharmed = visits.filter(({ host, kind }, n) => kind === 'exited' && visits.findIndex((one) => one.host === host) === n);
    expect(unharmed.length).toBeGreaterThanOrEqual(8);
    expect(controller.mostMemory()).toBeLessThan(400 * MB);
  });

  test.for([
    ['packets of no bytes', 'lost', 'the host asked for packets of 0 bytes'],
    ['without looking at what it was granted', 'flooded', ''],
    ['output without end', 'flooded', ''],
    ['questions without end', 'lost', 'the host asks without end'],
  ] as const)('fault 36: a server that sends %s harms no other', async ([mode, kind, words]) => {
    const bad = { ...(await startHostile(mode)), host: 'bad' };
    const controller = startController({ ...errand, targets: others().toSpliced(5, 0, bad) });
    const visits = await controller.over;
    expect(lastKinds(visits).get('bad')).toBe(kind);
    expect(visits.findLast(({ host }) => host === 'bad')?.words).toContain(words);
    const kinds = lastKinds(visits.filter(({ host }) => host !== 'bad'));
    expect([kinds.size, ...new Set(kinds.values())]).toEqual([OTHERS, 'exited']);
    expect(controller.mostMemory()).toBeLessThan(400 * MB);
  });
});
