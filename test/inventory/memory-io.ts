import { relative } from 'node:path';
import { ok, type Result } from '../../src/domain/failure.ts';
import type { Host } from '../../src/domain/host.ts';
import type { GroupedInventory } from '../../src/inventory/assemble.ts';
import type { InventoryIo, ProgramOutput } from '../../src/inventory/inventory-io.ts';
import { readInventory } from '../../src/inventory/read-inventory.ts';

/** What a program of a test prints for its arguments. */
export type MemoryProgram = (args: readonly string[]) => Partial<ProgramOutput> | string;

/** A machine that has just these files, and just these programs; what may be executed is a program as well as a file. */
export function memoryIo(
  files: Readonly<Record<string, string>>,
  programs: Readonly<Record<string, MemoryProgram>> = {},
  { isOpenToAll = false } = {},
): InventoryIo {
  const below = (directory: string) => Object.keys(files).filter((path) => path.startsWith(`${directory}/`));
  return {
    readFile: async (path) => {
      const text = files[path];
      if (text === undefined) throw new Error(`unexpected read of ${path}`);
      return text;
    },
    head: async (path, bytes) => Buffer.from(files[path] ?? '').subarray(0, bytes),
    list: async (directory) => [...new Set(below(directory).map((path) => path.slice(directory.length + 1).split('/')[0] ?? ''))].reverse(),
    kind: async (path) => (path in files ? 'file' : below(path).length > 0 ? 'directory' : 'absent'),
    isOpenToAll: async () => isOpenToAll,
    mayExecute: async (path) => path in programs,
    run: async ([program = '', ...args]) => {
      const said = programs[program]?.(args) ?? programs[relative('', program)]?.(args);
      const output = typeof said === 'string' ? { stdout: Buffer.from(said) } : said;
      return {
        end: output ? { kind: 'exited', code: 0 } : { kind: 'not-started', why: 'ENOENT' },
        stdout: Buffer.of(),
        stderr: '',
        ...output,
      };
    },
  };
}

/** Reads one source that holds this text. */
export function readText(path: string, text: string): Promise<Result<GroupedInventory>> {
  return readInventory([path], memoryIo({ [path]: text }));
}

/** The value of a success; a failure fails the test with its own words. */
export function unwrap<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.failure.at ?? ''} ${result.failure.message}`);
  return result.value;
}

/** A failure in one line: `at: message (hint)`; a success as such. */
export function failureText(result: Result<unknown>): string {
  if (result.ok) return 'no failure';
  const { at, message, hint } = result.failure;
  return `${at === undefined ? '' : `${at}: `}${message}${hint === undefined ? '' : ` (${hint})`}`;
}

/** The variables of each host. */
export function varsOf(inventory: GroupedInventory): Readonly<Record<string, Host['vars']>> {
  return Object.fromEntries(inventory.hosts.map((host) => [host.name, host.vars]));
}

/** The names of what was selected. */
export function names(result: Result<readonly Host[]>): readonly string[] {
  return unwrap(result.ok ? ok(result.value.map((host) => host.name)) : result);
}
