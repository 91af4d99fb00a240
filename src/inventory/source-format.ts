import { extname } from 'node:path';
import { ok, type Result } from '../domain/failure.ts';
import { failAt } from './place.ts';
import { isVaultText } from './vault-envelope.ts';

/** How the text of a source file is read. */
export type SourceFormat = 'yaml' | 'ini' | 'toml';

/** How many bytes of a file tell whether it is a program. */
export const HEAD_BYTES = 4;

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
 * Whether a source is run rather than read: a script, or a program in machine code. Ansible tries whatever may be executed, and reads it when
 * the system will not run it; so text without `#!` is read, as on file systems where everything may be executed.
 */
export function isProgram(path: string, head: Uint8Array, mayExecute: boolean): Result<boolean> {
  const start = Buffer.from(head).toString('latin1');
  if (!start.startsWith('#!')) return ok(mayExecute && start === '\x7fELF');
  if (mayExecute) return ok(true);
  return failAt({ file: path, line: 1, column: 1 }, 'this is a script, but you may not execute it', `chmod +x ${path}`);
}

/** Tells YAML, INI and TOML apart: by the extension, and without one by the first line that says something. Encrypted files are refused. */
export function sourceFormat(path: string, text: string): Result<SourceFormat> {
  const start = { file: path, line: 1, column: 1 };
  if (isVaultText(text))
    return failAt(
      start,
      'this inventory is encrypted with ansible-vault as a whole',
      'names of hosts are no secret: encrypt variables, in group_vars and host_vars',
    );
  const extension = extname(path);
  if (extension === '.toml') return ok('toml');
  if (YAML_EXTENSIONS.has(extension)) return ok('yaml');
  return ok(extension === '' && YAML_START.test(firstLine(text)) ? 'yaml' : 'ini');
}
