import { type Failure, fail, ok, type Result } from '../domain/failure.ts';
import { assemble, type GroupedInventory, type VariableFiles } from './assemble.ts';
import { InventoryDraft } from './draft.ts';
import { readHostList } from './host-list-source.ts';
import { readIni } from './ini-source.ts';
import type { InventoryIo } from './inventory-io.ts';
import { pathKind, readText } from './read-text.ts';
import { filesIn } from './source-directory.ts';
import { sourceFormat } from './source-format.ts';
import { readVariableFiles } from './variable-files.ts';
import { readYaml } from './yaml-source.ts';

/** What a source turned out to be; a list of hosts has no path, and so no variable files beside it. */
type Source = { readonly kind: 'list' } | { readonly kind: 'path'; readonly path: string; readonly isDirectory: boolean };

async function readFile(path: string, draft: InventoryDraft, io: InventoryIo): Promise<Failure | undefined> {
  const text = await readText(path, io);
  if (!text.ok) return text.failure;
  const format = sourceFormat(path, text.value);
  if (!format.ok) return format.failure;
  return format.value === 'yaml' ? readYaml(path, text.value, draft) : readIni(path, text.value, draft);
}

async function readSource(source: string, draft: InventoryDraft, io: InventoryIo): Promise<Result<Source>> {
  const kind = await pathKind(source, io);
  if (!kind.ok) return kind;
  if (kind.value === 'absent') {
    if (!source.includes(',')) return missing(source);
    const failure = readHostList(source, draft);
    return failure === undefined ? ok({ kind: 'list' }) : { ok: false, failure };
  }
  const isDirectory = kind.value === 'directory';
  const files = isDirectory ? await filesIn(source, io) : ok([source]);
  if (!files.ok) return files;
  if (files.value.length === 0) return fail('bad-input', `the inventory directory ${source} has no inventory file in it`, { at: source });
  for (const file of files.value) {
    const failure = await readFile(file, draft, io);
    if (failure !== undefined) return { ok: false, failure };
  }
  return ok({ kind: 'path', path: source, isDirectory });
}

function missing(source: string): Result<never> {
  const hint = /^[\w.-]+$/.test(source) ? `for a single host write "${source}," with a comma` : 'check the path';
  return fail('not-found', `there is no inventory ${source}`, { at: source, hint });
}

/**
 * Reads and merges inventory sources in the order given; later ones win. A source is a YAML or INI file of Ansible's, a directory
 * of such files, or a list of hosts that holds a comma; `group_vars` and `host_vars` beside files are read as well.
 * Anything missing, unreadable, not understood or without a single host is a failure with its place.
 */
export async function readInventory(sources: readonly string[], io: InventoryIo): Promise<Result<GroupedInventory>> {
  if (sources.length === 0) return fail('bad-input', 'no inventory was given', { hint: 'give one with -i' });
  const draft = new InventoryDraft();
  const read: Source[] = [];
  for (const source of sources) {
    if (source.trim() === '') return fail('bad-input', 'an inventory source is empty', { hint: 'is a variable unset?' });
    const done = await readSource(source, draft, io);
    if (!done.ok) return done;
    read.push(done.value);
  }
  const shown = sources.join(', ');
  if (draft.hosts.size === 0) return fail('not-found', `the inventory has no hosts: ${shown}`, { at: shown });
  const files: VariableFiles[] = [];
  for (const source of read) {
    if (source.kind === 'list') continue;
    const variables = await readVariableFiles(source, { groups: draft.groups.keys(), hosts: draft.hosts.keys() }, io);
    if (!variables.ok) return variables;
    files.push(variables.value);
  }
  return assemble(sources, draft, files);
}
