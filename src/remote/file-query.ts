import { HostFault } from '../domain/failure.ts';
import { absent, contentOf, type FileObstacle, type FileState, type PresentFile } from '../domain/file.ts';
import type { Frame } from './frames.ts';
import { mountFunctions } from './mount-functions.ts';
import { pathFunctions } from './path-functions.ts';
import { type Answer, checkPath, type Query, textOf } from './query.ts';
import { quote } from './quote.ts';
import { xattrFunctions } from './xattrs.ts';

/** The largest file that is read or written, in bytes. */
export const MAX_FILE_BYTES = 8 * 1024 * 1024;

/** `find_obstacles FLAGS FILE DIRECTORY` sets `obstacles`, in the words of `FileObstacle`; FLAGS is what `lsattr -d` printed of both. */
export const obstacleFunctions = `${pathFunctions}${mountFunctions}
find_obstacles() {
  obstacles=
  find_locks "$1" "$3"
  case $locked in *file*) obstacles=immutable ;; esac
  case $locked in *directory*) obstacles="$obstacles
immutable-directory" ;; esac
  [ -n "$mounts" ] || read_mounts
  ! is_mount_point "$2" || obstacles="$obstacles
mount-point"
}
`;

/**
 * `%y` has the nanoseconds of the modification time, by GNU and busybox alike (TZ is UTC0); a busybox before 1.35
 * prints zeros there, which gives a time that is right to the second. No more is hashed than is read: a log of many GiB
 * would outlast every limit only to be refused. A file of the kernel has neither attributes nor flags, and is another one each time it is read.
 * `file ID PATH MOST` leaves a file out, and fails, that is not below MOST bytes.
 */
const fileFunctions = `
file() {
  looks=$(stat -L -c '%f %u %g %h %s %Y %y' -- "$2" 2>&1)
  looked=$?
  size=0
  [ "$looked" != 0 ] || { size=\${looks#* * * * }; size=\${size%% *}; }
  # Not every shell counts beyond 32 bits.
  case $size in ????????*) size=10000000 ;; esac
  [ -z "$3" ] || [ "$size" -lt "$3" ] || return
  place=
  if [ -L "$2" ]; then place=link; elif [ ! -d "\${2%/*}/" ]; then place=nowhere; fi
  hold "$1.stat" "$looks" "$looked"
  hold "$1.place" "$place" 0
  [ -f "$2" ] || return 0
  follow "$2"
  hold "$1.real" "$leads_to" 0
  pseudo=
  dir=\${leads_to%/*}
  dir=\${dir:-/}
  case $leads_to in
  /proc/* | /sys/*) pseudo=1 obstacles= listed= ;;
  *) find_obstacles "$(lsattr -d -- "$leads_to" "$dir" 2>/dev/null)" "$leads_to" "$dir"; list_xattrs "$2" ;;
  esac
  hold "$1.obstacles" "$obstacles" 0
  hold "$1.xattrs" "$listed" 0
  begin "$1.bytes"; head -c ${MAX_FILE_BYTES + 1} <"$2"; end_later "$1.bytes" "$?"
  [ -z "$pseudo" ] || return 0
  command -v sha256sum >/dev/null 2>&1 && sum=$(digest_of "$2")
  hold "$1.sha256" "$sum" "$?"
}
digest_of() {
  if [ "$size" -gt 0 ] && [ "$size" -lt ${MAX_FILE_BYTES + 1} ]; then sha256sum <"$1"; else head -c ${MAX_FILE_BYTES + 1} <"$1" | sha256sum; fi
}
`;

/** The file's bytes and its digest do not belong together: it was written to while it was read. */
export interface Torn {
  readonly kind: 'torn';
}

/** Asks for one file, as `Reader.file` describes. */
export function fileQuery(path: string): Query<FileState | Torn> {
  checkPath(path);
  return {
    key: `file ${path}`,
    functions: [xattrFunctions, obstacleFunctions, fileFunctions],
    tools: ['stat', 'readlink', 'head', 'sed', 'sort', 'cat'],
    call: (id) => `file ${id} ${quote(path)}`,
    timeoutMs: 10_000,
    maxBytes: MAX_FILE_BYTES + 128 * 1024,
    parse: (answer) => parseFile(path, answer),
  };
}

