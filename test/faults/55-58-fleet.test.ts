import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runbook } from '../lab/command-line.ts';
import { fleetIsMissing } from '../lab/commands.ts';
import { hostNamed, reach } from '../lab/reach.ts';
import { differences, treeOf } from '../lab/tree-hash.ts';
import { inventoryFor } from '../lab/write-inventory.ts';
import { apply, edited } from '../systemd/transactions.ts';
import { Bench, bookOf, LINE_BOOK } from './bench.ts';

const missing = fleetIsMissing();

const NAMES = ['a', 'b', 'c', 'd'] as const;
const F = '/etc/app.conf';

/** Heals a host, unless it says that it stays ill. */
const rollout = (waves: string, budget: string) =>
  bookOf(
    'roll',
    `
diagnose: [{ id: conf, uses: file.read, with: { path: ${F}, format: text } }]
affected: steps.conf.value.startsWith("ill")
remediate: [{ uses: file.line, with: { path: ${F}, line: well, match: ^ill } }]
verify: [{ uses: command.probe, with: { argv: [test, '!', -e, /etc/stays-ill], read_only: true, expect: { code: 0 } } }]
rollout: { waves: ${waves}, max_failures: ${budget}, verify_timeout: 0s, parallel: 1 }
`,
  );

describe.skipIf(missing)(`a fleet of which some do not heal${missing ? ` (${missing})` : ''}`, () => {
  let bench: Bench;

  beforeAll(async () => {
    bench = await Bench.up({ a: {}, b: {}, c: {}, d: {} });
  });
  afterAll(() => bench?.[Symbol.asyncDispose]());
  beforeEach(() => {
    writeFileSync(bench.inventory, inventoryFor(bench.fleet, {}));
  });

  /** All hosts ill; those named stay so. */
  async function ill(...stay: readonly string[]): Promise<void> {
    await Promise.all(NAMES.map((name) => bench.sh(name, `echo ill >${F}; ${stay.includes(name) ? 'touch' : 'rm -f'} /etc/stays-ill`)));
  }
  const words = (outcomes: Readonly<Record<string, string>>) => NAMES.map((name) => outcomes[name]?.split(' ')[0]);
  const texts = () => NAMES.map((name) => bench.fleet.host(name).read(F).toString().trim());

  it('fault 55: when the first wave fails the second never starts, and its hosts are as they were to the byte', async () => {
    await ill('a');
    const before = await Promise.all(['b', 'c', 'd'].map((name) => treeOf(bench.fleet.host(name))));
    const ended = await bench.run('apply', rollout('[1, 100%]', '0'));
    expect(words(ended.outcomes)).toEqual(['rolled-back', 'skipped', 'skipped', 'skipped']);
    expect(ended.events.filter(({ type }) => type === 'wave.started').map(({ hosts }) => hosts)).toEqual([['a']]);
    expect(ended.events.filter(({ type }) => type === 'transaction.intended').map(({ host }) => host)).toEqual(['a']);
    expect(ended.code).toBe(3);
    const after = await Promise.all(['b', 'c', 'd'].map((name) => treeOf(bench.fleet.host(name))));
    expect(after.flatMap((tree, index) => differences(before[index] ?? '', tree))).toEqual([]);
    expect(texts()).toEqual(['ill', 'ill', 'ill', 'ill']);
  });

  it('fault 55: when the second wave fails the first stays healed, and the third never starts', async () => {
    await ill('b');
    const ended = await bench.run('apply', rollout('[1, 2, 100%]', '0'));
    expect(words(ended.outcomes)).toEqual(['fixed', 'rolled-back', 'skipped', 'skipped']);
    expect(texts()).toEqual(['well', 'ill', 'ill', 'ill']);
    expect(ended.code).toBe(3);
  });

  // A budget is how many may fail: a run stops when it is exceeded, and goes on when it is just used up.
  it.each<[string, string, string, readonly string[], readonly string[]]>([
    ['0, and one fails', '[1]', '0', ['a'], ['rolled-back', 'skipped', 'skipped', 'skipped']],
    ['0%, and one fails', '[1]', '0%', ['b'], ['fixed', 'rolled-back', 'skipped', 'skipped']],
    ['1, and one fails', '[1]', '1', ['a'], ['rolled-back', 'fixed', 'fixed', 'fixed']],
    ['1, and two fail', '[1]', '1', ['a', 'b'], ['rolled-back', 'rolled-back', 'skipped', 'skipped']],
    ['25% of four, and one fails', '[1]', '25%', ['a'], ['rolled-back', 'fixed', 'fixed', 'fixed']],
    ['24% of four, and one fails', '[1]', '24%', ['a'], ['rolled-back', 'skipped', 'skipped', 'skipped']],
    ['50% of four, and the third fails', '[2]', '50%', ['a', 'b', 'c'], ['rolled-back', 'rolled-back', 'rolled-back', 'skipped']],
    ['100%, and all fail', '[1]', '100%', ['a', 'b', 'c', 'd'], ['rolled-back', 'rolled-back', 'rolled-back', 'rolled-back']],
  ])('fault 56: a budget of %s', async (_what, waves, budget, stay, expected) => {
    await ill(...stay);
    const ended = await bench.run('apply', rollout(waves, budget));
    expect(words(ended.outcomes)).toEqual(expected);
    expect(ended.code).toBe(3);
    expect(texts()).toEqual(expected.map((outcome) => (outcome === 'fixed' ? 'well' : 'ill')));
    expect(ended.events.some(({ type }) => type === 'budget.exceeded')).toBe(expected.includes('skipped'));
  });

  it('fault 56: the only host of a run fails', async () => {
    await ill('c');
    const ended = await bench.run('apply', rollout('[1]', '0'), { limit: 'c' });
    expect(ended.outcomes).toEqual({ c: expect.stringMatching(/^rolled-back/) });
    expect(ended.code).toBe(3);
  });

  it('fault 56: all hosts unreachable is no success', async () => {
    const text = readFileSync(bench.inventory, 'utf8').replaceAll(/198\.18\.(\d)\.1(\d)/g, '198.18.$1.9$2');
    writeFileSync(bench.inventory, text);
    for (const verb of ['diagnose', 'plan', 'apply'] as const) {
      const ended = await bench.run(verb, rollout('[1]', '100%'));
      expect(words(ended.outcomes)).toEqual(NAMES.map(() => 'unreachable'));
      expect(ended.code).toBe(4);
    }
  });

  it.each([
    ['a limit that nobody matches', ['-l', 'z*']],
    ['an intersection that is empty', ['-l', 'a:&b']],
    ['an exclusion of all', ['-l', 'all:!all']],
  ])('fault 56: no host, by %s, is an error', async (_what, more) => {
    const { code, out } = await runbook([...bench.words('apply', rollout('[1]', '0')), ...more]);
    expect({ code, out }).toEqual({ code: 1, out: '' });
  });

  describe('that is not the one that was looked at', () => {
    /** The inventory, with host `a` at the address of another one. */
    const elsewhere = (to: string) => {
      const inventory = JSON.parse(inventoryFor(bench.fleet, {})) as { all: { hosts: Record<string, { ansible_host: string }> } };
      inventory.all.hosts['a'] = { ansible_host: bench.fleet.host(to).address };
      writeFileSync(bench.inventory, JSON.stringify(inventory));
    };

    it('fault 58: a rollback does not touch another machine at the same name, though its file is the same', async () => {
      await Promise.all(NAMES.map((name) => bench.sh(name, `echo old >${F}`)));
      expect((await bench.run('apply', LINE_BOOK, { limit: 'a', inputs: { path: F } })).outcomes).toEqual({ a: 'fixed' });
      await bench.sh('b', `echo new >${F}`);
      elsewhere('b');
      const before = await treeOf(bench.fleet.host('b'));
      const back = await bench.rollBack();
      expect(back.outcomes).toEqual({ a: expect.stringMatching(/^conflict .*another machine/) });
      expect(back.code).toBe(3);
      expect(differences(before, await treeOf(bench.fleet.host('b')))).toEqual([]);
      elsewhere('a');
      expect((await bench.rollBack()).outcomes).toEqual({ a: 'rolled-back' });
    });

    it('fault 58: a rollback does not touch the machine once it was installed anew', async () => {
      await bench.sh('a', `echo old >${F}`);
      await bench.run('apply', LINE_BOOK, { limit: 'a', inputs: { path: F } });
      await bench.sh('a', 'cp /etc/machine-id /root/; tr 0-9a-f f0-9a-e </root/machine-id >/etc/machine-id');
      const back = await bench.rollBack();
      await bench.sh('a', 'cat /root/machine-id >/etc/machine-id');
      expect(back.outcomes).toEqual({ a: expect.stringMatching(/^conflict .*another machine/) });
      expect(bench.fleet.host('a').read(F).toString()).toBe('new\n');
    });

    it('fault 58: a rollback of a host that the inventory no longer names is an error, and touches nobody', async () => {
      await bench.sh('a', `echo old >${F}`);
      await bench.run('apply', LINE_BOOK, { limit: 'a', inputs: { path: F } });
      writeFileSync(bench.inventory, inventoryFor(bench.fleet, {}).replace('"a":', '"renamed":'));
      const back = await bench.rollBack();
      expect(back.code).toBe(1);
      expect(back.err).toContain('the inventory has no a');
      expect(bench.fleet.host('a').read(F).toString()).toBe('new\n');
    });

    it('fault 58: a change does not reach another machine to which the name leads since it was planned', async () => {
      await Promise.all(NAMES.map((name) => bench.sh(name, `echo old >${F}`)));
      const changes = { address: bench.fleet.host('a').address };
      const moving = reach(bench.fleet, changes);
      const host = hostNamed('a');
      await (await moving.read(host)).facts();
      const change = await edited(moving, 'a', F, 'moved\n');
      await moving.close(host);
      changes.address = bench.fleet.host('b').address;
      expect(await apply(moving, 'a', [change])).toMatchObject([{ kind: 'stale', message: expect.stringContaining('another machine') }]);
      await moving.close(host);
      expect(texts()).toEqual(['old', 'old', 'old', 'old']);
    });
  });
});
