import { extname } from 'node:path';
import { ok, type Result } from '../domain/failure.ts';
import { failAt } from './place.ts';

/** How a source file is read. */
export type SourceFormat = 'yaml' | 'ini';

const YAML_EXTENSIONS: ReadonlySet<string> = new Set(['.yaml', '.yml', '.json']);

/** `key:`, `"key":`, `{`, `---`: what a YAML inventory begins with and an INI inventory never does. */
const YAML_START = /^(?:---|%YAML|\{|(?:"[^"]*"|'[^']*'|[^\s#=[]+)\s*:(?:\s|$))/;

function firstLine(text: string): string {
  for (const match of text.matchAll(/[^\r\n]+/g)) {
    const line = match[0].trim();
    if (line !== '' && !line.startsWith('#')) return line;
  }
  return '';
}

/**
 * Tells YAML from INI: by the extension, and without one by the first line that says something. Scripts, encrypted files and
 * TOML are refused by name.
 */
export function sourceFormat(path: string, text: string): Result<SourceFormat> {
  const start = { file: path, line: 1, column: 1 };
  if (text.startsWith('#!')) return failAt(start, 'this is a script, and inventory scripts are not supported yet');
  if (text.startsWith('$ANSIBLE_VAULT;')) return failAt(start, 'this file is encrypted with ansible-vault, which is not supported yet');
  const extension = extname(path);
  if (extension === '.toml') return failAt(start, 'TOML inventories are not supported yet', 'write it as YAML or INI');
  if (YAML_EXTENSIONS.has(extension)) return ok('yaml');
  return ok(extension === '' && YAML_START.test(firstLine(text)) ? 'yaml' : 'ini');
}