function parseFile(path: string, answer: Answer): FileState | Torn {
  const stat = answer.frame('stat');
  if (stat.code !== 0) return unreadable(path, textOf(stat), textOf(answer.frame('place')));
  const attributes = parseStat(path, textOf(stat));
  if (!attributes.regular) throw notRegular(path, 'is no regular file');
  const bytes = answer.frame('bytes');
  if (bytes.code !== 0) throw new HostFault({ code: 'permission-denied', message: `${path} may not be read`, at: path, hint: BECOME_HINT });
  if (bytes.stdout.length > MAX_FILE_BYTES) {
    throw new HostFault({ code: 'too-large', message: `${path} is larger than 8 MiB`, at: path });
  }
  const realPath = textOf(answer.frame('real'));
  if (realPath.includes('\n')) throw notRegular(path, 'is a link to a path with a line break');
  const content = contentOf(new Uint8Array(bytes.stdout));
  if (!isPseudo(realPath) && isTorn(answer.frame('sha256'), content.sha256)) return { kind: 'torn' };
  const { mode, uid, gid, nlink, mtimeNs } = attributes;
  const obstacles = textOf(answer.frame('obstacles'))
    .split('\n')
    .flatMap((word) => OBSTACLES.find((known) => known === word) ?? []);
  const file: PresentFile = {
    kind: 'file',
    content,
    attributes: { mode, uid, gid, xattrs: textOf(answer.frame('xattrs')), mtimeNs, nlink },
    realPath,
  };
  return obstacles.length > 0 ? { ...file, obstacles } : file;
}

const OBSTACLES: readonly FileObstacle[] = ['immutable', 'immutable-directory', 'mount-point'];

const BECOME_HINT = 'read it with become';

/** The C library's words (LC_ALL=C), which every stat prints last. */
function unreadable(path: string, said: string, place: string): FileState {
  if (/(No such file or directory|Not a directory)$/.test(said)) {
    if (place === 'link') throw notRegular(path, 'is a link that leads nowhere');
    return place === 'nowhere' ? { ...absent, missing: 'directory' } : absent;
  }
  if (/Too many levels of symbolic links$/.test(said)) throw notRegular(path, 'is a loop of links');
  if (/Permission denied$/.test(said)) {
    throw new HostFault({ code: 'permission-denied', message: `${path} may not be looked at`, at: path, hint: BECOME_HINT });
  }
  throw new HostFault({ code: 'protocol', message: `stat of ${path} failed: ${said}`, at: path });
}

function notRegular(path: string, how: string): HostFault {
  return new HostFault({ code: 'not-regular-file', message: `${path} ${how}`, at: path });
}

interface Stat extends Omit<PresentFile['attributes'], 'xattrs'> {
  readonly regular: boolean;
}

const S_IFMT = 0o170000;
const S_IFREG = 0o100000;

function parseStat(path: string, line: string): Stat {
  const fields = /^([0-9a-f]+) ([0-9]+) ([0-9]+) ([0-9]+) [0-9]+ (-?[0-9]+) \S+ [0-9:]+(?:\.([0-9]{1,9}))?/.exec(line);
  if (!fields) throw new HostFault({ code: 'protocol', message: `stat of ${path} printed what is not understood: ${line}`, at: path });
  const [, raw = '', uid, gid, nlink, seconds = '', fraction = ''] = fields;
  const mode = Number.parseInt(raw, 16);
  return {
    regular: (mode & S_IFMT) === S_IFREG,
    mode: mode & 0o7777,
    uid: Number(uid),
    gid: Number(gid),
    nlink: Number(nlink),
    mtimeNs: String(BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'))),
  };
}

/** Files of the kernel are made anew by each read, so two reads of one never have to agree. */
function isPseudo(realPath: string): boolean {
  return /^\/(proc|sys)\//.test(realPath);
}

/** A host without sha256sum is believed: the connection's own integrity holds; a write refuses it. */
function isTorn(sum: Frame, sha256: string): boolean {
  return sum.code === 0 && textOf(sum).split(' ')[0] !== sha256;
}
