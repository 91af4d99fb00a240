import type { Reader } from '../domain/access.ts';
import { type DeniedRead, deniedProbe } from '../domain/denied.ts';
import { defineStep, type Unmet } from '../domain/step.ts';
import { containersInCgroups } from './container-cgroups.ts';
import { programText } from './program-text.ts';

interface Containers {
  readonly ids: readonly string[];
  /** Ids that count as running as well, though the source does not list them: pod sandboxes, which cgroups show and crictl does not. */
  readonly also: readonly string[];
  readonly source: 'crictl' | 'cgroups';
  readonly denied: readonly DeniedRead[];
}

const WEB = '3f2c1a0b9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a3b2c1d0e9f8a7b6c5d4e3f2a';
const SANDBOX = '9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9a8b';
const GONE = '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef';

/** The containers of Kubernetes pods that run on the host. */
export const containersRunning = defineStep({
  name: 'containers.running',
  summary: 'List the containers of Kubernetes pods that are running',
  docs: `Asks the container runtime (\`crictl ps -q\`). Where there is no crictl, or it cannot ask, the control groups of pods below
\`/sys/fs/cgroup\` are read, which also tells where the runtime is down; pod sandboxes are among those. Containers go on
running while the kubelet does not, so a fix of the kubelet must leave them alone: \`expect.still\` takes the \`ids\` of an
earlier step.`,
  schema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      expect: {
        type: 'object',
        additionalProperties: false,
        description: 'what must hold',
        properties: {
          still: { type: 'array', items: { type: 'string' }, description: 'ids of containers that must still be running' },
          at_least: { type: 'integer', minimum: 0, description: 'how many must be running' },
        },
      },
    },
  },
  examples: [
    {
      title: 'Asked of the runtime',
      params: { expect: { still: [WEB, SANDBOX], at_least: 1 } },
      host: { programs: { 'crictl ps -q': { stdout: `${WEB}\n` }, 'crictl pods -q --state ready': { stdout: `${SANDBOX}\n` } } },
      outputs: { ids: [WEB], source: 'crictl' },
      unmet: [],
    },
    {
      title: 'Without crictl',
      params: { expect: { still: [GONE] } },
      host: {
        files: {
          [`/sys/fs/cgroup/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1.slice/cri-containerd-${WEB}.scope/cgroup.procs`]:
            '9\n',
          '/sys/fs/cgroup/system.slice/sshd.service/cgroup.procs': '1\n',
        },
      },
      outputs: { ids: [WEB], source: 'cgroups' },
      unmet: ['container 0123456789ab is still running: expected, but it is not'],
    },
  ],
  async observe(host): Promise<Containers> {
    const asked = await askRuntime(host);
    if (asked.source === 'crictl') return asked;
    return { ...asked, ids: await containersInCgroups(host) };
  },
  denied: ({ denied }) => denied,
  outputs: {
    schema: {
      type: 'object',
      properties: {
        ids: { type: 'array', items: { type: 'string' }, description: 'ids of running containers, sorted' },
        source: { type: 'string', enum: ['crictl', 'cgroups'], description: 'where they were read' },
      },
    },
    of: ({ ids, source }) => ({ ids, source }),
  },
  verify({ ids, also }, { expect = {} }) {
    const running = new Set([...ids, ...also]);
    const gone = (expect.still ?? []).filter((id) => !running.has(id));
    const unmet = gone.map((id): Unmet => ({ what: `container ${id.slice(0, 12)} is still running: expected, but it is not` }));
    if (expect.at_least !== undefined && ids.length < expect.at_least) {
      unmet.push({ what: `at least ${expect.at_least} containers are running: expected, but ${ids.length} are` });
    }
    return unmet;
  },
});

const RUNNING = ['crictl', 'ps', '-q'];
const PODS = ['crictl', 'pods', '-q', '--state', 'ready'];

/** What crictl says; nothing, and cgroups for its source, where it cannot be asked. */
async function askRuntime(host: Reader): Promise<Containers> {
  const [running, pods] = await Promise.all([RUNNING, PODS].map((argv) => host.probe(argv, { raise: 'denied' })));
  if (running?.code !== 0) {
    const denied = running === undefined ? [] : deniedProbe(RUNNING, running).map((one) => ({ ...one, instead: 'control groups' }));
    return { ids: [], also: [], source: 'cgroups', denied };
  }
  const also = pods?.code === 0 ? idsIn(programText(pods.stdout)) : [];
  return { ids: idsIn(programText(running.stdout)), also, source: 'crictl', denied: [] };
}

function idsIn(output: string): readonly string[] {
  const ids = output.split('\n').map((line) => line.trim());
  return ids.filter((id) => /^[0-9a-f]{12,64}$/.test(id)).sort();
}
