import type { Facts } from '../domain/host.ts';
import { deadManQuestion } from './dead-man-functions.ts';
import { type Answer, type Query, textOf } from './query.ts';

/** Most lines of os-release that are read. */
const OS_LINES = 200;

/**
 * The kernel's host name (`uname -n`) is what kubelet and systemd go by; a file that is missing gives an empty value. Only builtins, where there
 * is a /proc.
 */
const factsFunctions = `
fact() { fact=; [ ! -r "$1" ] || read -r fact <"$1"; }
facts() {
  who_am_i
  asked_as=$me
  fact /proc/sys/kernel/hostname; host_name=\${fact:-$(uname -n)}
  fact /proc/sys/kernel/osrelease; kernel=\${fact:-$(uname -r)}
  fact /etc/machine-id; machine=$fact
  fact /proc/sys/kernel/random/boot_id; booted=$fact
  if [ -d /run/systemd/system ]; then systemd=yes; else systemd=no; fi
  me=\${2:-$me}
  dead_man
  hold "$1.facts" "$host_name
$kernel
$asked_as
$machine
$booted
$systemd
$armed_by" 0
  os_file=/etc/os-release os= count=0
  [ -r "$os_file" ] || os_file=/usr/lib/os-release
  while [ "$count" -lt ${OS_LINES} ] && { read -r line || [ -n "$line" ]; }; do
    os="$os$line
" count=$((count + 1)) line=
  done 2>/dev/null <"$os_file"
  hold "$1.os" "$os" 0
}
`;

/** Asks who the host is. `forRoot`: what takes changes back is asked for those of root, whoever asks. */
export function factsQuery(forRoot: boolean): Query<Facts> {
  return {
    key: 'facts',
    functions: [deadManQuestion, factsFunctions],
    tools: [],
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
