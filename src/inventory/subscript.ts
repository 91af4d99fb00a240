import { fail, ok, type Result } from '../domain/failure.ts';

/** Which of a pattern's hosts are meant: one (from the end if negative), or from one to another inclusive. */
export type Subscript = { readonly at: number } | { readonly from: number; readonly to: number | undefined };

const WITH_SUBSCRIPT = /^(.+)\[(?:(-?[0-9]+)|([0-9]+)([:-])([0-9]*))\]$/s;

/** Takes `name[3]`, `name[-1]`, `name[2:5]` or `name[2:]` apart. A regular expression has no subscript. */
export function splitSubscript(pattern: string): { readonly name: string; readonly subscript: Subscript | undefined } {
  const match = pattern.startsWith('~') ? null : WITH_SUBSCRIPT.exec(pattern);
  if (match === null) return { name: pattern, subscript: undefined };
  const [, name = '', index, from, , to = ''] = match;
  if (index !== undefined) return { name, subscript: { at: Number(index) } };
  return { name, subscript: { from: Number(from), to: to === '' ? undefined : Number(to) } };
}

/** Picks by subscript as Ansible does; `[n:0]` is its `[n]`. A single index past the end is a failure. */
export function pick(hosts: readonly string[], subscript: Subscript | undefined, pattern: string): Result<readonly string[]> {
  if (subscript === undefined || hosts.length === 0) return ok(hosts);
  if ('from' in subscript && subscript.to !== 0) return ok(hosts.slice(subscript.from, (subscript.to ?? hosts.length) + 1));
  const index = 'at' in subscript ? subscript.at : subscript.from;
  const host = hosts.at(index);
  if (host !== undefined) return ok([host]);
  const many = hosts.length === 1 ? 'only 1 host matches' : `only ${hosts.length} hosts match`;
  return fail('not-found', `"${pattern}" is out of range: ${many}`, { hint: 'the first has the index 0, the last -1' });
}
