import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { inDoubt } from '../../src/views/in-doubt.ts';
import { noPractice, onPractice } from '../e2e/practice-fleet.ts';
import { runbook } from '../lab/command-line.ts';
import { scratch } from '../lab-embedded/practice.ts';
import { type CuttingProxy, type Direction, startProxy } from '../ssh/proxy.ts';
import { endsOf, HOSTS, ThreeHosts } from './three-hosts.ts';

/** Links that are cut, three in a run. */
const CUTS = Number(process.env['RUNBOOK_CUTS'] ?? 36);
const SEED = Number(process.env['RUNBOOK_SEED'] ?? Date.now() % 1_000_000);

/** The same numbers in [0, 1) for the same seed (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe.skipIf(noPractice !== undefined)(onPractice('links that are cut at any byte'), async () => {
  const three = noPractice === undefined ? await ThreeHosts.up() : ({} as ThreeHosts);
  const proxies = new Map<string, CuttingProxy>();
  afterAll(async () => {
    for (const proxy of proxies.values()) await proxy.close();
  });

  /** The practice fleet's inventory with a proxy before each of the three; its path. */
  async function throughProxies(): Promise<string> {
    const { paths, ports } = three.fleet.lab;
    const directory = scratch();
    let inventory = readFileSync(paths.inventory, 'utf8').replace(/^ *runbook_lab: true\n/m, '');
    let keys = readFileSync(paths.knownHosts, 'utf8');
    inventory = inventory.replace(/UserKnownHostsFile=.*/, `UserKnownHostsFile=${join(directory, 'known_hosts')}`);
    for (const host of HOSTS) {
      const proxy = await startProxy(ports[host] ?? 0);
      proxies.set(host, proxy);
      inventory = inventory.replace(`${host}: { ansible_port: ${ports[host]} }`, `${host}: { ansible_port: ${proxy.port} }`);
      keys = keys.replaceAll(`]:${ports[host]} `, `]:${proxy.port} `);
    }
    writeFileSync(join(directory, 'known_hosts'), keys);
    writeFileSync(join(directory, 'hosts.yaml'), inventory);
    return join(directory, 'hosts.yaml');
  }

  /** Bytes that passed each proxy while something was done. */
  async function passing(work: () => Promise<unknown>): Promise<ReadonlyMap<string, Readonly<Record<Direction, number>>>> {
    const count = ({ sent, received }: CuttingProxy) => ({ sent: sent(), received: received() });
    const before = new Map([...proxies].map(([host, proxy]) => [host, count(proxy)]));
    await work();
    return new Map(
      [...proxies].map(([host, proxy]) => {
        const { sent, received } = count(proxy);
        const then = before.get(host) ?? { sent: 0, received: 0 };
        return [host, { sent: sent - then.sent, received: received - then.received }];
      }),
    );
  }

  test(`fault 6: ${CUTS} links at random bytes (seed ${SEED}): what is reported is how the host stands, and nothing is restarted twice`, {
    timeout: 60_000 + CUTS * 10_000,
  }, async () => {
    const inventory = await throughProxies();
    const at = (args: readonly string[]) => args.map((arg) => (arg === three.fleet.lab.paths.inventory ? inventory : arg));
    const apply = () => runbook(at(three.apply()));
    await three.renew();
    const planning = await passing(() =>
      runbook(
        at(three.apply())
          .map((arg) => (arg === 'apply' ? 'plan' : arg))
          .filter((arg) => arg !== '-y'),
      ),
    );
    const all = await passing(async () => expect(await apply()).toMatchObject({ code: 0 }));
    expect(three.oddities(await three.fleet.journal())).toEqual([]);

    const random = numbers(SEED);
    const odd: string[] = [];
    const ends = new Map<string, number>();
    for (let cut = 0; cut < CUTS; cut += HOSTS.length) {
      await three.renew();
      const where: string[] = [];
      for (const [host, proxy] of proxies) {
        const direction: Direction = random() < 0.7 ? 'received' : 'sent';
        const [first, last] = [planning.get(host)?.[direction] ?? 0, all.get(host)?.[direction] ?? 0];
        // Mostly while it is changed and confirmed: before that there is nothing to be wrong about.
        const from = random() < 0.85 ? first * 0.9 : 0;
        const byte = Math.round(from + random() * (last - from));
        proxy.cutAfter(direction, byte);
        where.push(`${host} ${direction} ${byte}`);
      }
      const wrong = await cutOff(apply, (run) => runbook(at(three.go('resume', run))));
      odd.push(...wrong.map((what) => `${where.join(', ')}: ${what}`));
      for (const end of Object.values(endsOf(await three.fleet.journal()))) ends.set(end, (ends.get(end) ?? 0) + 1);
    }
    expect(odd).toEqual([]);
    // Cuts that nothing noticed would prove nothing.
    const cuts = [...proxies.values()].reduce((sum, proxy) => sum + proxy.cuts(), 0);
    expect(cuts).toBeGreaterThan(CUTS / 2);
    expect([...ends.keys()]).toContain('fixed');
  });

  /** An apply whose links are cut, and its resume where something is in doubt; what was told and is not so. */
  async function cutOff(
    apply: () => ReturnType<typeof runbook>,
    resume: (run: string) => ReturnType<typeof runbook>,
  ): Promise<readonly string[]> {
    const applied = await apply();
    const told = endsOf(await three.fleet.journal());
    const doubtful = inDoubt(await three.fleet.journal());
    const success = HOSTS.every((host) => told[host] === 'fixed');
    const wrong = (applied.code === 0) === success ? [] : [`apply ended with ${applied.code}, and hosts ${JSON.stringify(told)}`];
    if (doubtful.length === 0) return [...wrong, ...three.oddities(await three.fleet.journal())];
    const { code, err } = await resume('last');
    const settled = code === 0 || code === 3 ? [] : [`resume ended with ${code}: ${err}`];
    return [...wrong, ...settled, ...three.oddities(await three.fleet.journal())];
  }
});
