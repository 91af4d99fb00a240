/** What a cluster says of one of its nodes. */
export interface NodeStatus {
  readonly name: string;
  /** The Ready condition: `True`, `False` or `Unknown`; empty when the node has none. */
  readonly ready: string;
  /** `Reason: message` of the Ready condition. */
  readonly why: string;
  /** When the kubelet last wrote its status, in ms since the epoch; undefined when it never did. */
  readonly heartbeatMs?: number;
}

/** Reads `kubectl get nodes -o json`; undefined when the text is no list of nodes. */
export function parseNodes(text: string): readonly NodeStatus[] | undefined {
  return itemsOf(text)?.map((item) => {
    const ready = recordsIn(at(item, 'status', 'conditions')).find((condition) => condition['type'] === 'Ready');
    const heartbeatMs = Date.parse(string(ready?.['lastHeartbeatTime']));
    const why = [ready?.['reason'], ready?.['message']].map(string).filter((part) => part !== '');
    const status = { name: string(at(item, 'metadata', 'name')), ready: string(ready?.['status']), why: why.join(': ') };
    return Number.isNaN(heartbeatMs) ? status : { ...status, heartbeatMs };
  });
}

/** Reads `kubectl get leases -n kube-node-lease -o json`: node name to when its kubelet last renewed, in ms since the epoch. */
export function parseLeases(text: string): ReadonlyMap<string, number> | undefined {
  const items = itemsOf(text);
  if (items === undefined) return undefined;
  const renewed = items.map((item) => [string(at(item, 'metadata', 'name')), Date.parse(string(at(item, 'spec', 'renewTime')))] as const);
  return new Map(renewed.filter(([, time]) => !Number.isNaN(time)));
}

type Fields = Readonly<Record<string, unknown>>;

function itemsOf(text: string): readonly Fields[] | undefined {
  try {
    const list: unknown = JSON.parse(text);
    return isFields(list) && Array.isArray(list['items']) ? recordsIn(list['items']) : undefined;
  } catch {
    return undefined;
  }
}

function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce((inner, key) => (isFields(inner) ? inner[key] : undefined), value);
}

function recordsIn(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function string(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
