import { describe, expect, test } from 'vitest';
import { kubernetesNode } from '../../src/steps/kubernetes.node.ts';
import { type Answer, FakeHost } from '../fakes/fake-host.ts';

const NODES = 'kubectl get nodes -o json';
const LEASES = 'kubectl get leases -n kube-node-lease -o json';
/** 2026-11-22 08:05:00 UTC. */
const NOW = { stdout: '1795334700\n' };
const ADMIN = ' --kubeconfig=/etc/kubernetes/admin.conf';

/** The shape of kubectl 1.32's answer, most of its fields left out. */
function nodes(...each: readonly { name: string; status: string; reason?: string; message?: string; heartbeat?: string }[]): Answer {
  const items = each.map(
    ({ name, status, reason = 'KubeletReady', message = 'kubelet is posting ready status', heartbeat = '2026-11-22T08:00:00Z' }) => ({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, labels: { 'kubernetes.io/hostname': name }, uid: '7e3c' },
      spec: { podCIDR: '10.244.0.0/24' },
      status: {
        conditions: [
          { type: 'MemoryPressure', status: 'False', lastHeartbeatTime: heartbeat, reason: 'KubeletHasSufficientMemory' },
          { type: 'Ready', status, lastHeartbeatTime: heartbeat, lastTransitionTime: heartbeat, reason, message },
        ],
        images: [{ names: ['registry.k8s.io/pause:3.10.1'], sizeBytes: 320_448 }],
      },
    }),
  );
  return { stdout: JSON.stringify({ apiVersion: 'v1', items, kind: 'List', metadata: { resourceVersion: '' } }, null, 4) };
}

function leases(times: Readonly<Record<string, string>>): Answer {
  const items = Object.entries(times).map(([name, renewTime]) => ({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace: 'kube-node-lease' },
    spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime },
  }));
  return { stdout: JSON.stringify({ apiVersion: 'v1', items, kind: 'List' }) };
}

/** As printed by kubectl v1.32 without a kubeconfig. */
const NO_KUBECONFIG: Answer = {
  code: 1,
  stderr: `E1123 02:04:05.756185   10420 memcache.go:265] "Unhandled Error" err="couldn't get current server API group list: Get \\"http://localhost:8080/api?timeout=32s\\": dial tcp 127.0.0.1:8080: connect: connection refused"
The connection to the server localhost:8080 was refused - did you specify the right host or port?
`,
};
const FORBIDDEN: Answer = {
  code: 1,
  stderr:
    'Error from server (Forbidden): nodes is forbidden: User "system:node:k8s01" cannot list resource "nodes" in API group "" at the cluster scope\n',
};

async function look(
  programs: Readonly<Record<string, Answer>>,
  expected: object = {},
  files: Readonly<Record<string, string>> = {},
  kubeconfig?: string,
) {
  const host = new FakeHost({ files });
  for (const [line, answer] of Object.entries(programs)) host.programs.set(line, answer);
  const params = { node: 'k8s01', expect: expected, ...(kubeconfig === undefined ? {} : { kubeconfig }) };
  const state = await kubernetesNode.observe(host, params);
  const unmet = kubernetesNode.verify?.(state, params).map(({ what }) => what);
  return { outputs: kubernetesNode.outputs?.of(state, params), unmet, host };
}

const ALL = { registered: true, ready: true, heartbeat_within: '40s' };

