import { type Failure, fail, ok, type Result } from '../domain/failure.ts';
import { assemble, type GroupedInventory, type VariableFiles } from './assemble.ts';
import { InventoryDraft } from './draft.ts';
import { groupTree } from './group-tree.ts';
import { readHostList } from './host-list-source.ts';
import { readIni } from './ini-source.ts';
import type { InventoryIo } from './inventory-io.ts';
import { isKubernetesSource, readKubernetes } from './kubernetes-source.ts';
import { pathKind, readHead, readText } from './read-text.ts';
import { readScript } from './script-source.ts';
import { filesIn } from './source-directory.ts';
import { HEAD_BYTES, isProgram, type SourceFormat, sourceFormat } from './source-format.ts';
import { readToml } from './toml-source.ts';
import { noUnsealer, type Unsealer } from './unsealer.ts';
import { readVariableFiles } from './variable-files.ts';
import { readYaml } from './yaml-source.ts';

/** What a source turned out to be; a list of hosts, and a cluster, have no path, and so no variable files beside it. */
type Source = { readonly kind: 'list' } | { readonly kind: 'path'; readonly path: string; readonly isDirectory: boolean };

const READERS: Readonly<Record<SourceFormat, (path: string, text: string, draft: InventoryDraft) => Failure | undefined>> = {
  yaml: readYaml,
  ini: readIni,
  toml: readToml,
};

async function readFile(path: string, draft: InventoryDraft, io: InventoryIo): Promise<Failure | undefined> {
  const head = await readHead(path, HEAD_BYTES, io);
  if (!head.ok) return head.failure;
  const program = isProgram(path, head.value, await io.mayExecute(path));
  if (!program.ok) return program.failure;
  if (program.value) return readScript(path, draft, io);
  const text = await readText(path, io);
  if (!text.ok) return text.failure;
  const format = sourceFormat(path, text.value);
  return format.ok ? READERS[format.value](path, text.value, draft) : format.failure;
}

async function readSource(source: string, draft: InventoryDraft, io: InventoryIo): Promise<Result<Source>> {
  // Before all else, as a selector may hold a comma.
  if (isKubernetesSource(source)) {
    const failure = await readKubernetes(source, draft, io);
    return failure === undefined ? ok({ kind: 'list' }) : { ok: false, failure };
  }
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

/** What is read beside the sources, and with which keys. */
export interface Beside {
  /** The directory of the runbook: its `group_vars` and `host_vars` win over those of the sources, as a playbook's do. */
  readonly runbookDirectory?: string;
  /** Opens what is encrypted; absent: that is a failure. */
  readonly unsealer?: Unsealer;
}

async function variableFiles(
  read: readonly Source[],
  io: InventoryIo,
  draft: InventoryDraft,
  { runbookDirectory, unsealer = noUnsealer(io) }: Beside,
): Promise<Result<readonly VariableFiles[]>> {
  const beside = runbookDirectory === undefined ? [] : [{ kind: 'path' as const, path: runbookDirectory, isDirectory: true }];
  const files: VariableFiles[] = [];
  for (const source of [...read, ...beside]) {
    if (source.kind === 'list') continue;
    const variables = await readVariableFiles(source, { groups: draft.groups.keys(), hosts: draft.hosts.keys() }, { io, unsealer });
    if (!variables.ok) return variables;
    files.push(variables.value);
  }
  return ok(files);
}

/**
 * Reads and merges inventory sources in the order given; later ones win. A source is a YAML, INI or TOML file of Ansible's, a script,
 * a directory of such files, a list of hosts that holds a comma, or `kubernetes:`; `group_vars` and `host_vars` beside files and beside the runbook are
 * read as well. Anything missing, unreadable, not understood or without a single host is a failure with its place.
 */
export async function readInventory(sources: readonly string[], io: InventoryIo, beside: Beside = {}): Promise<Result<GroupedInventory>> {
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
  // What went wrong first: groups that contain each other may be why there is nobody in them.
  const tree = draft.hosts.size === 0 ? groupTree(draft.groups.values()) : ok(undefined);
  if (!tree.ok) return tree;
  if (draft.hosts.size === 0) return fail('not-found', `the inventory has no hosts: ${shown}`, { at: shown });
  const files = await variableFiles(read, io, draft, beside);
  return files.ok ? assemble(sources, draft, files.value, beside.unsealer ?? noUnsealer(io)) : files;
}
