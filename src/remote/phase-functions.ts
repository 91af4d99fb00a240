/**
 * Shell functions that carry a transaction through its phases and frame each change's result as `check.N`, `prepare.N`,
 * `change.N`. All checks are made before anything is written; all new bytes and all originals are durable, and the undo is
 * armed, before the first file is replaced; after the first change that does not succeed no further one is made, and the
 * host takes the transaction back by itself. That a command or a unit change begins is durable before it does ($ahead).
 *
 * A connection that breaks must not end the script between two changes: it goes on to its end without anybody listening.
 */
export const phaseFunctions = `
check() {
  n=$1
  shift
  begin "check.$n"
  "$@" 2>&1
  result=$?
  end "check.$n" "$result"
  case $result in
  0) ;;
  70) skip="$skip $n " ;;
  *) refused=1 ;;
  esac
}
check_file() { "use_$n"; locate; "$1"; }
lasting_record() {
  set -- $(stat -f -c '%a %S %T' -- "$root" 2>/dev/null)
  case $3 in
  tmpfs | ramfs) targets_share_disk || { turn_away record "$root is in memory, and a reboot would lose the undo"; return; } ;;
  esac
  find_free "$1" "$2"
  [ -z "$free_kib" ] || [ "$free_kib" -ge 512 ] || turn_away record "$root needs 512 KiB of free space for the undo, and its file system has $free_kib"
}
targets_share_disk() {
  shared=1
  for file in $all_files; do
    "use_$file"
    n=$file
    locate
    [ ! -d "$dir" ] || shared=0
    [ ! -d "$dir" ] || [ "$(stat -c %d -- "$dir")" = "$(stat -c %d -- "$root")" ] || return
  done
  return "$shared"
}
not_begun() { [ ! -d "$here" ] || { state_of "$txid"; turn_away begun "it was begun before, by $(who "$txid"), and is $state"; }; }
begin_record() {
  forget_unborn
  fresh=$root/tx/new.$txid.$$
  { mkdir -m 700 -- "$fresh" && printf '%s\\n' "$undo_text" "$undo_call" >"$fresh/undo.sh" && digest "$fresh/undo.sh" && [ "$sum" = "$undo_sha" ] && "$shell" -n "$fresh/undo.sh" &&
    echo "run $run by $operator@$controller since $(date -u +%Y-%m-%dT%H:%M:%SZ)" >"$fresh/owner" && identity $$ >"$fresh/own" &&
    true >"$fresh/st.PREPARING" && true >"$fresh/u.free" && true >"$fresh/files.todo" && make_marks "$fresh" && sync "$fresh/undo.sh" "$fresh/owner" "$fresh"; } 2>/dev/null ||
    { rm -rf -- "$fresh"; turn_away record "its record could not be written below $root/tx"; return; }
  mv -T -- "$fresh" "$here" 2>/dev/null || { rm -rf -- "$fresh"; state_of "$txid"; turn_away begun "it was begun before, by $(who "$txid"), and is $state"; return; }
  sync "$root/tx"
  take_lock || { rm -rf -- "$here"; return 1; }
  forget_old_records
}
make_marks() {
  for mark in $all_marks; do true >"$1/$mark" || return; done
}
forget_old_records() {
  set +f
  set -- "$root"/tx/*
  set -f
  [ "$#" -gt "$most_records" ] || return 0
  for id in $(ls -t -- "$root/tx" 2>/dev/null | tail -n +$most_records); do
    case $id in "$txid" | new.*) continue ;; esac
    state_of "$id"
    case $state in CONFIRMED | ROLLEDBACK) ls "$root/tx/$id" | grep -q '^late' || rm -rf -- "$root/tx/$id" ;; esac
  done
  return 0
}
prepare() {
  n=$1
  case $refused$skip in 1*) return ;; *" $n "*) true >"$here/s.$n"; return ;; esac
  "use_$n"; locate
  begin "prepare.$n"
  # Looked at again: the place was found anew, and may be another one than was checked.
  { note_mount && safe_place && "$2"; } 2>&1
  result=$?
  end "prepare.$n" "$result"
  [ "$result" = 0 ] || refused=1
}
note_mount() {
  read_mounts || { refuse 'cannot be prepared: the mounts cannot be read'; return; }
  mount_of "$dir"
  printf '%s\\n' "$mount_point" >"$here/m.$n"
}
armed() {
  pass PREPARING PREPARED && arm && pass PREPARED ARMED && return 0
  turn_away unarmed "the undo could not be armed on the host, so nothing was changed"
}
commit() { mark files todo begun && pass ARMED APPLYING; }
change_file() {
  [ -z "$stopped" ] || return
  n=$1
  "use_$n"; locate
  begin "change.$n"
  case $skip in *" $n "*) ;; *) "$2" ;; esac 2>&1
  result=$?
  end "change.$n" "$result"
  [ "$result" = 0 ] || stopped=1
}
change() {
  [ -z "$stopped" ] || return
  n=$1 by=$2
  shift 2
  mark "c.$n" todo begun || { stopped=1; return; }
  case " $ahead " in *" $n "*) sync "$here" || { stopped=1; return; } ;; esac
  "$by" "change.$n" 16384 "$@" && mark "c.$n" begun 'done' || stopped=1
}
take_back() {
  rm -f -- "$here/own"
  RUNBOOK_NONCE=$nonce "$shell" "$here/undo.sh" undo && return
  taken_back=$?
  state_of "$txid"
  # What was given up before it was armed, and could not be taken back at once, must not be left to itself.
  [ "$state" != ROLLING ] || [ -e "$here/deadline" ] || arm
  return "$taken_back"
}
`;
