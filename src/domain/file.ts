import { createHash } from 'node:crypto';

/** A file's bytes with their name. The digest is what journals, plans and JSON carry; the bytes stay in memory or the content store. */
export interface Content {
  readonly bytes: Uint8Array;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** What of a file must survive a change, and is compared before one (mtime and nlink excepted). */
export interface FileAttributes {
  /** Permission bits, 0 to 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /**
   * Extended attributes, ACL and security label as lines of `getfattr -d -m - -e hex`, sorted, without the file name;
   * empty when there are none. `unknown` when the host has no tool to tell.
   */
  readonly xattrs: string;
  /** Modification time in nanoseconds since the epoch, as decimal text. Restored by rollback, never compared. */
  readonly mtimeNs: string;
  /** Hard links; more than one makes a file one that is not replaced. */
  readonly nlink: number;
}

/** A path's state. Symbolic links are followed: `realPath` is what will be replaced. */
export type FileState = AbsentFile | PresentFile;

/** Nothing stands at the path. */
export interface AbsentFile {
  readonly kind: 'absent';
  /** The directory it would stand in is not there either; making the file makes the directory, and taking it back removes it. */
  readonly missing?: 'directory';
}

/** A regular file stands at the path, or at the end of the links there. */
export interface PresentFile {
  readonly kind: 'file';
  readonly content: Content;
  readonly attributes: FileAttributes;
  /** The path with every symbolic link resolved. */
  readonly realPath: string;
  /** What stands against writing it, as far as a look at it tells. */
  readonly obstacles?: readonly FileObstacle[];
}

/** Flags of chattr(1) on the file or its directory, and a file that is a mount point of its own. */
export type FileObstacle = 'immutable' | 'immutable-directory' | 'mount-point';

/** No file, in a directory that is there. */
export const absent: AbsentFile = { kind: 'absent' };

/** Names bytes by their SHA-256. */
export function contentOf(bytes: Uint8Array): Content {
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/**
 * A file's text with one character a byte (Latin-1), so that an edit keeps every byte it does not touch,
 * whatever the encoding. Formats work on such text; it is not for display.
 */
export function bytesToText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** The inverse of {@link bytesToText}. */
export function textToBytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

/** A runbook's own string (Unicode) as such byte text, so that it can be put among a file's bytes. */
export function utf8Text(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** The state of `before` with other bytes: same attributes, or a new root-owned file where there was none. */
export function withBytes(path: string, before: FileState, bytes: Uint8Array, attributes: Partial<FileAttributes> = {}): PresentFile {
  const base: FileAttributes =
    before.kind === 'file' ? before.attributes : { mode: 0o644, uid: 0, gid: 0, xattrs: '', mtimeNs: '', nlink: 1 };
  return {
    kind: 'file',
    content: contentOf(bytes),
    attributes: { ...base, ...attributes },
    realPath: before.kind === 'file' ? before.realPath : path,
  };
}

/** True when two states have the same bytes and the same compared attributes (mode, owner, xattrs). */
export function sameFile(a: FileState, b: FileState): boolean {
  if (a.kind !== 'file' || b.kind !== 'file') return a.kind === b.kind;
  return a.content.sha256 === b.content.sha256 && fingerprint(a) === fingerprint(b);
}

/** The compared attributes as one string. */
export function fingerprint(file: PresentFile): string {
  const { mode, uid, gid, xattrs } = file.attributes;
  return `${mode.toString(8)}:${uid}:${gid}:${xattrs}`;
}
