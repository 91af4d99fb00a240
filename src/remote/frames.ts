/**
 * Shell functions that frame what a script prints.
 *
 * A frame is `NONCE begin ID`, raw bytes, `NONCE end ID STATUS`, each marker on a line of its own. Programs print onto
 * the two streams of the exec itself, standard output framed on one and standard error on the other, so nothing is
 * captured in a file or encoded, and bytes arrive as they are. What stands outside frames is noise.
 *
 * `say ID TEXT STATUS` is a frame of a text that is known. Each write wakes the host's sshd and is a packet of the connection: `hold` and
 * `end_later` keep what they would write for the next one that writes at once.
 *
 * `capture ID MAX WORD...` runs a program: both streams go through `keep`, which passes on MAX bytes and one more, to
 * show that there were more, and swallows the next 16 MiB, so that all but the most talkative programs end by themselves
 * with their own status. Descriptors: 3 and 4 are the exec's streams, 5 carries the status, 6 standard error.
 * `limited SECONDS WORD...`, within `capture`, is `timeout` where the host has it (and one that knows `-k`, which
 * busybox before 1.30 does not); busybox's reports the signal, which is turned into 124.
 */
export const frameFunctions = `
# Echo may take backslashes for its own. Where printf is no builtin it takes no more than 128 KiB (execve(2)), and print is one.
put() {
  case $1 in *\\\\*) ;; *) echo "$1"; return ;; esac
  if [ -n "$KSH_VERSION" ]; then print -r -- "$1"; else printf '%s\\n' "$1"; fi
}
begin() {
  put "$held
$nonce begin $1"
  held=
}
end() { echo "
$nonce end $1 $2"; }
end_later() { held="$held
$nonce end $1 $2"; }
hold() { held="$held
$nonce begin $1
$2

$nonce end $1 $3"; }
release() {
  [ -z "$held" ] || put "$held"
  held=
}
say() { hold "$@"; release; }
need() {
  need_id=$1 missing=
  shift
  for tool in "$@"; do command -v "$tool" >/dev/null 2>&1 || missing="$missing $tool"; done
  [ -z "$missing" ] && return 0
  say "$need_id.missing" "$missing" 1
  return 1
}
keep() { head -c "$1"; exec head -c 16777216 >/dev/null; }
capture() {
  capture_id=$1 most=$2
  shift 2
  know_limits
  begin "$capture_id"; begin "$capture_id" >&4
  ended=$(
    {
      {
        { "$@" 3>&- 4>&- 5>&- 6>&-; echo "$?" >&5; } 2>&6 | keep "$most" >&3
      } 6>&1 | keep "$most" >&4
    } 5>&1
  )
  end "$capture_id" "$ended"; end "$capture_id" "$ended" >&4
  return "\${ended:-1}"
}
# Seconds of a clock that nobody sets, where there is one.
now_is() {
  now=
  read -r now rest 2>/dev/null </proc/uptime || now=$(date +%s)
  now=\${now%%.*}
}
# Sets $me, the effective user id (proc_pid_status(5)).
who_am_i() {
  me=
  while read -r field real_id me rest; do
    case $field in Uid:) break ;; esac
    me=
  done 2>/dev/null </proc/self/status
  [ -n "$me" ] || me=$(id -u)
}
know_limits() { [ -n "$can_limit" ] || { timeout -k 2 1 true >/dev/null 2>&1 3>&- 4>&- && can_limit=yes || can_limit=no; }; }
limited() {
  limit=$1
  shift
  know_limits
  [ "$can_limit" = yes ] || { "$@"; return; }
  now_is
  started=$now
  timeout -k 2 "$limit" "$@"
  limited_status=$?
  case $limited_status in 137 | 143) now_is; [ $((now - started)) -ge "$limit" ] && limited_status=124 ;; esac
  return "$limited_status"
}
`;

/** What one frame held. `code` is -1 when the script could not tell. */
export interface Frame {
  readonly code: number;
  readonly stdout: Uint8Array;
  /** Empty for frames that stand on standard output only. */
  readonly stderr: Uint8Array;
}

/** Frames by id. */
export type Frames = ReadonlyMap<string, Frame>;

/** What was found between a script's markers. */
export interface Framed {
  readonly frames: Frames;
  /** Both streams ended with the script's own last word, so that nothing is missing. */
  readonly complete: boolean;
}

interface Section {
  readonly code: number;
  readonly bytes: Uint8Array;
}

/** Reads the frames of both streams. A frame without its end is left out. */
export function parseFrames(stdout: Uint8Array, stderr: Uint8Array, nonce: string): Framed {
  const out = parseStream(stdout, nonce);
  const err = parseStream(stderr, nonce);
  const frames = new Map<string, Frame>();
  for (const [id, { code, bytes }] of out.sections) {
    frames.set(id, { code, stdout: bytes, stderr: err.sections.get(id)?.bytes ?? new Uint8Array() });
  }
  return { frames, complete: out.complete && err.complete };
}

function parseStream(stream: Uint8Array, nonce: string): { sections: Map<string, Section>; complete: boolean } {
  const bytes = Buffer.from(stream.buffer, stream.byteOffset, stream.byteLength);
  const marker = Buffer.from(`\n${nonce} `);
  const sections = new Map<string, Section>();
  let open: { id: string; from: number } | undefined;
  let complete = false;
  for (let at = bytes.indexOf(marker); at >= 0; ) {
    const lineEnd = bytes.indexOf(0x0a, at + marker.length);
    if (lineEnd < 0) break;
    const [verb, id = '', code = ''] = bytes.toString('latin1', at + marker.length, lineEnd).split(' ');
    if (verb === 'begin') open = { id, from: lineEnd + 1 };
    if (verb === 'end' && open?.id === id) {
      sections.set(id, { code: /^[0-9]+$/.test(code) ? Number(code) : -1, bytes: bytes.subarray(open.from, at) });
      open = undefined;
    }
    complete = verb === 'done';
    // The newline that ends this marker may be the one that the next begins with.
    at = bytes.indexOf(marker, lineEnd);
  }
  return { sections, complete };
}
