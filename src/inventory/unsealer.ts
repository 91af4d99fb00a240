import { fail, ok, type Result } from '../domain/failure.ts';
import { Secret } from '../domain/secret.ts';
import { decryptVault } from './decrypt-vault.ts';
import type { InventoryIo } from './inventory-io.ts';
import { programText } from './program-text.ts';
import { parseVaultText, type VaultEnvelope } from './vault-envelope.ts';
import { type Ask, HOW, PROMPT, type VaultId, vaultPassword } from './vault-passwords.ts';

/** Opens what is encrypted in an inventory. Passwords are fetched when something needs them, and once. */
export interface Unsealer {
  /** What Ansible Vault made of a text; `at` says where it stands. */
  vault(text: string, at: string): Promise<Result<Secret<string>>>;
  /** What `age` made of a file. */
  age(path: string): Promise<Result<Secret<string>>>;
}

/** Where keys and passwords come from. */
export interface UnsealOptions {
  readonly vaultIds: readonly VaultId[];
  /** Looks for vault passwords where none were given, once there is something to open. */
  readonly find?: () => Promise<Result<readonly VaultId[]>>;
  /** Files of age identities (or SSH keys). */
  readonly ageIdentities: readonly string[];
  readonly ask?: Ask;
}

/** The passwords in the order in which they are tried: those of the same label first, as with Ansible. */
function inOrder(ids: readonly VaultId[], { label }: VaultEnvelope): readonly VaultId[] {
  const matching = ids.filter((id) => label !== undefined && id.label === label);
  return [...matching, ...ids.filter((id) => !matching.includes(id))];
}

class VaultOpener {
  readonly #options: UnsealOptions;
  readonly #io: InventoryIo;
  readonly #passwords = new Map<VaultId, Promise<Result<Secret<string>>>>();
  readonly #opened = new Map<string, Promise<Result<Secret<string>>>>();
  #found: Promise<Result<readonly VaultId[]>> | undefined;

  constructor(options: UnsealOptions, io: InventoryIo) {
    this.#options = options;
    this.#io = io;
  }

  /** Hosts that share a group's variable share the work. */
  open(text: string, at: string): Promise<Result<Secret<string>>> {
    const opening = this.#opened.get(text) ?? this.#open(text, at);
    this.#opened.set(text, opening);
    return opening;
  }

  async #open(text: string, at: string): Promise<Result<Secret<string>>> {
    const envelope = parseVaultText(text, at);
    if (!envelope.ok) return envelope;
    const known = await this.#ids();
    if (!known.ok) return known;
    const ids = inOrder(known.value, envelope.value);
    if (ids.length === 0) return fail('bad-input', 'this is encrypted with ansible-vault, and no password was given', { at, hint: HOW });
    for (const id of ids) {
      const password = await this.#password(id);
      if (!password.ok) return { ok: false, failure: { at, ...password.failure } };
      const opened = await decryptVault(envelope.value, password.value);
      if (opened !== undefined) return ok(opened);
    }
    return fail('bad-input', ids.length === 1 ? 'the vault password is wrong' : `none of the ${ids.length} vault passwords is right`, {
      at,
    });
  }

  /** Without any, a person is asked. */
  async #ids(): Promise<Result<readonly VaultId[]>> {
    const { vaultIds, find, ask } = this.#options;
    if (vaultIds.length > 0) return ok(vaultIds);
    this.#found ??= find?.() ?? Promise.resolve(ok([]));
    const found = await this.#found;
    return found.ok && found.value.length === 0 && ask !== undefined ? ok([ASKED]) : found;
  }

  #password(id: VaultId): Promise<Result<Secret<string>>> {
    const fetching = this.#passwords.get(id) ?? vaultPassword(id, this.#options.ask, this.#io);
    this.#passwords.set(id, fetching);
    return fetching;
  }
}

const ASKED: VaultId = { source: PROMPT };

/** Runs `age`, which asks at the terminal itself where a passphrase is needed. */
async function openAge(path: string, identities: readonly string[], io: InventoryIo): Promise<Result<Secret<string>>> {
  const keys = identities.flatMap((identity) => ['--identity', identity]);
  const text = await programText({ argv: ['age', '--decrypt', ...keys, '--', path], what: 'age', at: path }, io);
  if (text.ok) return ok(new Secret(text.value));
  const { failure } = text;
  if (failure.code === 'missing-program')
    return fail('missing-program', 'this file is encrypted with age, and there is no program age here', { at: path, hint: 'install age' });
  const hint = identities.length === 0 ? 'pass --age-identity FILE, or set RUNBOOK_AGE_IDENTITY' : 'is it the right identity?';
  return { ok: false, failure: { ...failure, hint } };
}

/** Opens with these keys and passwords. */
export function createUnsealer(options: UnsealOptions, io: InventoryIo): Unsealer {
  const vault = new VaultOpener(options, io);
  return { vault: (text, at) => vault.open(text, at), age: (path) => openAge(path, options.ageIdentities, io) };
}

/** Opens nothing. */
export const noUnsealer = (io: InventoryIo): Unsealer => createUnsealer({ vaultIds: [], ageIdentities: [] }, io);
