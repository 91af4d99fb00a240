import { type ExecCommand, parseExecLine } from './exec-line.ts';
import { type EnvironmentFileName, type EnvironmentWord, parseEnvironment, parseEnvironmentFile, parseNames } from './unit-environment.ts';
import { parseUnitFile, type UnitEntry, type UnitFile } from './unit-file.ts';
import type { SpecifierContext } from './unit-specifier.ts';

/** A unit file or drop-in by its path, as byte text. */
export interface UnitText {
  readonly path: string;
  readonly text: string;
}

/** The files that make a unit, in the order in which systemd reads them. */
export interface UnitTexts {
  readonly fragment?: UnitText;
  readonly dropIns: readonly UnitText[];
}

/** A parsed file with its path. */
export interface SourceFile extends UnitFile {
  readonly path: string;
}

/** A command of `ExecStart=`, with the line that it stands in. */
export interface DefinedCommand extends ExecCommand {
  readonly file: SourceFile;
  readonly entry: UnitEntry;
}

/** An assignment of `Environment=`, with the line that it stands in. */
export interface DefinedVariable extends EnvironmentWord {
  readonly file: SourceFile;
  readonly entry: UnitEntry;
}

/** What a service's files say of how its processes are started, lists joined and resets made. */
export interface UnitDefinition {
  readonly files: readonly SourceFile[];
  readonly commands: readonly DefinedCommand[];
  /** By name, the assignment that counts among those of `Environment=`. */
  readonly environment: ReadonlyMap<string, DefinedVariable>;
  readonly environmentFiles: readonly EnvironmentFileName[];
  /** Names whose values come from the manager's own environment. */
  readonly passed: ReadonlySet<string>;
  /** Names, and exact assignments, that are taken out at the end. */
  readonly unset: readonly string[];
  readonly type: string;
  /** `User=` or `DynamicUser=` is set: systemd sets `$HOME`, `$USER`, `$LOGNAME` and `$SHELL`. */
  readonly hasUser: boolean;
  /** Why systemd does not load this unit, or loads it otherwise than it reads, in sentences without a full stop. */
  readonly problems: readonly string[];
}

/** Joins a unit's files as systemd v252 does: the fragment, then the drop-ins; an empty assignment resets its list. */
export function defineUnit(texts: UnitTexts, context: SpecifierContext): UnitDefinition {
  const state = new DefinitionState(context);
  if (texts.fragment !== undefined) state.read(texts.fragment, true);
  for (const dropIn of texts.dropIns) state.read(dropIn, false);
  return state.done();
}

class DefinitionState {
  readonly #context: SpecifierContext;
  readonly #files: SourceFile[] = [];
  readonly #environment = new Map<string, DefinedVariable>();
  readonly #passed = new Set<string>();
  readonly #problems: string[] = [];
  #commands: DefinedCommand[] = [];
  #environmentFiles: EnvironmentFileName[] = [];
  #unset: string[] = [];
  #type = '';
  readonly #users = new Map<string, boolean>();

  constructor(context: SpecifierContext) {
    this.#context = context;
  }

  /** What follows a refused line does not count; in the fragment, it keeps the whole unit from being loaded. */
  read({ path, text }: UnitText, isFragment: boolean): void {
    const file: SourceFile = { path, ...parseUnitFile(text) };
    this.#files.push(file);
    let refused = file.stopped?.why;
    for (const entry of file.entries.filter(({ section }) => section === 'Service')) {
      const why = this.#take(file, entry);
      if (why === undefined) continue;
      refused = why;
      break;
    }
    if (refused !== undefined) {
      this.#problems.push(`systemd ${isFragment ? 'does not load' : 'reads only the beginning of'} ${path}: ${refused}`);
    }
  }

  done(): UnitDefinition {
    if (this.#commands.length > 1 && this.#type !== 'oneshot') {
      this.#problems.push('there is more than one ExecStart=, which only Type=oneshot may have');
    }
    return {
      files: this.#files,
      commands: this.#commands,
      environment: this.#environment,
      environmentFiles: this.#environmentFiles,
      passed: this.#passed,
      unset: this.#unset,
      type: this.#type,
      hasUser: [...this.#users.values()].includes(true),
      problems: this.#problems,
    };
  }

  #take(file: SourceFile, entry: UnitEntry): string | undefined {
    const isReset = entry.value.text === '';
    switch (entry.key) {
      case 'ExecStart':
        return this.#takeExec(file, entry, isReset);
      case 'Environment':
        if (isReset) this.#environment.clear();
        for (const word of parseEnvironment(entry, this.#context)) this.#environment.set(word.name, { ...word, file, entry });
        return undefined;
      case 'EnvironmentFile':
        this.#takeEnvironmentFile(entry, isReset);
        return undefined;
      case 'PassEnvironment':
        if (isReset) this.#passed.clear();
        for (const name of parseNames(entry, this.#context)) this.#passed.add(name);
        return undefined;
      case 'UnsetEnvironment':
        if (isReset) this.#unset = [];
        for (const name of parseNames(entry, this.#context)) this.#unset.push(name);
        return undefined;
      default:
        this.#takeSetting(entry);
        return undefined;
    }
  }

  #takeExec(file: SourceFile, entry: UnitEntry, isReset: boolean): string | undefined {
    if (isReset) {
      this.#commands = [];
      return undefined;
    }
    const line = parseExecLine(entry.value, this.#context);
    for (const command of line.commands) this.#commands.push({ ...command, file, entry });
    return line.refused;
  }

  #takeEnvironmentFile(entry: UnitEntry, isReset: boolean): void {
    const name = isReset ? undefined : parseEnvironmentFile(entry, this.#context);
    if (isReset) this.#environmentFiles = [];
    else if (name !== undefined) this.#environmentFiles.push(name);
  }

  #takeSetting({ key, value }: UnitEntry): void {
    if (key === 'Type') this.#type = value.text;
    if (key === 'User') this.#users.set(key, value.text !== '');
    if (key === 'DynamicUser') this.#users.set(key, /^(1|yes|y|true|t|on)$/i.test(value.text));
  }
}
