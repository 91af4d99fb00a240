import type { Probe, Reader } from '../domain/access.ts';
import { type DeniedRead, deniedProbe } from '../domain/denied.ts';
import { HostFault } from '../domain/failure.ts';
import { kubectlRefusal } from '../formats/kubectl-refusal.ts';
import { type NodeStatus, parseLeases, parseNodes } from '../formats/kubernetes-lists.ts';
import { programText } from './program-text.ts';

/** A cluster's nodes as one host's kubectl sees them, or why it cannot. */
export type ClusterView =
  | {
      readonly asked: true;
      readonly nodes: readonly NodeStatus[];
      /** Node name to when its lease was renewed, ms since the epoch; undefined when leases could not be read. */
      readonly leases: ReadonlyMap<string, number> | undefined;
      /** The asked host's clock, ms since the epoch; undefined when it has no `date`. */
      readonly nowMs: number | undefined;
    }
  | { readonly asked: false; readonly why: string; readonly tryAnother: boolean; readonly denied: readonly DeniedRead[] };

/** Where kubeadm leaves the administrator's kubeconfig on a control plane. */
const ADMIN_CONFIG = '/etc/kubernetes/admin.conf';

/** Nodes with many images are long: about 20 kB each. */
const LIMITS = { maxBytes: 33_554_432, timeoutMs: 20_000 } as const;

/**
 * Asks for all nodes, whichever is wanted, so that the questions of many hosts are one. Without a given kubeconfig
 * kubectl is asked as it is, then with the user's own ~/.kube/config (probes have no home), then with kubeadm's.
 */
export async function readCluster(host: Reader, kubeconfig: string | undefined): Promise<ClusterView> {
  if (kubeconfig !== undefined) return ask(host, kubeconfig);
  const [first, others] = await Promise.all([ask(host, undefined), kubeconfigsOf(host)]);
  if (first.asked || !first.tryAnother) return first;
  let last: ClusterView = first;
  for (const path of others) {
    last = await ask(host, path);
    if (last.asked || !last.tryAnother) return last;
  }
  return last;
}

/** Files that are there, by name only: what stands in them is secret. */
async function kubeconfigsOf(host: Reader): Promise<readonly string[]> {
  const [{ uid }, passwd] = await Promise.all([host.facts(), host.file('/etc/passwd')]);
  const home = passwd.kind === 'file' ? homeOf(uid, programText(passwd.content.bytes)) : undefined;
  const own = home === undefined ? [] : [`${home}/.kube/config`];
  const there = await Promise.all([...own, ADMIN_CONFIG].map(async (path) => ({ path, is: await exists(host, path) })));
  // Where the administrator's may be, kubectl is asked with it: it says what was denied, and is what may be allowed.
  return there.flatMap(({ path, is }) => (is === 'there' || (is === 'hidden' && path === ADMIN_CONFIG) ? [path] : []));
}

async function exists(host: Reader, path: string): Promise<'there' | 'absent' | 'hidden'> {
  const slash = path.lastIndexOf('/');
  try {
    const entries = await host.list(path.slice(0, slash));
    return entries.some(({ name }) => name === path.slice(slash + 1)) ? 'there' : 'absent';
  } catch (fault) {
    // One place to look of several: that it may not be looked into is no answer to what was asked.
    if (fault instanceof HostFault && fault.failure.code === 'permission-denied') return 'hidden';
    throw fault;
  }
}

function homeOf(uid: number, passwd: string): string | undefined {
  const fields = passwd.split('\n').map((line) => line.split(':'));
  const home = fields.find((each) => each[2] === String(uid))?.[5];
  return home?.startsWith('/') && home !== '/' ? home.replace(/\/+$/, '') : undefined;
}

async function ask(host: Reader, kubeconfig: string | undefined): Promise<ClusterView> {
  const as = kubeconfig === undefined ? [] : [`--kubeconfig=${kubeconfig}`];
  // Without a file there is nothing that root alone could read.
  const limits = kubeconfig === undefined ? LIMITS : ({ ...LIMITS, raise: 'denied' } as const);
  const argv = ['kubectl', 'get', 'nodes', '-o', 'json', ...as];
  const [nodes, leases, date] = await Promise.all([
    host.probe(argv, limits),
    host.probe(['kubectl', 'get', 'leases', '-n', 'kube-node-lease', '-o', 'json', ...as], limits),
    host.probe(['date', '+%s']),
  ]);
  if (nodes.code !== 0) return { asked: false, ...kubectlRefusal(nodes.code, programText(nodes.stderr)), denied: deniedProbe(argv, nodes) };
  const list = nodes.truncated ? undefined : parseNodes(programText(nodes.stdout));
  if (list === undefined)
    return { asked: false, why: 'kubectl answered with something that is no list of nodes', tryAnother: false, denied: [] };
  return { asked: true, nodes: list, leases: leasesOf(leases), nowMs: clockOf(date) };
}

function leasesOf(probe: Probe): ReadonlyMap<string, number> | undefined {
  return probe.code === 0 && !probe.truncated ? parseLeases(programText(probe.stdout)) : undefined;
}

function clockOf(probe: Probe): number | undefined {
  const text = programText(probe.stdout).trim();
  return /^\d+$/.test(text) ? Number(text) * 1_000 : undefined;
}
