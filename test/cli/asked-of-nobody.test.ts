import { describe, expect, test } from 'vitest';
import { askedOfNobody } from '../../src/cli/asked-of-nobody.ts';
import { hostFor } from '../../src/cli/connect.ts';
import type { Host, Inventory } from '../../src/domain/host.ts';
import type { StepPlan } from '../../src/domain/plan.ts';
import { plan } from '../ui/streams.ts';

const hosts: readonly Host[] = ['a', 'b'].map((name) => ({ name, groups: [], vars: { x: 1, api_token: 't' } }));
const inventory: Inventory = {
  sources: [],
  hosts,
  groups: new Map([
    ['all', ['a', 'b']],
    ['control_plane', ['a']],
    ['none', []],
  ]),
};

describe('a host that is asked in the place of others', () => {
  test.each([
    ['control_plane', 'a'],
    ['control_plane[0]', 'a'],
    ['b', 'b'],
    ['all:!a', 'b'],
    ['contr*', 'a'],
    ['controller', 'controller'],
  ])('by %s is %s', (pattern, name) => {
    expect(hostFor(inventory, pattern)).toMatchObject({ ok: true, value: { name } });
  });

  test.each([
    ['contrl_plane', 'not-found', 'the inventory has no group or host contrl_plane'],
    ['none', 'not-found', 'none is empty in the inventory'],
    ['control_plane[5]', 'bad-params', expect.stringMatching(/^the host to ask: .*control_plane\[5\]/)],
  ])('by %s is nobody (%s)', (pattern, code, message) => {
    expect(hostFor(inventory, pattern)).toEqual({ ok: false, failure: { code, message } });
  });
});

test('what was asked of nobody is told once, with the steps; what was not asked, and who answered, is not', () => {
  const asked = new Map(['contrl_plane', 'control_plane', 'none'].map((pattern) => [pattern, hostFor(inventory, pattern)]));
  const step = (id: string, why: string): StepPlan => ({
    id,
    phase: 'diagnose',
    uses: 'kubernetes.node',
    status: { kind: 'skipped', why },
    findings: [],
    unmet: [],
  });
  const steps = [
    step('node', 'nobody to ask: the inventory has no group or host contrl_plane'),
    step('other', 'its condition does not hold'),
  ];
  expect(askedOfNobody([plan('a', 'healthy', { steps }), plan('b', 'healthy', { steps })], asked)).toEqual([
    'node was asked of nobody: the inventory has no group or host contrl_plane',
  ]);
});
