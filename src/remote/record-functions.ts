/**
 * Shell functions for the host's own record of transactions, below `$root` (docs/transactions.md):
 *
 *     tx/ID/st.STATE          where the transaction stands: one file, every transition is one rename
 *     tx/ID/owner             who began it
 *     tx/ID/own               the process that carries it out: pid, start time, boot id
 *     tx/ID/undo.sh           takes it back, or confirms it; needs nobody else
 *     tx/ID/c.N.WORD          how far change N came that is no file: todo, begun, done
 *     tx/ID/r.N.WORD          the same of taking it back
 *     lock/free or lock/ID    the host's lock: a token that is renamed, so that it always has just one holder
 *
 * A rename needs no space and has one winner. The lock is a token and no directory that is made and removed, since a lock
 * that is taken over must pass from the dead to one of the living, with nobody in between.
 *
 * A login that is not root changes its own files at most, and keeps its record below its own home.
 *
 * A record is made whole under another name (new.ID.PID) and renamed into place; what a crash leaves of one is cleared away.
 *
 * Identity of a process: pid alone is used again; its start time (proc_pid_stat(5), field 22) and the boot id are not.
 */
export const recordFunctions = `
place_record() {
  who_am_i
  [ "$me" = 0 ] || root=$HOME/.local/state/runbook
  here=$root/tx/$txid
}
same_machine() {
  machine=
  [ ! -r /etc/machine-id ] || read -r machine </etc/machine-id
  [ -z "$1" ] || [ "$machine" = "$1" ] || { say tx.elsewhere "$machine" 1; return 1; }
}
pass() { mv -T -- "$here/st.$1" "$here/st.$2" 2>/dev/null && sync "$here" && told "$1" "$2"; }
# Up to ARMED nothing of the host has been touched, and its log has nothing to tell.
told() { case $2 in PREPARED | ARMED) ;; *) tell "$1 -> $2" ;; esac; }
tell() {
  command -v logger >/dev/null 2>&1 || return 0
  # Where nobody takes what is logged, logger(1) waits for ever.
  limited 2 logger -t runbook "transaction $txid of run $run by $operator@$controller: $*" </dev/null >/dev/null 2>&1 3>&- 4>&-
  return 0
}
remark() {
  remarks=$((remarks + 1))
  say "remark.$remarks" "$*" 0
}
state_of() {
  for try in 1 2 3; do
    for state in PREPARING PREPARED ARMED APPLYING APPLIED CONFIRMED ROLLING ROLLEDBACK CONFLICT; do
      [ ! -e "$root/tx/$1/st.$state" ] || return 0
    done
  done
  state=NONE
}
say_state() { state_of "$txid"; say tx.state "$state" 0; }
boot_id() { boot=; read -r boot 2>/dev/null </proc/sys/kernel/random/boot_id; }
# A program's name may hold newlines and parentheses: all lines, and what comes after the last parenthesis.
stat_of() {
  line=
  { read -r line && while read -r more; do line="$line $more"; done; } 2>/dev/null <"/proc/$1/stat"
  [ -n "$line" ]
}
started_at() {
  started=
  stat_of "$1" || return 1
  set -- \${line##*) }
  case $1 in Z | X) return 1 ;; esac
  started=\${20}
}
identity() { started_at "$1" && echo "$1 $started $boot"; }
is_alive() {
  [ -n "$1" ] && [ "$3" = "$boot" ] && started_at "$1" && [ "$started" = "$2" ]
}
is_worked_on() {
  pid= start= on=
  read -r pid start on 2>/dev/null <"$root/tx/$1/own" || return 1
  is_alive "$pid" "$start" "$on"
}
open_record() {
  [ "$me" = 0 ] || mkdir -p -m 700 -- "\${root%/*}" 2>/dev/null
  [ -d "$root" ] || [ -L "$root" ] || mkdir -m 700 -- "$root" 2>/dev/null
  own_directories "$root" || return
  [ -d "$root/tx" ] || [ -L "$root/tx" ] || mkdir -m 700 -- "$root/tx" 2>/dev/null
  [ -d "$root/lock" ] || make_lock
  own_directories "$root/tx" "$root/lock"
}
own_directories() {
  for place in "$@"; do
    [ -d "$place" ] && [ ! -L "$place" ] || { turn_away record "$place is no directory, or cannot be made: runbook keeps its record there, as root"; return; }
  done
  owners=$(stat -c '%u:%a' -- "$@") || { turn_away record "$* cannot be looked at"; return; }
  for owner in $owners; do
    [ "$owner" = "$me:700" ] || { not_own "$@"; return; }
  done
}
not_own() {
  for place in "$@"; do
    [ "$(stat -c '%u:%a' -- "$place")" = "$me:700" ] || break
  done
  turn_away record "$place must belong to the user that changes the host, with mode 700: somebody else may have made it"
}
forget_unborn() {
  set +f
  for unborn in "$root"/new.lock.*[0-9] "$root"/tx/new.*[0-9]; do
    [ ! -d "$unborn" ] || [ -d "/proc/\${unborn##*.}" ] || rm -rf -- "$unborn"
  done
  set -f
}
make_lock() {
  fresh=$root/new.lock.$$
  mkdir -m 700 -- "$fresh" 2>/dev/null && true >"$fresh/free" && sync "$fresh" || return
  mv -T -- "$fresh" "$root/lock" 2>/dev/null || rm -rf -- "$fresh"
  sync "$root"
}
turn_away() {
  away=$1
  shift
  say tx.refused "$away
$*" 1
  return 1
}
who() {
  line=
  read -r line 2>/dev/null <"$root/tx/$1/owner"
  echo "\${line:-nobody that is known}"
}
holder_of_lock() {
  holder=
  for token in $(ls -A -- "$root/lock" 2>/dev/null); do holder=$token; done
}
take_lock() {
  for try in 1 2 3 4 5 6 7 8; do
    mv -T -- "$root/lock/free" "$root/lock/$txid" 2>/dev/null && { sync "$root/lock"; return; }
    holder_of_lock
    case $holder in
    '') make_lock ;;
    free) ;;
    *[!0-9a-f]*) turn_away locked "$root/lock holds $holder, which is no transaction: look at it"; return ;;
    *)
      settled_without_us "$holder" || { turn_away locked "it is locked by $(who "$holder"), whose transaction $holder is $state"; return; }
      mv -T -- "$root/lock/$holder" "$root/lock/$txid" 2>/dev/null && { sync "$root/lock"; return; }
      ;;
    esac
  done
  turn_away locked 'its lock goes from hand to hand; try again'
}
settled_without_us() {
  state_of "$1"
  case $state in
  NONE | CONFIRMED | ROLLEDBACK | CONFLICT) return 0 ;;
  PREPARING | PREPARED | ARMED) is_worked_on "$1" && return 1 ;;
  *) return 1 ;;
  esac
  "$shell" "$root/tx/$1/undo.sh" undo >/dev/null 2>&1
  state_of "$1"
  [ "$state" = ROLLEDBACK ]
}
release_lock() {
  mv -T -- "$root/lock/$txid" "$root/lock/free" 2>/dev/null
  sync "$root/lock"
}
`;
