import type { UnitProperties } from '../domain/access.ts';
import { HostFault } from '../domain/failure.ts';
import type { FileState } from '../domain/file.ts';
import { fileQuery } from './file-query.ts';
import { type Answer, isPlainPath, type Query, textOf } from './query.ts';
import { quote } from './quote.ts';

/** So many files of a unit come with its properties; who needs more asks for them. */
const MOST_FILES = 24;
/** A longer file does not come along, since it may not be wanted. */
const MOST_BYTES = 65_536;

/**
 * The properties of a unit, and the files that systemd names in them, where their paths are plain: who asks for a unit mostly reads its files
 * next. systemctl leaves no child that would hold its output, so that nothing has to stand between it and the script. Only where it fails is it
 * asked once more, for its words.
 */
const unitFunctions = `
unit() {
  know_limits
  shown=$(limited 10 systemctl show --no-pager -- "$2" 2>/dev/null 3>&- 4>&-)
  shown_status=$?
  case $shown_status in
  0 | 124) hold "$1.unit" "$shown" "$shown_status" ;;
  *) capture "$1.unit" 1048576 limited 10 systemctl show --no-pager -- "$2" ;;
  esac
}
unit_files() {
  set -f
  IFS='
'
  words=
  for line in $shown; do
    case $line in FragmentPath=/* | DropInPaths=/* | EnvironmentFiles=/*) words="$words \${line#*=}" ;; esac
  done
  unset IFS
  count=0 names=
  for word in $words; do
    case $word in *[!A-Za-z0-9/._@:-]*) continue ;; /*) ;; *) continue ;; esac
    case " $names " in *" $word "*) continue ;; esac
    [ "$count" -lt ${MOST_FILES} ] || break
    file "$1.file$count" "$word" ${MOST_BYTES} || continue
    names="\${names:+$names }$word"
    count=$((count + 1))
  done
  set +f
  hold "$1.files" "$names" 0
}
`;

/** Asks for `systemctl show` of a unit, as `Reader.unit` describes, and for its files. */
export function unitQuery(name: string): Query<UnitProperties> {
  const { functions, tools } = fileQuery('/');
  return {
    key: `unit ${name}`,
    functions: [...functions, unitFunctions],
    tools: ['systemctl', 'head', 'date'],
    missing: 'no-systemd',
    call: (id) => `{
  unit ${id} ${quote(name)}
  ! need ${id}.along ${tools.join(' ')} || unit_files ${id}
}`,
    timeoutMs: 25_000,
    maxBytes: 2 * 1024 * 1024 + 4096 + MOST_FILES * (MOST_BYTES + 8192),
    parse: (answer) => parseUnit(name, answer),
    along: (answer) =>
      textOf(answer.frame('files'))
        .split(' ', MOST_FILES)
        .flatMap((path, index) => (isPlainPath(path) ? [{ query: wholeFile(path), id: `file${index}` }] : [])),
  };
}

/** Of a file that was written to meanwhile nothing comes along: whoever wants it asks, and again where need be. */
function wholeFile(path: string): Query<FileState> {
  const query = fileQuery(path);
  return {
    ...query,
    parse(answer) {
      const state = query.parse(answer);
      if (state.kind !== 'torn') return state;
      throw new HostFault({ code: 'protocol', message: `${path} changed while it was read`, at: path });
    },
  };
}

function parseUnit(name: string, answer: Answer): UnitProperties {
  const frame = answer.frame('unit');
  if (frame.code === 0) return parseProperties(textOf(frame));
  const said = Buffer.from(frame.stderr).toString('utf8').trim();
  if (frame.code === 124) throw new HostFault({ code: 'timed-out', message: `systemctl show ${name} did not answer in 10 s` });
  if (/not been booted with systemd|Failed to connect to bus/.test(said)) {
    throw new HostFault({ code: 'no-systemd', message: `systemd does not answer: ${said}` });
  }
  throw new HostFault({ code: 'command-failed', message: `systemctl show ${name} ended with ${frame.code}: ${said}` });
}

/** `Key=value` lines; a key that comes again, and a line without a key, go on with the value by a newline. */
export function parseProperties(text: string): UnitProperties {
  const properties = new Map<string, string>();
  let last: string | undefined;
  for (const line of text.split('\n')) {
    const [, key, value = ''] = /^([A-Za-z][A-Za-z0-9]*)=(.*)$/s.exec(line) ?? [];
    last = key ?? last;
    if (last === undefined) continue;
    const more = key === undefined ? line : value;
    const before = properties.get(last);
    properties.set(last, before === undefined ? more : `${before}\n${more}`);
  }
  return Object.fromEntries(properties);
}
