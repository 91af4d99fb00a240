import { basename, extname } from 'node:path';
import { fail, ok, type Result } from '../domain/failure.ts';
import { Secret } from '../domain/secret.ts';
import type { InventoryIo } from './inventory-io.ts';
import { programText } from './program-text.ts';
import { pathKind, readText } from './read-text.ts';

/** Where a vault password comes from: a file, the output of a program, or a person. */
export interface VaultId {
  /** Names the password; absent: any. */
  readonly label?: string;
  /** A path, or `prompt`. */
  readonly source: string;
}

/** How a password is given. */
export const HOW = 'pass --vault-password-file FILE, or --vault-id LABEL@FILE';

/** Asks a person for a secret of this name; undefined when there is nobody, or no answer. */
export type Ask = (name: string) => Promise<string | undefined>;

/** The source that is a person. */
export const PROMPT = 'prompt';

/** Reads `label@source`, or a source alone, as `--vault-id` takes it. `~/` is the home, where there is one: a shell leaves it behind an `@`. */
export function parseVaultId(text: string, home: string | undefined): VaultId {
  const at = text.indexOf('@');
  const [label, source] = at < 0 ? ['', text] : [text.slice(0, at), text.slice(at + 1)];
  const path = home !== undefined && source.startsWith('~/') ? home + source.slice(1) : source;
  return { source: path, ...(label === '' ? {} : { label }) };
}

async function asked({ label }: VaultId, ask: Ask | undefined): Promise<Result<Secret<string>>> {
  const password = await ask?.(label === undefined ? 'vault password' : `vault password (${label})`);
  return password === undefined
    ? fail('bad-input', 'this is encrypted with ansible-vault, and no password was given', { hint: HOW })
    : ok(new Secret(password));
}

/** Ansible calls programs whose name ends in `-client` with the label, and others without. */
function commandOf({ source, label }: VaultId): readonly string[] {
  const isClient = basename(source, extname(source)).endsWith('-client');
  const path = source.includes('/') ? source : `./${source}`;
  return isClient && label !== undefined ? [path, '--vault-id', label] : [path];
}

/** Fetches one password. A file that you may execute is run, and what it prints is the password, as with Ansible. */
export async function vaultPassword(id: VaultId, ask: Ask | undefined, io: InventoryIo): Promise<Result<Secret<string>>> {
  const { source } = id;
  if (source === PROMPT) return asked(id, ask);
  const kind = await pathKind(source, io);
  if (!kind.ok) return kind;
  if (kind.value !== 'file') return fail('not-found', `there is no vault password file ${source}`, { at: source });
  const runs = await io.mayExecute(source);
  const text = runs
    ? await programText({ argv: commandOf(id), what: 'the vault password program', at: source }, io)
    : await readText(source, io);
  if (!text.ok)
    return runs ? { ok: false, failure: { ...text.failure, hint: `if it is no program, take the bit away: chmod -x ${source}` } } : text;
  const password = text.value.trim();
  return password === '' ? fail('bad-input', `the vault password of ${source} is empty`, { at: source }) : ok(new Secret(password));
}
