import type { Failure } from '../domain/failure.ts';
import type { Json } from '../domain/json.ts';
import type { Place } from '../domain/runbook.ts';
import type { DraftGroup, InventoryDraft } from './draft.ts';

/** Hangs groups below another one, by the list of their names; the failure says which name makes no sense. `place` is where the list stands. */
export function addChildren(draft: InventoryDraft, group: DraftGroup, names: Json, place: Place): Failure | undefined {
  const bad = (message: string): Failure => ({ code: 'bad-input', message, at: place.file });
  if (!Array.isArray(names)) return bad(`the children of group "${group.name}" must be a list`);
  for (const name of names) {
    if (typeof name !== 'string') return bad(`a child of group "${group.name}" must be text, not ${JSON.stringify(name)}`);
    const child = draft.addGroup(name);
    if (child === group) return bad(`group "${name}" cannot be its own child`);
    if (!group.children.has(child)) group.children.set(child, place);
  }
  return undefined;
}
