import { dirname, resolve } from 'node:path';
import { ok, type Result } from '../domain/failure.ts';
import { failAt } from './place.ts';

/** Looks at `[defaults] inventory` of an ansible.cfg, as Python's configparser reads it. */
function inventorySetting(text: string): { readonly value: string; readonly line: number } | undefined {
  let section = '';
  let found: { value: string; line: number } | undefined;
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.replace(/(^|\s);.*$/, '').trimEnd();
    if (line === '' || /^\s*#/.test(line)) continue;
    section = /^\[([^\]]+)\]/.exec(line)?.[1] ?? section;
    const value = /^inventory\s*[=:]\s*(.*)$/i.exec(line)?.[1];
    if (section === 'defaults' && value !== undefined) found = { value, line: index + 1 };
  }
  return found;
}

/**
 * The inventory sources that an ansible.cfg names, relative to the file; none when it names none. Paths with a variable
 * or a template are refused.
 */
export function inventoryOfConfig(path: string, text: string, home: string | undefined): Result<readonly string[]> {
  const setting = inventorySetting(text);
  const sources: string[] = [];
  for (const item of setting?.value.split(',') ?? []) {
    const source = item.trim();
    if (source === '') continue;
    const place = { file: path, line: setting?.line ?? 1, column: 1 };
    if (/\$|\{\{/.test(source))
      return failAt(place, `the inventory "${source}" holds a variable, which is not supported here`, 'give it with -i');
    const needsHome = source === '~' || source.startsWith('~/');
    if (needsHome && home === undefined) return failAt(place, `the inventory "${source}" needs HOME, which is not set`);
    sources.push(needsHome ? `${home}${source.slice(1)}` : resolve(dirname(path), source));
  }
  return ok(sources);
}
