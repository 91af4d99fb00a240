import type { Facts } from '../domain/host.ts';
import { deadManQuestion } from './dead-man-functions.ts';
import { type Answer, type Query, textOf } from './query.ts';

/** `uname -n` is the kernel's host name, which kubelet and systemd go by; a file that is missing gives an empty value. */
const factsFunctions = `
first_line() { line=; [ -r "$1" ] && read -r line <"$1"; echo "$line"; }
facts() {
  begin "$1.facts"
  uname -n; uname -r; id -u
  first_line /etc/machine-id
  first_line /proc/sys/kernel/random/boot_id
  if [ -d /run/systemd/system ]; then echo yes; else echo no; fi
  me=$2
  [ -n "$me" ] || me=$(id -u)
  dead_man
  echo "$armed_by"
  end "$1.facts" 0
  begin "$1.os"
  if [ -r /etc/os-release ]; then cat /etc/os-release; else cat /usr/lib/os-release 2>/dev/null; fi | head -c 65536
  end "$1.os" 0
}
`;

/** Asks who the host is. `forRoot`: what takes changes back is asked for those of root, whoever asks. */
export function factsQuery(forRoot: boolean): Query<Facts> {
  return {
    key: 'facts',
    functions: [deadManQuestion, factsFunctions],
    tools: ['uname', 'id', 'cat', 'head'],
    call: (id) => `facts ${id} ${forRoot ? 0 : "''"}`,
    timeoutMs: 5_000,
    maxBytes: 128 * 1024,
    parse: parseFacts,
  };
}

function parseFacts(answer: Answer): Facts {
  const [hostname = '', kernel = '', uid = '', machine = '', boot = '', systemd = '', undoBy = ''] = textOf(answer.frame('facts')).split(
    '\n',
  );
  const os = parseOsRelease(textOf(answer.frame('os')));
  return {
    hostname,
    machine_id: machine,
    boot_id: boot,
    kernel,
    os_id: os.get('ID') ?? '',
    os_version: os.get('VERSION_ID') ?? '',
    systemd: systemd === 'yes',
    undo_by: undoBy === 'systemd' || undoBy === 'at' ? undoBy : 'process',
    uid: Number(uid),
  };
}

/** os-release is shell text (`man os-release`); it is read, never run. */
function parseOsRelease(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, key, value] = /^([A-Z0-9_]+)=(.*)$/.exec(line.trim()) ?? [];
    if (key !== undefined && value !== undefined) values.set(key, unquoted(value));
  }
  return values;
}

function unquoted(value: string): string {
  return value.replace(/^(["'])(.*)\1$/, '$2').replace(/\\(["'\\$`])/g, '$1');
}
