/**
 * `capture_apart ID MAX WORD...` is `capture` (frames.ts) for programs that may leave a child behind which keeps their output
 * open, as a start script does that sends its daemon to the background: the program's own end is what is waited for. Such a
 * child would hold up the transaction until its time is up, and the connection with it.
 *
 * Both streams go through FIFOs in the record to readers that hold nothing of the exec; what they have read within a second after
 * the program's end is what counts. They go on reading, so that the child is not ended by its next word. Where FIFOs
 * cannot be made (a full disk), `capture` has to do.
 *
 * `capture_said` is for systemctl, which leaves no child of its own and says little: a file is enough for that.
 */
export const apartFunctions = `
# Not head, which holds back what it has read until there is more. The units of ulimit are 512 bytes, or 1024 with bash.
keep_at_once() {
  (ulimit -f "$(($1 / 512))"; exec cat)
  head -c 16777216 >/dev/null
}
capture_apart() {
  for stream in out err; do rm -f -- "$here/fifo.$stream" "$here/said.$stream"; done
  mkfifo -m 600 -- "$here/fifo.out" "$here/fifo.err" 2>/dev/null || { capture "$@"; return; }
  apart_id=$1 most=$2
  shift 2
  know_limits
  { keep_at_once "$most" <"$here/fifo.out" >"$here/said.out"; } 2>/dev/null 3>&- 4>&- &
  out_reader=$!
  { keep_at_once "$most" <"$here/fifo.err" >"$here/said.err"; } 2>/dev/null 3>&- 4>&- &
  err_reader=$!
  "$@" 3>&- 4>&- >"$here/fifo.out" 2>"$here/fifo.err"
  apart_status=$?
  { sleep 1; kill -KILL "$out_reader" "$err_reader"; } </dev/null >/dev/null 2>&1 3>&- 4>&- &
  waiter=$!
  wait "$out_reader" "$err_reader" 2>/dev/null
  { kill -KILL "$waiter"; wait "$waiter"; } 2>/dev/null
  begin "$apart_id"; begin "$apart_id" >&4
  head -c "$most" "$here/said.out"
  head -c "$most" "$here/said.err" >&4
  end "$apart_id" "$apart_status"; end "$apart_id" "$apart_status" >&4
  for stream in out err; do rm -f -- "$here/fifo.$stream" "$here/said.$stream"; done
  return "$apart_status"
}
capture_said() {
  said_id=$1 most=$2
  shift 2
  know_limits
  true 2>/dev/null >"$here/said" || { capture "$said_id" "$most" "$@"; return; }
  "$@" >"$here/said" 2>&1 3>&- 4>&-
  said_status=$?
  begin "$said_id"
  [ ! -s "$here/said" ] || head -c "$most" "$here/said"
  end "$said_id" "$said_status"
  return "$said_status"
}
# A script that was killed before it opened its end of a FIFO leaves a reader that waits for one.
let_readers_go() {
  for stream in out err; do
    [ ! -p "$here/fifo.$stream" ] || { : <>"$here/fifo.$stream" && rm -f -- "$here/fifo.$stream"; } 2>/dev/null
  done
}
`;
