import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/domain/json.ts';
import { readInventory } from '../../src/inventory/read-inventory.ts';
import { failureText, type MemoryProgram, memoryIo, unwrap, varsOf } from './memory-io.ts';

// Shapes of `kubectl get nodes -o json` (core/v1 NodeList), as kubeadm 1.20 and 1.30 leave them.
const NODES = {
  apiVersion: 'v1',
  kind: 'List',
  items: [
    {
      metadata: {
        name: 'cp1',
        labels: {
          'kubernetes.io/hostname': 'cp1',
          'kubernetes.io/arch': 'amd64',
          'node-role.kubernetes.io/control-plane': '',
          'node-role.kubernetes.io/master': '',
        },
      },
      spec: { taints: [{ effect: 'NoSchedule', key: 'node-role.kubernetes.io/master' }] },
      status: {
        addresses: [
          { type: 'Hostname', address: 'cp1' },
          { type: 'InternalIP', address: '10.0.0.1' },
          { type: 'InternalIP', address: 'fd00::1' },
        ],
        nodeInfo: { kubeletVersion: 'v1.20.15' },
      },
    },
    {
      metadata: { name: 'w1.example.com', labels: { 'topology.kubernetes.io/zone': 'eu-1a', 'kubernetes.io/role': 'worker', gpu: '' } },
      spec: { unschedulable: true },
      status: { addresses: [{ type: 'Hostname', address: 'w1' }] },
    },
  ],
};

/** kubectl that prints this, and the arguments that it is called with. */
function kubectl(printed: Json | string) {
  const calls: (readonly string[])[] = [];
  const program: MemoryProgram = (args) => {
    calls.push(args);
    return typeof printed === 'string' ? printed : JSON.stringify(printed);
  };
  return { calls, program };
}

const read = (source: string, program: MemoryProgram | undefined, files: Readonly<Record<string, string>> = {}) =>
  readInventory([source], memoryIo(files, program ? { kubectl: program } : {}), { runbookDirectory: 'book' });

describe('the nodes of a cluster', () => {
  test('are hosts in groups by role and label, with the internal address', async () => {
    const inventory = unwrap(
      await read('kubernetes:', kubectl(NODES).program, { 'book/group_vars/control_plane.yml': 'ansible_user: ops\n' }),
    );
    expect([...inventory.groups].filter(([name]) => name !== 'all')).toEqual([
      ['ungrouped', []],
      ['k8s_nodes', ['cp1', 'w1.example.com']],
      ['control_plane', ['cp1']],
      ['master', ['cp1']],
      ['label_kubernetes_io_arch_amd64', ['cp1']],
      ['worker', ['w1.example.com']],
      ['label_topology_kubernetes_io_zone_eu_1a', ['w1.example.com']],
      ['label_gpu', ['w1.example.com']],
    ]);
    expect(varsOf(inventory)).toEqual({
      cp1: {
        ansible_user: 'ops',
        ansible_host: '10.0.0.1',
        kubernetes_node: 'cp1',
        kubernetes_labels: NODES.items[0]?.metadata.labels,
        kubernetes_roles: ['control-plane', 'master'],
        kubernetes_kubelet_version: 'v1.20.15',
        kubernetes_unschedulable: false,
      },
      'w1.example.com': {
        kubernetes_node: 'w1.example.com',
        kubernetes_labels: NODES.items[1]?.metadata.labels,
        kubernetes_roles: ['worker'],
        kubernetes_kubelet_version: null,
        kubernetes_unschedulable: true,
      },
    });
  });

  test('of old clusters, whose control plane is called master, are in the group control_plane', async () => {
    const old = { items: [{ metadata: { name: 'm1', labels: { 'node-role.kubernetes.io/master': '' } } }] };
    expect(unwrap(await read('kubernetes:', kubectl(old).program)).groups.get('control_plane')).toEqual(['m1']);
  });

  test('are asked for with the context, selector and kubeconfig of the source, as they stand there', async () => {
    const { calls, program } = kubectl(NODES);
    unwrap(await read('kubernetes:?context=-prod&selector=a=b,c!=d&kubeconfig=/k/c', program));
    unwrap(await read('kubernetes:?', program));
    const common = ['get', 'nodes', '--output=json', '--request-timeout=60s'];
    expect(calls).toEqual([[...common, '--context=-prod', '--selector=a=b,c!=d', '--kubeconfig=/k/c'], common]);
  });

  const failures: readonly (readonly [string, MemoryProgram | undefined, string])[] = [
    ['kubernetes:', undefined, 'there is no program kubectl here'],
    [
      'kubernetes:?context=x',
      () => ({ end: { kind: 'exited', code: 1 }, stderr: 'error: context "x" does not exist\n' }),
      'kubectl get nodes ended with exit code 1: error: context "x" does not exist',
    ],
    [
      'kubernetes:',
      () => ({
        end: { kind: 'exited', code: 1 },
        stderr:
          'E1126 03:00:00.000000 1 memcache.go:265] "Unhandled Error" err="couldn\'t get current server API group list: …"\nThe connection to the server localhost:8080 was refused - did you specify the right host or port?\n',
      }),
      'kubectl get nodes ended with exit code 1: The connection to the server localhost:8080 was refused - did you specify the right host or port?',
    ],
    ['kubernetes:', () => ({ end: { kind: 'timed-out' } }), 'kubectl get nodes took more than 120 s and was ended'],
    ['kubernetes:', () => 'x', 'what kubectl printed is not valid JSON'],
    ['kubernetes:', () => '{}', 'what kubectl printed is no list of nodes'],
    ['kubernetes:?selector=a=b', () => '{"items": []}', 'the cluster has no node that is selected'],
    ['kubernetes:', () => '{"items": [{"metadata": {}}]}', 'what kubectl printed has a node without a name'],
    [
      'kubernetes:',
      () => '{"items": [{"metadata": {"name": "-x"}}]}',
      'the host name "-x" cannot be used: a host name may not begin with "-"',
    ],
    ['kubernetes:?contxt=x', undefined, 'a kubernetes: source has no "contxt" (did you mean "context"?)'],
    ['kubernetes:?namespace=x', undefined, 'a kubernetes: source has no "namespace" (there are context, selector, kubeconfig)'],
    ['kubernetes:?context=', undefined, 'the context of a kubernetes: source is empty (is a variable unset?)'],
    ['kubernetes:prod', undefined, '"kubernetes:prod" is not understood (write kubernetes:?context=NAME&selector=LABEL=VALUE)'],
  ];
  test.each(failures)('from %s fail by name', async (source, program, message) => {
    expect(failureText(await read(source, program))).toBe(`${source}: ${message}`);
  });
});
