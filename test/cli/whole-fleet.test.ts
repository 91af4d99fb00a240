import { describe, expect, test } from 'vitest';
import { everybodyProblem, zoneProblem } from '../../src/cli/host-guard.ts';
import type { GuardOptions, TargetOptions } from '../../src/cli/options.ts';
import type { Host } from '../../src/domain/host.ts';
import type { Json } from '../../src/domain/json.ts';

const host = (name: string, vars: Readonly<Record<string, Json>> = {}): Host => ({ name, groups: [], vars });
const THREE = [host('a'), host('b'), host('c')];

describe('the whole inventory', () => {
  const problem = (
    typed: Partial<TargetOptions & GuardOptions>,
    more: { kind?: 'plan' | 'apply'; hosts?: string; of?: readonly Host[] } = {},
  ) =>
    everybodyProblem(
      { kind: more.kind ?? 'apply', options: { color: 'never', ...typed } },
      { hosts: more.hosts ?? 'web' },
      more.of ?? THREE,
    );

  test.each<[string, Parameters<typeof problem>]>([
    ['all, typed', [{ hosts: 'all' }]],
    ['a star, typed', [{ hosts: '*' }]],
    ['spelled in another way', [{ hosts: 'web,all' }]],
    ['narrowed to all', [{ hosts: 'all', limit: 'all:' }]],
    ['of a runbook', [{}, { hosts: 'all' }]],
    ['of a runbook, with a number alone', [{ maxHosts: 3 }, { hosts: 'all' }]],
    ['of a file beside a list', [{ hosts: 'all', inventory: ['a,b', 'hosts.ini'] }]],
  ])('is not changed unless that is said: %s', (_, words) => {
    expect(problem(...words)).toEqual({
      code: 'refused',
      message: 'the target is the whole inventory, 3 hosts',
      hint: 'say so if it is meant: --hosts all --max-hosts 3; or narrow with -l',
    });
  });

  test.each<[string, Parameters<typeof problem>]>([
    ['a group', [{}]],
    ['said with a number', [{ hosts: 'all', maxHosts: 3 }]],
    ['less some', [{ hosts: 'all:!db' }]],
    ['narrowed', [{ hosts: 'all', limit: 'a' }]],
    ['listed in the command', [{ hosts: 'all', inventory: ['a,b,c,'] }]],
    ['of one host', [{ hosts: 'all' }, { of: [host('a')] }]],
    ['only looked at', [{ hosts: 'all' }, { kind: 'plan' }]],
  ])('is none, or said: %s', (_, words) => {
    expect(problem(...words)).toBeUndefined();
  });
});

describe('zones', () => {
  test.each<[string, readonly Host[], { zone?: string }]>([
    ['do not count where nobody has one', THREE, {}],
    ['are there for all', [host('a', { runbook_zone: 'x' }), host('b', { runbook_zone: 7 })], {}],
    ['are those of the variable that the runbook names', [host('a', { rack: 'x' })], { zone: 'rack' }],
  ])('%s', (_, hosts, rollout) => {
    expect(zoneProblem(hosts, rollout)).toBeUndefined();
  });

  test.each<[string, readonly Host[], { zone?: string }, string]>([
    [
      'where some have one',
      [host('a', { runbook_zone: 'x' }), host('b')],
      {},
      '1 host with no zone, which would be the variable runbook_zone: b',
    ],
    ['where the runbook names it', THREE, { zone: 'rack' }, '3 hosts with no zone, which would be the variable rack: a, b, c'],
    ['where it is no name', [host('a', { rack: ['x'] })], { zone: 'rack' }, '1 host with no zone, which would be the variable rack: a'],
    [
      'where it is inherited from JavaScript alone',
      [host('a')],
      { zone: 'constructor' },
      '1 host with no zone, which would be the variable constructor: a',
    ],
  ])('that are not known are an error before a host is reached, %s', (_, hosts, rollout, message) => {
    expect(zoneProblem(hosts, rollout)).toMatchObject({ code: 'bad-input', message });
  });
});
