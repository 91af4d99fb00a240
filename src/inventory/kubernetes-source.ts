import { type Failure, fail, ok, type Result } from '../domain/failure.ts';
import { isJsonObject, type Json, type JsonObject } from '../domain/json.ts';
import { didYouMean } from './did-you-mean.ts';
import { type InventoryDraft, setVariable } from './draft.ts';
import type { InventoryIo } from './inventory-io.ts';
import { parseJson } from './parse-json.ts';
import { programText } from './program-text.ts';

/** What a source begins with to be the nodes of a cluster. */
const SCHEME = 'kubernetes:';

const KEYS = ['context', 'selector', 'kubeconfig'] as const;

/** The group of all nodes, which shipped runbooks take for their target. */
const ALL_NODES = 'k8s_nodes';

/** `node-role.kubernetes.io/ROLE`, whatever its value, and what came before it. */
const ROLE = 'node-role.kubernetes.io/';
const OLD_ROLE = 'kubernetes.io/role';

/** One group a node would be in, and nobody else. */
const OWN_LABEL = 'kubernetes.io/hostname';

/** True for `kubernetes:`, with or without `?context=…&selector=…&kubeconfig=…`. */
export function isKubernetesSource(source: string): boolean {
  return source.startsWith(SCHEME);
}

/** What kubectl is to be called with; values are part of a word that begins with their option, so that they cannot be options. */
function argumentsOf(source: string): Result<readonly string[]> {
  const [, query = ''] = /^kubernetes:(?:\?(.*))?$/s.exec(source) ?? [];
  if (query === '' && source !== SCHEME && source !== `${SCHEME}?`)
    return fail('bad-input', `"${source}" is not understood`, { at: source, hint: 'write kubernetes:?context=NAME&selector=LABEL=VALUE' });
  const words: string[] = [];
  for (const pair of query.split('&').filter((each) => each !== '')) {
    const equals = pair.indexOf('=');
    const [key, value] = equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
    if (!KEYS.some((known) => known === key))
      return fail('bad-input', `a kubernetes: source has no "${key}"`, {
        at: source,
        hint: didYouMean(key, KEYS).hint ?? `there are ${KEYS.join(', ')}`,
      });
    if (value === '') return fail('bad-input', `the ${key} of a kubernetes: source is empty`, { at: source, hint: 'is a variable unset?' });
    words.push(`--${key}=${value}`);
  }
  return ok(words);
}

/** A part of a group's name as Ansible wants it: letters, digits and `_`. */
function safe(text: string): string {
  return text.replace(/[^\p{L}\p{N}_]/gu, '_');
}

/** A node as an inventory has it. */
interface Node {
  readonly name: string;
  readonly address: string | undefined;
  readonly labels: JsonObject;
  readonly roles: readonly string[];
  readonly kubeletVersion: Json;
  readonly unschedulable: boolean;
}

function object(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

/** `master` is what the control plane was called until Kubernetes 1.24. */
function rolesOf(labels: JsonObject): readonly string[] {
  const names = Object.keys(labels).flatMap((label) => (label.startsWith(ROLE) ? [label.slice(ROLE.length)] : []));
  const old = labels[OLD_ROLE];
  const all = [...names, ...(typeof old === 'string' ? [old] : [])].filter((role) => role !== '');
  return [...new Set(all.includes('master') ? [...all, 'control-plane'] : all)].sort();
}

function nodeOf(item: Json): Node | undefined {
  const { metadata, spec, status } = object(item);
  const { name, labels } = object(metadata);
  if (typeof name !== 'string') return undefined;
  const { addresses, nodeInfo } = object(status);
  const all = Array.isArray(addresses) ? addresses.map(object) : [];
  const internal = all.find(({ type }) => type === 'InternalIP')?.['address'];
  return {
    name,
    address: typeof internal === 'string' ? internal : undefined,
    labels: object(labels),
    roles: rolesOf(object(labels)),
    kubeletVersion: object(nodeInfo)['kubeletVersion'] ?? null,
    unschedulable: object(spec)['unschedulable'] === true,
  };
}

/** The groups of a node: all nodes, its roles, its labels. */
function groupsOf({ labels, roles }: Node): readonly string[] {
  const labelled = Object.entries(labels).filter(([label]) => !label.startsWith(ROLE) && label !== OWN_LABEL && label !== OLD_ROLE);
  const named = labelled.map(([label, value]) => (value === '' ? `label_${safe(label)}` : `label_${safe(label)}_${safe(String(value))}`));
  return [ALL_NODES, ...roles.map(safe), ...named];
}

function variablesOf({ name, address, labels, roles, kubeletVersion, unschedulable }: Node): JsonObject {
  return {
    ...(address === undefined ? {} : { ansible_host: address }),
    kubernetes_node: name,
    kubernetes_labels: labels,
    kubernetes_roles: roles,
    kubernetes_kubelet_version: kubeletVersion,
    kubernetes_unschedulable: unschedulable,
  };
}

function addNode(node: Node, source: string, draft: InventoryDraft): Failure | undefined {
  const place = { file: source, line: 1, column: 1 };
  for (const group of groupsOf(node)) {
    const host = draft.addHost(node.name, draft.addGroup(group), undefined, place);
    if (!host.ok) return { ...host.failure, at: source };
    if (group !== ALL_NODES) continue;
    for (const [name, value] of Object.entries(variablesOf(node))) {
      const failure = setVariable(host.value, name, value, place);
      if (failure !== undefined) return failure;
    }
  }
  return undefined;
}

/** Reads the nodes of a cluster into the draft, as `kubectl get nodes -o json` of this machine has them. */
export async function readKubernetes(source: string, draft: InventoryDraft, io: InventoryIo): Promise<Failure | undefined> {
  const words = argumentsOf(source);
  if (!words.ok) return words.failure;
  const argv = ['kubectl', 'get', 'nodes', '--output=json', '--request-timeout=60s', ...words.value];
  const said = await programText({ argv, what: 'kubectl get nodes', at: source }, io);
  if (!said.ok)
    return said.failure.code === 'missing-program'
      ? { code: 'missing-program', message: 'there is no program kubectl here', at: source }
      : said.failure;
  const list = parseJson(source, said.value, 'what kubectl printed');
  if (!list.ok) return { ...list.failure, at: source };
  const items = object(list.value)['items'];
  if (!Array.isArray(items)) return { code: 'bad-input', message: 'what kubectl printed is no list of nodes', at: source };
  if (items.length === 0) return { code: 'not-found', message: 'the cluster has no node that is selected', at: source };
  for (const item of items) {
    const node = nodeOf(item);
    if (node === undefined) return { code: 'bad-input', message: 'what kubectl printed has a node without a name', at: source };
    const failure = addNode(node, source, draft);
    if (failure !== undefined) return failure;
  }
  return undefined;
}
