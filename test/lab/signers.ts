import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { onPath } from './commands.ts';

/** Why nobody can sign here; undefined where somebody can. */
export const noKeygen = onPath('ssh-keygen') ? undefined : 'needs ssh-keygen';

/** People with keys of their own, as they sign by hand: `NAME@example.com` in allowed_signers. */
export class Signers {
  readonly #directory: string;

  constructor(directory: string, names: readonly string[]) {
    this.#directory = directory;
    for (const name of names) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', this.key(name)]);
  }

  /** The path of somebody's private key; the public one stands beside it. */
  key(name: string): string {
    return join(this.#directory, name);
  }

  /** A line of allowed_signers. */
  line(name: string, options = ''): string {
    return `${name}@example.com ${options} ${readFileSync(`${this.key(name)}.pub`, 'utf8')}`;
  }

  /** Signs a file anew, as ssh-keygen does it by hand. */
  sign(file: string, name: string, namespace: string): void {
    rmSync(`${file}.sig`, { recursive: true, force: true });
    execFileSync('ssh-keygen', ['-q', '-Y', 'sign', '-n', namespace, '-f', this.key(name), file], { stdio: 'pipe' });
  }
}
