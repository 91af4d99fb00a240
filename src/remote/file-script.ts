import type { FileChange } from '../domain/change.ts';
import type { FileState, PresentFile } from '../domain/file.ts';
import { type Encoding, payloadFunction } from './payload.ts';
import { quote } from './quote.ts';

/** How a file is changed, and so how it is taken back: replaced, written in place, made, or removed. */
export type FileWay = 'edit' | 'place' | 'new' | 'delete';

/** Which functions carry a file change out: `check_…`, `prepare_WAY`, `commit_WAY`. */
export function wayOf({ before, after, inPlace }: FileChange): FileWay {
  if (before.kind === 'absent') return 'new';
  if (after.kind === 'absent') return 'delete';
  return inPlace ? 'place' : 'edit';
}

/** The function `use_N`, which sets all that must be known to find, check and take back a file change. */
export function fileConstants(change: FileChange, index: number, rollback: boolean): string {
  return constantsFunction(`use_${index}`, constants(change, rollback));
}

/** The functions `new_bytes_N`, `new_xattrs_N` and `validate_N` of a file change. */
export function fileContents(change: FileChange, index: number, encoding: Encoding): string {
  const { before, after, validate } = change;
  return [
    payloadFunction(`new_bytes_${index}`, after.kind === 'file' ? after.content.bytes : new Uint8Array(), encoding),
    `new_xattrs_${index}() {\n${xattrCalls(before, after)}\n}\n`,
    `validate_${index}() {\n${validate === undefined ? ':' : `limited ${VALIDATE_SECONDS} ${validateCall(validate)}`}\n}\n`,
  ].join('');
}

/** Limit of a program that judges a candidate, in seconds. */
export const VALIDATE_SECONDS = 30;

/** The words of a validator with the candidate's path for each `%s`. */
function validateCall(words: readonly string[]): string {
  return words.map((word) => word.split('%s').map(quote).join('"$candidate"')).join(' ');
}

function constants(change: FileChange, rollback: boolean): Readonly<Record<string, string>> {
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
    old_sha: from?.content.sha256 ?? '',
    old_meta: from ? meta(from) : '',
    old_owner: from ? `${from.attributes.uid}:${from.attributes.gid}` : '',
    old_xattrs: from?.attributes.xattrs ?? '',
    // A file that a rollback removes again may have been given a label or a default ACL by its directory.
    loose_xattrs: rollback && from?.attributes.xattrs === '' && !to ? '1' : '',
    new_kind: after.kind,
    undo_kind: wayOf(change),
    in_place: change.inPlace ? '1' : '',
    validate_program: change.validate?.[0] ?? '',
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
    drop_directory: rollback && after.kind === 'absent' && after.missing === 'directory' ? '1' : '',
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
