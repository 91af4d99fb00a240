import { fail, ok, type Result } from '../domain/failure.ts';
import { isJsonObject, type Json } from '../domain/json.ts';

/** What a vault-encrypted text is made of (`parsing/vault/__init__.py`). */
export interface VaultEnvelope {
  /** Names the password that it was made with; absent in format 1.1. */
  readonly label?: string;
  readonly salt: Uint8Array;
  /** HMAC-SHA256 of the ciphertext. */
  readonly hmac: Uint8Array;
  readonly ciphertext: Uint8Array;
}

const HEADER = '$ANSIBLE_VAULT';

/** True for the text of a file or a value that Ansible Vault encrypted. */
export function isVaultText(text: string): boolean {
  return text.startsWith(`${HEADER};`);
}

/** The encrypted text of a variable that stands as `!vault`; undefined for any other value. */
export function vaultTextOf(value: Json | undefined): string | undefined {
  const text = isJsonObject(value) ? value['__ansible_vault'] : undefined;
  return typeof text === 'string' ? text : undefined;
}

/** True when a value holds something that is encrypted, however deep. */
export function holdsVaultText(value: Json): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return vaultTextOf(value) !== undefined || Object.values(value).some(holdsVaultText);
}

function hex(text: string | undefined): Uint8Array | undefined {
  const ok = text !== undefined && text.length % 2 === 0 && /^[0-9a-fA-F]+$/.test(text);
  return ok ? Buffer.from(text, 'hex') : undefined;
}

/** Takes an encrypted text apart: formats 1.1 and 1.2 with AES256, which is what Ansible has written since 2013. */
export function parseVaultText(text: string, at: string): Result<VaultEnvelope> {
  const [header = '', ...lines] = text.trim().split(/\r?\n/);
  const [, version = '', cipher = '', label] = header.trim().split(';');
  if (!['1.1', '1.2'].includes(version) || cipher !== 'AES256')
    return fail('bad-input', `only formats 1.1 and 1.2 with AES256 of ansible-vault are read, not ${version} with ${cipher}`, {
      at,
      hint: 'encrypt it anew',
    });
  // The body is hex of three lines, which are hex themselves.
  const body = hex(lines.map((line) => line.trim()).join(''));
  const [salt, hmac, ciphertext] = Buffer.from(body ?? [])
    .toString('latin1')
    .split('\n')
    .map(hex);
  if (!salt || !hmac || !ciphertext) return fail('bad-input', 'this is no text of ansible-vault, or not the whole of it', { at });
  return ok({ ...(version === '1.2' && label ? { label } : {}), salt, hmac, ciphertext });
}
