import type { Reader, UnitProperties } from '../domain/access.ts';
import { HostFault } from '../domain/failure.ts';
import { bytesToText, type FileState } from '../domain/file.ts';
import type { UnitSnapshot } from '../formats/argument-carry-out.ts';
import type { EnvironmentText } from '../formats/effective-argv.ts';
import { globMatches } from '../formats/glob-match.ts';
import { defineUnit, type UnitText, type UnitTexts } from '../formats/unit-definition.ts';
import { inDropInOrder, ownDropIn } from '../formats/unit-drop-in.ts';
import type { EnvironmentFileName } from '../formats/unit-environment.ts';
import { shownList } from '../formats/unit-properties.ts';
import type { SpecifierContext } from '../formats/unit-specifier.ts';

/** JSON Schema of a unit's name. */
export const UNIT_NAME = {
  type: 'string',
  pattern: '^[A-Za-z0-9:_.@\\\\-]+$',
  maxLength: 255,
  description: "the unit's name; .service where it has no type",
} as const;

/** JSON Schema of where an argument comes from. */
export const ARGUMENT_ORIGIN = {
  type: 'object',
  additionalProperties: false,
  required: ['arg', 'file', 'line', 'variable'],
  properties: {
    arg: { type: 'string', description: 'the argument' },
    file: { type: 'string', description: 'the file that defines it' },
    line: { type: 'integer', description: 'its line in that file, from 1' },
    variable: { type: 'string', description: "the variable that brings it; '' when it stands in ExecStart itself" },
  },
} as const;

/** A unit with everything that its arguments are derived from. */
export interface UnitSource {
  /** Its full name, `.service` included. */
  readonly unit: string;
  readonly properties: UnitProperties;
  readonly snapshot: UnitSnapshot;
  /** Every file that was read, by path; absent ones too. */
  readonly files: ReadonlyMap<string, FileState>;
}

/** A unit's full name: `kubelet` is `kubelet.service`. */
export function fullUnitName(name: string): string {
  return /\.(service|socket|target|timer|mount|automount|swap|path|slice|scope|device)$/.test(name) ? name : `${name}.service`;
}

/**
 * Reads a unit's properties and files: one exchange where the files come along, else two, and one more for environment files that the manager does not list.
 * What is read is what the files say now, also where systemd still runs something older (NeedDaemonReload).
 */
export async function readUnitSource(host: Reader, name: string): Promise<UnitSource> {
  const unit = fullUnitName(name);
  // Most units have no drop-in that sorts after ours: whether it is there is asked before it is known to matter.
  const likely = ownDropIn(unit, []) ?? '';
  const asked = host.file(likely).catch(() => undefined);
  const [properties, facts, own] = await Promise.all([host.unit(unit), host.facts(), asked]);
  const files = new Map<string, FileState>(own ? [[likely, own]] : []);
  // Aliases: drop-ins and specifiers go by the unit's own name.
  const id = properties['Id'] || unit;
  const paths = unitPaths(id, properties);
  await readAll(host, [paths.fragment, ...paths.dropIns, ...listedEnvironmentFiles(properties)], files);
  const texts = unitTextsOf(paths, files);
  const fragment = files.get(paths.fragment);
  const context: SpecifierContext = {
    unit: id,
    hostname: facts.hostname,
    machineId: facts.machine_id,
    bootId: facts.boot_id,
    kernel: facts.kernel,
    osId: facts.os_id,
    osVersion: facts.os_version,
    ...(fragment?.kind === 'file' ? { fragment: fragment.realPath } : {}),
  };
  const environment = await readEnvironment(host, defineUnit(texts, context).environmentFiles, files);
  return { unit: id, properties, snapshot: { context, texts, environment }, files };
}

/** Byte text of a file as Unicode, for people and for outputs; what is no UTF-8 is replaced. */
export function unicode(byteText: string): string {
  return Buffer.from(byteText, 'latin1').toString('utf8');
}

