import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/domain/finding.ts';
import { groupByCause } from '../../src/views/group-by-cause.ts';
import { groupByDiff } from '../../src/views/group-by-diff.ts';
import { groupByReason } from '../../src/views/group-by-reason.ts';
import { bigFleet, CAUSE, file, fileChange, flagRemoved, GAVE_UP, illPlan, LOGGED, NO_KUBECONFIG, plan, RESTART } from '../ui/streams.ts';

const ill = (host: string, ...findings: readonly Finding[]) => plan(host, 'would-fix', { findings });
const hosts = (groups: readonly { readonly hosts: readonly string[] }[]) => groups.map((group) => group.hosts);

describe('hosts are grouped by cause', () => {
  test('by what is said and where, the rarest first', () => {
    const elsewhere = { ...CAUSE, at: '/etc/default/kubelet:3' };
    expect(hosts(groupByCause([ill('a', CAUSE), ill('b', CAUSE), ill('c', elsewhere)]))).toEqual([['c'], ['a', 'b']]);
  });

  test('with more causes before those with fewer, where they are equally rare', () => {
    const other = { ...CAUSE, says: 'another' };
    expect(hosts(groupByCause([ill('a', CAUSE), ill('b', CAUSE, other)]))).toEqual([['b'], ['a']]);
  });

  test('whatever the log of each still holds, when the cause was found in a file', () => {
    const [group, ...more] = groupByCause([ill('a', CAUSE), ill('b', CAUSE, LOGGED, GAVE_UP, NO_KUBECONFIG)]);
    expect(more).toEqual([]);
    expect(group).toEqual({
      causes: [CAUSE],
      also: [LOGGED],
      hosts: ['a', 'b'],
      evidence: { host: 'a', lines: CAUSE.evidence },
      explains: [{ says: GAVE_UP.says, hosts: 1 }],
      benign: [{ says: NO_KUBECONFIG.says, hosts: 1 }],
    });
  });

  test('by the log when nothing else shows the cause', () => {
    expect(groupByCause([ill('a', LOGGED)])[0]?.causes).toEqual([LOGGED]);
  });

  test('in a group of their own when they show no cause', () => {
    expect(groupByCause([ill('a'), ill('b', CAUSE), ill('c')]).map((group) => [group.causes.length, group.hosts])).toEqual([
      [1, ['b']],
      [0, ['a', 'c']],
    ]);
  });
});

describe('hosts are grouped by diff', () => {
  test('four hundred hosts with three diffs are three groups, the odd ones first', () => {
    expect(hosts(groupByDiff(bigFleet())).map(({ length }) => length)).toEqual([1, 2, 397]);
  });

  const base = fileChange('/etc/a', 'old', 'new');
  test.each([
    ['contents before', fileChange('/etc/a', 'older', 'new')],
    ['contents after', fileChange('/etc/a', 'old', 'newer')],
    ['the path', fileChange('/etc/b', 'old', 'new')],
    ['what is said', fileChange('/etc/a', 'old', 'new', { says: ['~ x'] })],
    ['the mode', { ...base, after: file('/etc/a', 'new', 0o600) }],
  ])('%s tells hosts apart', (_, change) => {
    expect(groupByDiff([illPlan('a', [base]), illPlan('b', [change])]).length).toBe(2);
  });

  test('times of modification do not', () => {
    const touched = base.before.kind === 'file' ? { ...base.before, attributes: { ...base.before.attributes, mtimeNs: '5' } } : base.before;
    expect(groupByDiff([illPlan('a', [base]), illPlan('b', [{ ...base, before: touched }])]).length).toBe(1);
  });

  test('steps that are left out are part of what is done', () => {
    const skipped = { ...illPlan('b'), steps: [] };
    expect(groupByDiff([illPlan('a'), skipped]).length).toBe(2);
  });

  test('units and triggers tell hosts apart', () => {
    expect(groupByDiff([illPlan('a', [flagRemoved(), ...RESTART]), illPlan('b', [flagRemoved()])]).length).toBe(2);
  });
});

test('hosts are grouped by reason, in which their own name does not count', () => {
  const reason = (host: string) => ({ code: 'unreachable', message: `no answer from ${host}` }) as const;
  const endings = ['a', 'b'].map((host) => ({ host: `lab-${host}`, outcome: 'unreachable', reason: reason(`lab-${host}`) }) as const);
  const other = { host: 'c', outcome: 'unreachable', reason: { code: 'auth', message: 'refused' } } as const;
  expect(groupByReason([...endings, other])).toEqual([
    { outcome: 'unreachable', reason: other.reason, hosts: ['c'] },
    { outcome: 'unreachable', reason: reason('lab-a'), hosts: ['lab-a', 'lab-b'] },
  ]);
});
