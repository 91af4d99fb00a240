import type { DirEntry, Probe, ProbeOptions } from '../domain/access.ts';
import { HostFault } from '../domain/failure.ts';
import type { FileState } from '../domain/file.ts';
import { fileQuery, MAX_FILE_BYTES, obstacleFunctions, type Torn } from './file-query.ts';
import type { Frame } from './frames.ts';
import { entriesOf } from './list-query.ts';
import { probeQuery } from './probe-query.ts';
import { checkPath, type Query, textOf } from './query.ts';
import { commandLine, quote } from './quote.ts';
import { RAISED_STAT, raisedCommands, raisedProbe } from './raised-commands.ts';
import { xattrFunctions } from './xattrs.ts';

/**
 * Shell functions that read one file as root by single commands, each word for word as raised-commands.ts has it, in the frames of
 * `file`. What is no regular file is not read. sudo may have more to say than its refusal ("unable to resolve host"), so that what a
 * command says on standard error counts only where it failed. Whether a path that leads nowhere is a link is not asked.
 */
const raisedFileFunctions = `
raised() { sudo -n -- "$@"; }
raised_xattrs() {
  command -v getfattr >/dev/null 2>&1 || { list_xattrs "$1"; return; }
  said=$(raised getfattr -d -m - -e hex --absolute-names -- "$1" 2>/dev/null) || { listed=unknown; return; }
  in_order "$said"
}
raised_file() {
  said=$(raised stat -L -c ${RAISED_STAT} -- "$2" 2>/dev/null) || said=$(raised stat -L -c ${RAISED_STAT} -- "$2" 2>&1)
  code=$?
  [ "$code" != 0 ] || said=$(printf '%s\\n' "$said" | sed 's|/| |g')
  say "$1.stat" "$said" "$code"
  real=$(raised readlink -f -- "$2" 2>/dev/null) && real_code=0 || real_code=1
  begin "$1.place"; [ "$real_code" = 0 ] || echo nowhere; end "$1.place" 0
  case $code$said in 08???' '*) ;; *) return 0 ;; esac
  say "$1.real" "$real" "$real_code"
  dir=\${real%/*}
  dir=\${dir:-/}
  find_obstacles "$(raised lsattr -d -- "$real" "$dir" 2>/dev/null)" "$real" "$dir"
  say "$1.obstacles" "$obstacles" 0
  raised_xattrs "$2"
  say "$1.xattrs" "$listed" 0
  capture "$1.bytes" ${MAX_FILE_BYTES + 1} raised cat -- "$2"
  begin "$1.sha256"; command -v sha256sum >/dev/null 2>&1 && raised cat -- "$2" 2>/dev/null | head -c ${MAX_FILE_BYTES + 1} | sha256sum; end "$1.sha256" "$?"
}
`;

/** Reads a file as root by single commands. A refusal of sudo is the fault `permission-denied` with sudo's words. */
export function raisedFileQuery(path: string): Query<FileState | Torn> {
  const plain = fileQuery(path);
  return {
    ...plain,
    key: `raised ${plain.key}`,
    functions: [xattrFunctions, obstacleFunctions, raisedFileFunctions],
    tools: ['sudo', 'head', 'sed', 'sort', 'cat', 'date'],
    call: (id) => `raised_file ${id} ${quote(path)}`,
    timeoutMs: 20_000,
    parse(answer) {
      const stat = answer.frame('stat');
      if (stat.code !== 0 && !/(No such file or directory|Not a directory|Too many levels of symbolic links)$/.test(textOf(stat)))
        throw notAllowed(path, textOf(stat));
      if (stat.code === 0 && textOf(stat).startsWith('8')) {
        if (answer.frame('real').code !== 0) throw notAllowed(path, 'readlink was refused');
        const bytes = answer.frame('bytes');
        if (bytes.code !== 0 && bytes.stdout.length <= MAX_FILE_BYTES) throw notAllowed(path, errorsOf(bytes));
      }
      return plain.parse(answer);
    },
  };
}

/** Lists a directory as root by one command. */
export function raisedListQuery(directory: string): Query<readonly DirEntry[]> {
  checkPath(directory);
  const [find = []] = raisedCommands({ kind: 'list', directory }, (program) => program);
  const maxBytes = 4 * 1024 * 1024;
  return {
    key: `raised list ${directory}`,
    functions: [],
    tools: ['sudo', 'head', 'date'],
    call: (id) => `capture ${id}.list ${maxBytes} limited 10 sudo -n -- ${commandLine(find)}`,
    timeoutMs: 13_000,
    maxBytes: 2 * maxBytes,
    parse(answer) {
      const { code, stdout, ...list } = answer.frame('list');
      if (code === 0) return entriesOf(stdout, '/');
      const said = errorsOf({ code, stdout, ...list });
      if (/No such file or directory$/.test(said)) return [];
      throw notAllowed(directory, said);
    },
  };
}

/** Asks a program as root. `refused` of the answer says that sudo did not allow it. */
export function raisedProbeQuery(argv: readonly string[], options: ProbeOptions = {}): Query<Probe> {
  const plain = probeQuery(argv, options);
  const words = raisedProbe(argv, (program) => (program.startsWith('/') ? program : `\0${program}`));
  const line = words.map((word) => (word.startsWith('\0') ? `"$(command -v -- ${quote(word.slice(1))})"` : quote(word))).join(' ');
  const seconds = Math.max(1, Math.ceil((options.timeoutMs ?? 10_000) / 1_000));
  const cap = options.maxBytes ?? 1024 * 1024;
  return {
    ...plain,
    key: `raised ${plain.key}`,
    tools: ['sudo', ...plain.tools],
    call: (id) => `capture ${id}.probe ${cap + 1} probe ${seconds} sudo -n -- ${line}`,
    parse(answer) {
      const probe = plain.parse(answer);
      const refused = probe.code === 0 ? undefined : refusal(Buffer.from(probe.stderr).toString('utf8'));
      return refused === undefined ? probe : { ...probe, refused };
    },
  };
}

/** Of sudo, in the C locale, when it does not run a command (sudo's check.c, logging.c and parse.c). */
const REFUSALS =
  /^sudo: a password is required|^sudo: .*\btty\b|is not allowed to (run|execute)|not in the sudoers|may not run sudo|^sudo: account/;

function refusal(said: string): string | undefined {
  return said
    .split('\n')
    .map((line) => line.trim())
    .find((line) => REFUSALS.test(line));
}

function errorsOf(frame: Frame): string {
  return Buffer.from(frame.stderr).toString('utf8').trim();
}

function notAllowed(path: string, said: string): HostFault {
  const why = refusal(said) ?? said.split('\n').at(-1) ?? '';
  return new HostFault({ code: 'permission-denied', message: why.slice(0, 300), at: path });
}