interface UnitPaths {
  /** `''` when there is none to read. */
  readonly fragment: string;
  readonly dropIns: readonly string[];
}

function unitPaths(unit: string, properties: UnitProperties): UnitPaths {
  // A masked unit's fragment is /dev/null.
  const fragment = properties['LoadState'] === 'masked' ? '' : (properties['FragmentPath'] ?? '');
  const listed = shownList(properties['DropInPaths']);
  const own = ownDropIn(unit, listed);
  return { fragment, dropIns: own === undefined || listed.includes(own) || fragment === '' ? listed : [...listed, own] };
}

/** A hint which files will be needed, so that they come in the same exchange; what they mean is decided by the unit's own text. */
function listedEnvironmentFiles(properties: UnitProperties): readonly string[] {
  if (properties['NeedDaemonReload'] === 'yes') return [];
  const lines = (properties['EnvironmentFiles'] ?? '').split('\n');
  return lines.map((line) => line.replace(/ \(ignore_errors=(?:yes|no)\)$/, '')).filter((path) => /^\/[^*?[]*$/.test(path));
}

/** A unit has a handful of files of a few kilobytes; what a host names beyond this is not worth the time of the others. */
const MOST_FILES = 256;
const MOST_BYTES = 1_048_576;

async function readAll(host: Reader, paths: readonly string[], files: Map<string, FileState>): Promise<void> {
  const missing = [...new Set(paths)].filter((path) => path !== '' && !files.has(path));
  if (missing.length > MOST_FILES) throw tooLarge(`the unit has ${missing.length} files, and at most ${MOST_FILES} are read`);
  const states = await Promise.all(missing.map((path) => host.file(path)));
  for (const [index, path] of missing.entries()) {
    const state = states[index];
    if (state === undefined) continue;
    if (state.kind === 'file' && state.content.bytes.length > MOST_BYTES) throw tooLarge(`${path} is larger than 1 MiB`);
    files.set(path, state);
  }
}

function tooLarge(message: string): HostFault {
  return new HostFault({ code: 'too-large', message });
}

function unitTextsOf(paths: UnitPaths, files: ReadonlyMap<string, FileState>): UnitTexts {
  const fragment = textOf(paths.fragment, files);
  const dropIns = paths.dropIns.flatMap((path) => textOf(path, files) ?? []);
  return { ...(fragment === undefined ? {} : { fragment }), dropIns: inDropInOrder(dropIns) };
}

function textOf(path: string, files: ReadonlyMap<string, FileState>): UnitText | undefined {
  const state = files.get(path);
  return state?.kind === 'file' ? { path, text: bytesToText(state.content.bytes) } : undefined;
}

async function readEnvironment(
  host: Reader,
  names: readonly EnvironmentFileName[],
  files: Map<string, FileState>,
): Promise<readonly EnvironmentText[]> {
  const expanded = (await Promise.all(names.map((name) => expandPattern(host, name)))).flat();
  const paths = expanded.filter(({ isPattern }) => !isPattern).map(({ path }) => path);
  await readAll(host, paths, files);
  return expanded.map(({ path, optional }) => ({ path, optional, text: textOf(path, files)?.text }));
}

/** The files that a pattern names; the pattern itself, which no file has as its name, when there is none. */
async function expandPattern(host: Reader, name: EnvironmentFileName): Promise<readonly EnvironmentFileName[]> {
  const slash = name.path.lastIndexOf('/');
  const directory = name.path.slice(0, slash) || '/';
  if (!name.isPattern || /[*?[]/.test(directory)) return [name];
  const entries = await host.list(directory);
  const files = entries.filter(({ kind }) => kind !== 'directory').map((entry) => entry.name);
  const matches = globMatches(name.path.slice(slash + 1), files);
  const found = matches.map((file) => ({
    path: `${directory === '/' ? '' : directory}/${file}`,
    optional: name.optional,
    isPattern: false,
  }));
  return found.length === 0 ? [name] : found;
}
