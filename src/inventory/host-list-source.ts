import type { Failure } from '../domain/failure.ts';
import type { InventoryDraft } from './draft.ts';
import { parseAddress } from './host-address.ts';
import { failAt } from './place.ts';

/** Reads `host1,host2:2222,` into the draft. As with Ansible, ranges are not expanded here; unlike there, they are an error. */
export function readHostList(list: string, draft: InventoryDraft): Failure | undefined {
  const ungrouped = draft.addGroup('ungrouped');
  let column = 1;
  for (const item of list.split(',')) {
    const name = item.trim();
    const place = { file: list, line: 1, column: column + item.indexOf(name) };
    column += item.length + 1;
    if (name === '') continue;
    const address = parseAddress(name);
    const host = address?.host ?? name;
    if (host.includes('[')) {
      const failed = failAt(
        place,
        `"${name}" is a range, which a list of hosts does not expand`,
        'name each host, or use an inventory file',
      );
      return failed.ok ? undefined : failed.failure;
    }
    if (draft.hosts.has(host)) continue;
    const added = draft.addHost(host, ungrouped, address?.port, place);
    if (!added.ok) return added.failure;
  }
  return undefined;
}
