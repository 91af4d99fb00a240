import type { DeniedRead } from '../domain/denied.ts';
import { durationMs, showDuration } from '../domain/duration.ts';
import { defineStep, type Unmet } from '../domain/step.ts';
import { type ClusterView, readCluster } from './cluster-view.ts';
import { ABSOLUTE_PATH, DURATION } from './parameter-schemas.ts';

interface NodeView {
  readonly asked: boolean;
  /** Why the API could not be asked; else what the Ready condition says when it is not True. */
  readonly why: string;
  readonly registered: boolean;
  readonly ready: boolean;
  /** Seconds since the kubelet's last sign of life; -1 when there is none to go by. */
  readonly heartbeatAge: number;
  readonly denied: readonly DeniedRead[];
}

const NODES = {
  kind: 'List',
  items: [
    {
      kind: 'Node',
      metadata: { name: 'k8s01' },
      status: { conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady', lastHeartbeatTime: '2026-11-22T08:00:00Z' }] },
    },
  ],
};
const LEASES = { kind: 'List', items: [{ metadata: { name: 'k8s01' }, spec: { renewTime: '2026-11-22T08:04:55.000000Z' } }] };

/** Whether a Kubernetes node is registered, ready and alive, as the API has it. */
export const kubernetesNode = defineStep({
  name: 'kubernetes.node',
  summary: 'Ask the Kubernetes API whether a node is registered, Ready and alive',
  docs: `Runs \`kubectl get nodes\` and \`kubectl get leases -n kube-node-lease\` on the host that is asked, usually another one
(\`on:\`), with kubectl's own default kubeconfig, else with \`/etc/kubernetes/admin.conf\`. The heartbeat is the renewal of
the node's lease, or, where leases cannot be read, the time of its Ready condition, measured by the asked host's clock.

A kubectl that has no kubeconfig (it tries \`localhost:8080\`), or an identity that may not list nodes (a kubelet's own),
says nothing about the node: \`asked\` is false and \`why\` tells.`,
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['node'],
    properties: {
      node: { type: 'string', minLength: 1, maxLength: 253, description: "the node's name in the cluster" },
      kubeconfig: { ...ABSOLUTE_PATH, description: 'a kubeconfig file on the host that is asked' },
      expect: {
        type: 'object',
        additionalProperties: false,
        description: 'what must hold',
        properties: {
          registered: { type: 'boolean', description: 'whether the cluster knows the node' },
          ready: { type: 'boolean', description: 'whether its Ready condition is True' },
          heartbeat_within: { ...DURATION, description: "how old the kubelet's last sign of life may be" },
        },
      },
    },
  },
  examples: [
    {
      title: 'A node that is back',
      params: { node: 'k8s01', expect: { ready: true, heartbeat_within: '60s' } },
      host: {
        programs: {
          'kubectl get nodes -o json': { stdout: JSON.stringify(NODES) },
          'kubectl get leases -n kube-node-lease -o json': { stdout: JSON.stringify(LEASES) },
          'date +%s': { stdout: '1795334700\n' },
        },
      },
      outputs: { asked: true, why: '', registered: true, ready: true, heartbeat_age_s: 5 },
      unmet: [],
    },
    {
      title: 'Asked on a node that has no kubeconfig',
      params: { node: 'k8s01', expect: { ready: true } },
      host: {
        programs: {
          'kubectl get nodes -o json': {
            code: 1,
            stderr: 'The connection to the server localhost:8080 was refused - did you specify the right host or port?\n',
          },
        },
      },
      outputs: { asked: false, registered: false, ready: false, heartbeat_age_s: -1 },
      unmet: [
        'the API can be asked about k8s01: expected, but kubectl has no kubeconfig there and tried localhost:8080; that is no fault of the node',
      ],
    },
  ],
  async observe(host, { node, kubeconfig }): Promise<NodeView> {
    return viewOf(node, await readCluster(host, kubeconfig));
  },
  outputs: {
    schema: {
      type: 'object',
      properties: {
        asked: { type: 'boolean', description: 'whether the API could be asked' },
        why: { type: 'string', description: 'why it could not be, or why the node is not ready' },
        registered: { type: 'boolean', description: 'whether the cluster knows the node' },
        ready: { type: 'boolean', description: 'whether its Ready condition is True' },
        heartbeat_age_s: { type: 'number', description: "seconds since the kubelet's last sign of life; -1 when there is none" },
      },
    },
    of: ({ asked, why, registered, ready, heartbeatAge }) => ({ asked, why, registered, ready, heartbeat_age_s: heartbeatAge }),
  },
  denied: ({ denied }) => denied,
  verify(view, { node, expect = {} }) {
    if (Object.keys(expect).length === 0) return [];
    if (!view.asked) {
      return [{ what: `the API can be asked about ${node}: expected, but ${view.why}; that is no fault of the node`, inconclusive: true }];
    }
    return [
      ...registration(view, node, expect.registered),
      ...readiness(view, node, expect.ready),
      ...heartbeat(view, node, expect.heartbeat_within),
    ];
  },
});

function viewOf(node: string, cluster: ClusterView): NodeView {
  const unknown = { registered: false, ready: false, heartbeatAge: -1, denied: [] };
  if (!cluster.asked) return { ...unknown, asked: false, why: cluster.why, denied: cluster.denied };
  const status = cluster.nodes.find(({ name }) => name === node);
  if (status === undefined) return { ...unknown, asked: true, why: 'the cluster has no node of that name' };
  const sign = cluster.leases?.get(node) ?? status.heartbeatMs;
  const age = sign === undefined || cluster.nowMs === undefined ? -1 : Math.max(0, (cluster.nowMs - sign) / 1_000);
  const ready = status.ready === 'True';
  const why = ready ? '' : `Ready is ${status.ready || 'not reported'}${status.why === '' ? '' : ` (${status.why})`}`;
  return { asked: true, registered: true, ready, why, heartbeatAge: age, denied: [] };
}

function registration(view: NodeView, node: string, wanted: boolean | undefined): readonly Unmet[] {
  if (wanted === undefined || wanted === view.registered) return [];
  if (wanted) return [{ what: `${node} is registered: expected, but the cluster has no node of that name` }];
  return [{ what: `${node} is not registered: expected, but the cluster has it` }];
}

function readiness(view: NodeView, node: string, wanted: boolean | undefined): readonly Unmet[] {
  if (wanted === undefined || wanted === view.ready) return [];
  return [wanted ? { what: `${node} is Ready: expected, but ${view.why}` } : { what: `${node} is not Ready: expected, but it is` }];
}

function heartbeat(view: NodeView, node: string, within: string | undefined): readonly Unmet[] {
  const limit = within === undefined ? undefined : durationMs(within);
  if (limit === undefined || (view.heartbeatAge >= 0 && view.heartbeatAge * 1_000 <= limit)) return [];
  const found = view.heartbeatAge < 0 ? 'there is none' : `the last one is ${showDuration(view.heartbeatAge * 1_000)} old`;
  return [{ what: `${node} gave a sign of life within ${showDuration(limit)}: expected, but ${found}` }];
}
