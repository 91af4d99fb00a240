import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fleet } from '../../src/domain/access.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { stepTypes } from '../../src/steps/index.ts';
import { fleetIsMissing } from '../lab/commands.ts';
import { TestFleet } from '../lab/fleet.ts';
import { FLAGS_FILE, flagsFile, kubeletNode, stubKubectl } from '../lab/kubelet-node.ts';
import { hostNamed, reach } from '../lab/reach.ts';
import { differences, treeOf } from '../lab/tree-hash.ts';

const missing = fleetIsMissing();

const UNIT = 'kubelet.service';
/** A program that would keep a cache, and does as `kubectl` and others do: below HOME. */
const CACHING = 'cd; echo kept >cache; mkdir -p ~/.cache/x "$XDG_CACHE_HOME/x" "$XDG_CONFIG_HOME/y"; echo kept >~/.wget-hsts';

/** What each step type looks at; a type that is not here fails the test. */
const LOOKS: Readonly<Record<string, readonly object[]>> = {
  'systemd.unit': [{ unit: UNIT }, { unit: 'there-is-none' }],
  'systemd.journal': [{ unit: UNIT, since: '15m', lines: 2_000 }],
  'file.read': [
    { path: FLAGS_FILE, format: 'env' },
    { path: '/etc/x.json', format: 'json' },
    { path: '/nowhere/x', format: 'text' },
  ],
  'program.args': [
    { argv: ['/usr/bin/kubelet', '--v=2', '--improve-speed', '--node-ip', '::1'], dialect: 'pflag', probe: ['--version'], timeout: '5s' },
  ],
  'command.probe': [{ argv: ['sh', '-c', CACHING], read_only: true, timeout: '5s' }],
  'http.check': [{ url: 'http://127.0.0.1:10248/healthz', timeout: '5s' }],
  'prometheus.query': [{ url: 'http://127.0.0.1:10248', query: 'up', timeout: '5s' }],
  'kubernetes.node': [{ node: 'node' }],
  'containers.running': [{}],
  'file.env': [{ path: FLAGS_FILE, set: { A: 'b' }, unset: [], create: false }],
  'file.content': [{ path: '/etc/new/x', content: 'x', absent: false }],
  'file.line': [{ path: FLAGS_FILE, line: '# x', state: 'present' }],
  'systemd.args': [{ unit: UNIT, remove: ['--improve-speed'], set: { '--v': '4' } }],
  'systemd.restart': [{ unit: UNIT }],
  'systemd.unit-state': [{ unit: UNIT, started: false, enabled: false }],
  'command.run': [
    { argv: ['touch', '/touched'], undo: ['rm', '/touched'], timeout: '5s', unless: { argv: ['test', '-e', '/touched'], code: 0 } },
  ],
};

describe.skipIf(missing)(`looking at a real host${missing ? ` (${missing})` : ''}`, () => {
  let fleet: TestFleet;
  let way: Fleet;

  beforeAll(async () => {
    const files = { [FLAGS_FILE]: { text: flagsFile('--improve-speed') }, '/etc/x.json': { text: '{}' }, ...stubKubectl(['node']) };
    fleet = await TestFleet.up({ node: kubeletNode(files) });
    way = reach(fleet);
  });

  afterAll(async () => {
    await way?.close(hostNamed('node'));
    await fleet?.[Symbol.asyncDispose]();
  });

  async function look(name: string, params: object, become: boolean): Promise<JsonObject | undefined> {
    const spec = stepTypes.get(name);
    const state = await spec?.observe(await way.read(hostNamed('node'), { become }), params);
    spec?.plan?.(state, params);
    return spec?.outputs?.of(state, params);
  }

  it.each([
    ['root', true],
    ['a user', false],
  ])('leaves it as it is, whatever a step type reads, as %s', async (_who, become) => {
    expect([...stepTypes.keys()].filter((name) => LOOKS[name] === undefined)).toEqual([]);
    await way.close(hostNamed('node'));
    const before = await treeOf(fleet.host('node'));
    for (const [name, looks] of Object.entries(LOOKS)) for (const params of looks) await look(name, params, become);
    await way.close(hostNamed('node'));
    expect(differences(before, await treeOf(fleet.host('node')))).toEqual([]);
  });

  it('as a user finds no log, rather than one without lines', async () => {
    const params = { unit: UNIT, since: '15m', lines: 2_000 };
    // A journal of the user's own is what keeps journalctl from saying that the other is hidden.
    expect(await look('systemd.journal', params, false)).toMatchObject({ source: 'none', lines: 0 });
    expect(await look('systemd.journal', params, true)).toMatchObject({ source: 'journal', lines: expect.toSatisfy((lines) => lines > 0) });
  });
});
