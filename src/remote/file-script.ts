import type { FileChange } from '../domain/change.ts';
import type { FileState, PresentFile } from '../domain/file.ts';
import { type Encoding, payloadFunction } from './payload.ts';
import { quote } from './quote.ts';

/** The shell text of one file change: its constants and bytes, and which functions carry it out. */
export interface FileScript {
  readonly definitions: string;
  readonly check: 'check_present' | 'check_absent';
  /** Absent: a deletion, which needs no new bytes. */
  readonly prepare?: 'prepare_edit' | 'prepare_new';
  readonly commit: 'commit_edit' | 'commit_new' | 'commit_delete';
}

/** Writes the `use_N`, `new_bytes_N` and `new_xattrs_N` of a file change. */
export function fileScript(change: FileChange, index: number, undo: boolean, encoding: Encoding): FileScript {
  const { before, after } = change;
  const definitions = [
    constantsFunction(`use_${index}`, constants(change, undo)),
    payloadFunction(`new_bytes_${index}`, after.kind === 'file' ? after.content.bytes : new Uint8Array(), encoding),
    `new_xattrs_${index}() {\n${xattrCalls(before, after)}\n}\n`,
  ].join('');
  if (before.kind === 'absent') return { definitions, check: 'check_absent', prepare: 'prepare_new', commit: 'commit_new' };
  if (after.kind === 'absent') return { definitions, check: 'check_present', commit: 'commit_delete' };
  return { definitions, check: 'check_present', prepare: 'prepare_edit', commit: 'commit_edit' };
}

function constants(change: FileChange, undo: boolean): Readonly<Record<string, string>> {
  const { before, after } = change;
  const path = before.kind === 'absent' && after.kind === 'file' ? after.realPath : change.path;
  const parent = parentOf(path);
  const from = before.kind === 'file' ? before : undefined;
  const to = after.kind === 'file' ? after : undefined;
  return {
    path,
    base: path.slice(path.lastIndexOf('/') + 1),
    parent,
    grandparent: parentOf(parent),
    parent_base: parent.slice(parent.lastIndexOf('/') + 1),
    planned_real: from?.realPath ?? '',
    mount_name: mountName(from?.realPath ?? ''),
    old_sha: from?.content.sha256 ?? '',
    old_meta: from ? meta(from) : '',
    old_xattrs: from?.attributes.xattrs ?? '',
    // A file that a rollback removes again may have been given a label or a default ACL by its directory.
    loose_xattrs: undo && from?.attributes.xattrs === '' && !to ? '1' : '',
    new_kind: after.kind,
    new_sha: to?.content.sha256 ?? '',
    new_meta: to ? meta(to) : '',
    new_mode: to ? to.attributes.mode.toString(8) : '',
    new_owner: to ? `${to.attributes.uid}:${to.attributes.gid}` : '',
    new_xattrs: to?.attributes.xattrs ?? '',
    // For the same reason a new file's attributes are not compared when none were asked for.
    free_xattrs: !from && to?.attributes.xattrs === '' ? '1' : '',
    new_time: decimalSeconds(to?.attributes.mtimeNs ?? ''),
    new_stamp: touchStamp(to?.attributes.mtimeNs ?? ''),
    need_kib: String(Math.ceil((2 * (to?.content.bytes.length ?? 0)) / 1024) + 1024),
    drop_directory: undo && after.kind === 'absent' && after.missing === 'directory' ? '1' : '',
  };
}

function constantsFunction(name: string, values: Readonly<Record<string, string>>): string {
  const lines = Object.entries(values).map(([key, value]) => `${key}=${quote(value)}`);
  return `${name}() {\n${lines.join('\n')}\n}\n`;
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

function meta({ attributes }: PresentFile): string {
  return `${attributes.mode.toString(8)} ${attributes.uid} ${attributes.gid}`;
}

/** How /proc/self/mountinfo writes a path (`man proc`). */
function mountName(path: string): string {
  return path.replace(/[ \t\n\\]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`);
}

function decimalSeconds(ns: string): string {
  const [, sign = '', digits] = /^(-?)([0-9]+)$/.exec(ns) ?? [];
  if (digits === undefined) return '';
  const time = BigInt(digits);
  return `${sign}${time / 1_000_000_000n}.${String(time % 1_000_000_000n).padStart(9, '0')}`;
}

/** `touch -t`'s CCYYMMDDhhmm.SS in UTC. */
function touchStamp(ns: string): string {
  if (!/^-?[0-9]+$/.test(ns)) return '';
  const digits = new Date(Number(BigInt(ns) / 1_000_000n)).toISOString().replace(/[^0-9]/g, '');
  return `${digits.slice(0, 12)}.${digits.slice(12, 14)}`;
}

/** Attributes that the clone of the original does not have, or has too many. */
function xattrCalls(before: FileState, after: FileState): string {
  const had = xattrLines(before);
  const wanted = xattrLines(after);
  const drops = [...had.keys()].filter((name) => !wanted.has(name)).map((name) => `drop_xattr ${quote(name)}`);
  const sets = [...wanted].map(([name, value]) => `set_xattr ${quote(name)} ${quote(value)}`);
  return after.kind === 'absent' || after.attributes.xattrs === 'unknown' ? ':' : [...drops, ...sets, ':'].join(' &&\n');
}

function xattrLines(state: FileState): ReadonlyMap<string, string> {
  if (state.kind === 'absent' || state.attributes.xattrs === 'unknown') return new Map();
  const lines = state.attributes.xattrs.split('\n').filter((line) => line !== '');
  return new Map(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}
