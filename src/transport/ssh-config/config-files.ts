import { fail, ok, type Result } from '../../domain/failure.ts';
import { isSecure, type MachineNames } from './accounts.ts';
import type { SshConfigIo } from './io.ts';
import { readStatements, type Statement } from './statement.ts';

/** A file that is there, read once: what it says, and whether only its user can write to it. */
interface ReadFile {
  readonly statements: readonly Statement[];
  readonly isSecure: boolean;
}

/** The files of a configuration. Each is read once, so that all hosts of a run see the same text. */
export class ConfigFiles {
  readonly #io: SshConfigIo;
  readonly #names: MachineNames;
  readonly #read = new Map<string, Promise<Result<ReadFile | undefined>>>();

  constructor(io: SshConfigIo, names: MachineNames) {
    this.#io = io;
    this.#names = names;
  }

  /**
   * What a file says, or undefined when there is none. Fails with `bad-input` when it cannot be read, and when `mustBeSecure` and others
   * can write to it.
   */
  async statements(path: string, mustBeSecure: boolean): Promise<Result<readonly Statement[] | undefined>> {
    const reading = this.#read.get(path) ?? this.#load(path);
    this.#read.set(path, reading);
    const file = await reading;
    if (!file.ok || file.value === undefined) return file.ok ? ok(undefined) : file;
    if (file.value.isSecure || !mustBeSecure) return ok(file.value.statements);
    return fail('bad-input', `bad owner or permissions on ${path}`, {
      at: path,
      hint: `it must belong to you or root, and only its owner may write to it: chmod go-w ${path}`,
    });
  }

  async #load(path: string): Promise<Result<ReadFile | undefined>> {
    const file = await this.#io.read(path);
    if (file === undefined) return ok(undefined);
    if ('problem' in file) return fail('bad-input', `${path} cannot be read: ${file.problem}`, { at: path });
    const facts = { env: this.#io.env, services: this.#names.services, onCommandLine: false };
    return ok({
      statements: readStatements(file.text, path, facts),
      isSecure: isSecure(file, this.#io.user.uid, this.#names),
    });
  }
}
