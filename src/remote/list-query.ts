import type { DirEntry } from '../domain/access.ts';
import { HostFault } from '../domain/failure.ts';
import { type Answer, checkPath, type Query } from './query.ts';
import { quote } from './quote.ts';

/**
 * Only builtins, so that a directory of a thousand names costs no process. Codes: 2 no such directory, 13 may not be read. What lies
 * below a directory that may not be searched looks as if it were not there.
 */
const listFunctions = `
list() {
  begin "$1.list"
  list_names "$2"
  end "$1.list" "$?"
}
list_names() {
  [ -d "$1" ] || { is_hidden "$1" && return 13; return 2; }
  [ -r "$1" ] && [ -x "$1" ] || return 13
  for entry in "$1"/* "$1"/.*; do
    name=\${entry##*/}
    case $name in . | ..) continue ;; esac
    if [ -L "$entry" ]; then kind=l
    elif [ -d "$entry" ]; then kind=d
    elif [ -f "$entry" ]; then kind=f
    elif [ -e "$entry" ]; then kind=o
    else continue
    fi
    printf '%s\\0' "$kind$name"
  done
  return 0
}
is_hidden() {
  above=$1
  while above=\${above%/*} && [ -n "$above" ]; do
    [ ! -d "$above" ] || { [ ! -x "$above" ]; return; }
  done
  return 1
}
`;

const KINDS: Readonly<Record<string, DirEntry['kind']>> = { l: 'link', d: 'directory', f: 'file' };

/** Asks for a directory's entries, as `Reader.list` describes. Names that are not UTF-8 come with replacement characters. */
export function listQuery(directory: string): Query<readonly DirEntry[]> {
  checkPath(directory);
  return {
    key: `list ${directory}`,
    functions: [listFunctions],
    tools: [],
    call: (id) => `list ${id} ${quote(directory)}`,
    timeoutMs: 10_000,
    maxBytes: 4 * 1024 * 1024,
    parse: (answer) => parseList(directory, answer),
  };
}

function parseList(directory: string, answer: Answer): readonly DirEntry[] {
  const { code, stdout } = answer.frame('list');
  if (code === 2) return [];
  if (code !== 0) {
    throw new HostFault({
      code: 'permission-denied',
      message: `${directory} may not be listed`,
      at: directory,
      hint: 'read it with become',
    });
  }
  return entriesOf(stdout, '\0');
}

/** Entries in name order, from records that begin with a letter for the kind and end with a separator. */
export function entriesOf(bytes: Uint8Array, separator: string): readonly DirEntry[] {
  const records = Buffer.from(bytes).toString('utf8').split(separator).slice(0, -1);
  const entries = records.map((record): DirEntry => ({ name: record.slice(1), kind: KINDS[record.slice(0, 1)] ?? 'other' }));
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}