describe('a node that the API knows', () => {
  test.each([
    ['Ready with a fresh lease', 'True', '2026-11-22T08:04:51.123456Z', []],
    [
      'Ready with an old lease',
      'True',
      '2026-11-22T08:03:00.000000Z',
      ['k8s01 gave a sign of life within 40 s: expected, but the last one is 2 min old'],
    ],
  ])('%s', async (_title, status, renewTime, unmet) => {
    const found = await look(
      {
        [NODES]: nodes({ name: 'k8s02', status: 'False' }, { name: 'k8s01', status }),
        [LEASES]: leases({ k8s01: renewTime }),
        'date +%s': NOW,
      },
      ALL,
    );
    expect(found.unmet).toEqual(unmet);
  });

  test('one whose kubelet is silent is not Ready, and the reason is told', async () => {
    const silent = { name: 'k8s01', status: 'Unknown', reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' };
    const found = await look({ [NODES]: nodes(silent), [LEASES]: leases({}), 'date +%s': NOW }, { ready: true });
    expect(found.outputs).toEqual({
      asked: true,
      registered: true,
      ready: false,
      why: 'Ready is Unknown (NodeStatusUnknown: Kubelet stopped posting node status.)',
      heartbeat_age_s: 300,
    });
    expect(found.unmet).toEqual([
      'k8s01 is Ready: expected, but Ready is Unknown (NodeStatusUnknown: Kubelet stopped posting node status.)',
    ]);
  });

  test('where leases may not be read, the Ready condition tells the heartbeat', async () => {
    const found = await look({ [NODES]: nodes({ name: 'k8s01', status: 'True' }), [LEASES]: FORBIDDEN, 'date +%s': NOW });
    expect(found.outputs).toMatchObject({ heartbeat_age_s: 300 });
  });

  test('a lease ahead of the clock is no age below zero', async () => {
    const found = await look({
      [NODES]: nodes({ name: 'k8s01', status: 'True' }),
      [LEASES]: leases({ k8s01: '2026-11-22T08:05:03Z' }),
      'date +%s': NOW,
    });
    expect(found.outputs).toMatchObject({ heartbeat_age_s: 0 });
  });

  test('without a clock there is no heartbeat to go by', async () => {
    const found = await look(
      { [NODES]: nodes({ name: 'k8s01', status: 'True' }), [LEASES]: leases({ k8s01: '2026-11-22T08:05:03Z' }) },
      { heartbeat_within: '1m' },
    );
    expect(found.unmet).toEqual(['k8s01 gave a sign of life within 1 min: expected, but there is none']);
  });
});

test('a node that the API does not know', async () => {
  const found = await look({ [NODES]: nodes({ name: 'k8s02', status: 'True' }), [LEASES]: leases({}), 'date +%s': NOW }, ALL);
  expect(found.unmet).toEqual([
    'k8s01 is registered: expected, but the cluster has no node of that name',
    'k8s01 is Ready: expected, but the cluster has no node of that name',
    'k8s01 gave a sign of life within 40 s: expected, but there is none',
  ]);
  expect((await look({ [NODES]: nodes() }, { registered: false })).unmet).toEqual([]);
});

test.each<[string, Answer, string]>([
  ['no kubeconfig, kubectl 1.32', NO_KUBECONFIG, 'kubectl has no kubeconfig there and tried localhost:8080'],
  [
    'forbidden to a node',
    FORBIDDEN,
    'kubectl was run with the identity of a node (system:node:k8s01), which may not list nodes: expected RBAC',
  ],
  [
    'forbidden to somebody',
    { code: 1, stderr: 'Error from server (Forbidden): nodes is forbidden: User "jane" cannot list resource "nodes"\n' },
    'the API does not let jane list nodes',
  ],
  ['no kubectl', { code: 127 }, 'there is no kubectl on the host that was asked'],
  ['no answer in time', { code: 124 }, 'kubectl had no answer from the API in time'],
  [
    'credentials that expired',
    { code: 1, stderr: 'error: You must be logged in to the server (Unauthorized)\n' },
    'the API does not accept the credentials of that kubeconfig',
  ],
  [
    'an API that is down',
    { code: 1, stderr: 'The connection to the server 10.0.0.1:6443 was refused - did you specify the right host or port?\n' },
    'kubectl: The connection to the server 10.0.0.1:6443 was refused - did you specify the right host or port?',
  ],
  ['an answer that is no list', { stdout: 'No resources found' }, 'kubectl answered with something that is no list of nodes'],
])('%s says nothing of the node', async (_title, answer, why) => {
  const found = await look({ [NODES]: answer, 'date +%s': NOW }, { ready: true });
  expect(found.outputs).toEqual({ asked: false, why, registered: false, ready: false, heartbeat_age_s: -1 });
  expect(found.unmet).toEqual([`the API can be asked about k8s01: expected, but ${why}; that is no fault of the node`]);
});

describe('which kubeconfig', () => {
  const good = { ...nodes({ name: 'k8s01', status: 'True' }) };

  test("kubeadm's, where kubectl has none of its own", async () => {
    const programs = { [NODES]: NO_KUBECONFIG, [NODES + ADMIN]: good, [LEASES + ADMIN]: leases({}), 'date +%s': NOW };
    const found = await look(programs, { ready: true }, { '/etc/kubernetes/admin.conf': 'secret' });
    expect(found.unmet).toEqual([]);
    expect(found.host.asked).not.toContain('file /etc/kubernetes/admin.conf');
  });

  test("kubeadm's, where the default is a node's identity", async () => {
    const found = await look({ [NODES]: FORBIDDEN, [NODES + ADMIN]: good }, { ready: true }, { '/etc/kubernetes/admin.conf': 'secret' });
    expect(found.unmet).toEqual([]);
  });

  test("the user's own comes before kubeadm's", async () => {
    const own = ' --kubeconfig=/root/.kube/config';
    const files = { '/etc/passwd': 'root:x:0:0:root:/root:/bin/bash\n', '/root/.kube/config': 'x', '/etc/kubernetes/admin.conf': 'y' };
    const found = await look({ [NODES]: NO_KUBECONFIG, [NODES + own]: good }, { ready: true }, files);
    expect(found.unmet).toEqual([]);
    expect(found.host.asked.filter((line) => line.includes('admin.conf'))).toEqual([]);
  });

  test('no other one where the API itself does not answer', async () => {
    const found = await look(
      { [NODES]: { code: 124 }, [NODES + ADMIN]: good },
      { ready: true },
      { '/etc/kubernetes/admin.conf': 'secret' },
    );
    expect(found.outputs).toMatchObject({ asked: false });
  });

  test('only the one that is given', async () => {
    const found = await look({ [`${NODES} --kubeconfig=/etc/x.conf`]: good, [NODES]: NO_KUBECONFIG }, { ready: true }, {}, '/etc/x.conf');
    expect(found.unmet).toEqual([]);
    expect(found.host.asked).not.toContain(`probe ${NODES}`);
  });
});

test('all questions about many nodes are the same', async () => {
  const [one, two] = [new FakeHost(), new FakeHost()];
  await kubernetesNode.observe(one, { node: 'k8s01' });
  await kubernetesNode.observe(two, { node: 'k8s02' });
  expect(one.asked).toEqual(two.asked);
});
