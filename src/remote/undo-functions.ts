import { fenceFunctions } from './fence-functions.ts';

/**
 * Shell functions that end a transaction: \`undo\` and \`confirm\`. They run from tx/ID/undo.sh, called by an operator, by the
 * host's timer or at boot, and any number of times: what was done already is not done again.
 *
 * Files are all looked at before the first is put back: where somebody else's edit is found, nothing is. A candidate that is
 * still there says that its file was never replaced: a rename uses it up. What somebody else put in its place, be it another
 * name of a file of ours, says nothing and stays. What was settled once is not looked at again.
 *
 * The original inode is what is put back, so nothing is copied and no space is needed. At boot, commands wait for the next
 * attempt. What triggers brought about is undone where they ran, or where anything else is put back, for a unit that
 * crash-loops takes up new files by itself. A restart is owed from the moment in which files are back until the unit is up under
 * another invocation id (man systemd.exec, INVOCATION_ID) than it had then.
 */
export const undoFunctions = `${fenceFunctions}
look_at() {
  "use_$1"
  n=$1
  locate
  # As long as no file was replaced, whatever stands there now is somebody else's, and none of ours.
  [ ! -e "$here/b.$n.done" ] && [ ! -e "$here/files.todo" ] || { found=before; return; }
  ! is_away || { found=away; return; }
  case $undo_kind in
  edit) look_at_edit ;;
  place) look_at_place ;;
  new) look_at_new ;;
  delete) look_at_delete ;;
  esac
}
same_inode() {
  set -- $(stat -c '%d:%i' -- "$1" "$2" 2>/dev/null)
  [ -n "$2" ] && [ "$1" = "$2" ]
}
is_away() {
  mounted_on=
  [ -e "$here/m.$n" ] || return 1
  # Empty: a loss of power took what was written there.
  read -r mounted_on 2>/dev/null <"$here/m.$n" || return 0
  case $mounted_on in '' | /) return 1 ;; esac
  read_mounts || return 0
  mount_of "$dir"
  [ "$mount_point" != "$mounted_on" ]
}
is_our_candidate() {
  [ -f "$candidate" ] && [ ! -L "$candidate" ] && ! same_inode "$real" "$candidate" || return
  prepared_as=
  read -r prepared_as 2>/dev/null <"$here/p.$n"
  set -- $(stat -c '%d:%i %h %u %u:%g' -- "$candidate")
  [ -z "$prepared_as" ] || { [ "$1" = "$prepared_as" ]; return; }
  [ "$2" = 1 ] && { [ "$3" = "$me" ] || [ "$4" = "$new_owner" ] || [ "$4" = "$old_owner" ]; }
}
drop_candidate() {
  if is_our_candidate || { [ "$undo_kind" = new ] && is_there "$candidate" && same_inode "$real" "$candidate"; }; then rm -f -- "$candidate"; fi
}
is_there() { [ -e "$1" ] || [ -L "$1" ]; }
is_new() { holds "$real" "$new_sha" "$new_meta" "$new_xattrs" "$free_xattrs"; }
is_old() { holds "$real" "$old_sha" "$old_meta" "$old_xattrs" "$loose_xattrs"; }
look_at_edit() {
  if is_our_candidate || [ -e "$here/s.$n" ]; then found=before
  elif is_there "$kept" && same_inode "$real" "$kept"; then found=before
  elif is_new; then if is_there "$kept"; then found=after; else found=lost; fi
  elif is_old; then found=before
  else found=foreign
  fi
}
look_at_place() {
  if [ -e "$here/f.$n.todo" ] || is_old; then found=before
  elif [ -e "$here/f.$n.begun" ] || is_new; then found=after
  else found=foreign
  fi
}
look_at_new() {
  if [ -e "$here/s.$n" ] || ! is_there "$real"; then found=before
  elif is_our_candidate; then found=before
  elif is_new; then found=after
  else found=foreign
  fi
}
look_at_delete() {
  if [ -e "$here/s.$n" ] || [ -e "$here/f.$n.todo" ]; then found=before
  elif ! is_there "$real"; then if is_there "$kept"; then found=after; else found=lost; fi
  elif same_inode "$real" "$kept" || is_old; then found=before
  else found=foreign
  fi
}
tell_foreign() {
  digest "$real"
  remark "$path was edited by somebody else: it had \${old_sha:-no file}, was given \${new_sha:-no file}, and has \${sum:-no file}; the original is kept as $kept_as"
}
put_back() {
  look_at "$1"
  [ ! -e "$here/b.$n.done" ] || return 0
  drop_candidate
  case $found in
  before) [ "$undo_kind" = place ] || ! is_there "$kept" || rm -f -- "$kept" || return ;;
  after) "put_back_$undo_kind" || return ;;
  *) return 1 ;;
  esac
  drop_made_directory
  [ ! -d "$dir" ] || sync "$dir" || return
  mark "b.$n" todo 'done' && sync "$here"
}
put_back_edit() { mv -fT -- "$kept" "$real" && sync "$real"; }
put_back_place() {
  [ -e "$here/f.$n.begun" ] || { mark "f.$n" 'done' begun && sync "$here"; } || return
  cat -- "$here/$n.orig" >"$real" && touch -r "$here/$n.orig" -- "$real" && sync "$real" && is_old
}
put_back_new() { rm -f -- "$real"; }
put_back_delete() { ln -T -- "$kept" "$real" && rm -f -- "$kept" && sync "$real"; }
drop_made_directory() {
  [ "$undo_kind" = new ] && [ -e "$here/d.$n" ] || return 0
  rmdir -- "$dir" 2>/dev/null && sync "\${dir%/*}/"
  return 0
}
word_of() {
  word=
  for name in "$here/$1.$2."*; do word=\${name#"$here/$1.$2."}; done
}
mark() { mv -T -- "$here/$1.$2" "$here/$1.$3"; }
back() {
  n=$1 after_what=$2 by=$3
  shift 3
  [ ! -e "$here/r.$n.done" ] || return 0
  case $after_what in
  begun) [ ! -e "$here/c.$n.todo" ] || return 0 ;;
  done)
    [ -e "$here/c.$n.done" ] || return 0
    [ -z "$booting" ] || { failed=1; return 1; }
    ;;
  anything) [ -e "$here/c.$n.done" ] || [ -e "$here/files.owed" ] || others_began || return 0 ;;
  esac
  "$by" "undo.$n" 16384 "$@" || { failed=1; return 1; }
  word_of r "$n"
  mark "r.$n" "$word" 'done' && sync "$here"
}
others_began() {
  for other in $ahead; do [ -e "$here/c.$other.todo" ] || return 0; done
  return 1
}
owed() {
  [ -z "$booting" ] || return 0
  unit=$1
  shift
  word_of r "$n"
  now_runs=$(systemctl show -p InvocationID -- "$unit" 2>/dev/null) || return
  case $now_runs in *InvocationID=*) ;; *) return 1 ;; esac
  now_runs=at-\${now_runs##*InvocationID=}
  [ "$word" != todo ] || { mark "r.$n" todo "$now_runs" && sync "$here" && word=$now_runs; }
  if [ "$word" != "$now_runs" ]; then
    # A start that failed has an id of its own as well: only a unit that is up was started anew.
    case $(systemctl is-active -- "$unit" 2>/dev/null) in active | activating | reloading) return 0 ;; esac
    mark "r.$n" "$word" "$now_runs" && sync "$here" || return
  fi
  "$@"
}
tidy() {
  let_readers_go
  state_of "$txid"
  case $state in
  CONFIRMED) confirm ;;
  ROLLEDBACK)
    disarm
    for file in $all_files; do rm -f -- "$here/$file.orig" "$here/$file.new"; done
    release_lock
    ;;
  CONFLICT) disarm; release_lock ;;
  esac
}
undo() {
  claim || { tidy; return; }
  alone || { remark 'somebody else is taking it back'; return 1; }
  fence || return
  conflict= failed=
  for file in $all_files; do
    look_at "$file"
    case $found in
    after) [ ! -e "$here/files.begun" ] || { mark files begun owed && sync "$here"; } || return ;;
    foreign) conflict=1; tell_foreign ;;
    away) failed=1; remark "$path lies on a file system that is not mounted now" ;;
    lost) conflict=1; remark "$path has the new content, and its original, $kept, is gone" ;;
    esac
  done
  if [ -n "$conflict" ]; then
    for file in $all_files; do look_at "$file"; tidy_conflict; done
    pass ROLLING CONFLICT
    tidy
    return 1
  fi
  [ -z "$failed" ] || { not_alone; return 1; }
  for file in $all_files_back; do
    begin "undo.$file"
    put_back "$file" 2>&1
    result=$?
    end "undo.$file" "$result"
    [ "$result" = 0 ] || failed=1
  done
  [ -n "$failed" ] || undo_rest
  [ -z "$failed" ] || { not_alone; return 1; }
  pass ROLLING ROLLEDBACK && tidy
}
tidy_conflict() {
  drop_candidate
  case $found in
  before) ! is_there "$kept" || ! same_inode "$real" "$kept" || rm -f -- "$kept" ;;
  after) remark "$path stays changed; the original is kept as $kept_as" ;;
  esac
}
undo_until_done() {
  until undo; do
    state_of "$txid"
    [ "$state" = ROLLING ] || return
    tell 'could not be taken back; it will be tried again'
    sleep "$retry_seconds"
  done
}
undo_at_boot() {
  booting=1
  # First, since systemd ends a boot unit that takes too long: it goes on trying until all is back.
  start_timer "--on-active=\${retry_seconds}s"
  undo || { state_of "$txid"; [ "$state" != ROLLING ] || return; }
  limited 10 systemctl --no-block stop "$timer.timer" </dev/null >/dev/null 2>&1
}
confirm() {
  pass APPLIED CONFIRMED || { state_of "$txid"; [ "$state" = CONFIRMED ] || return; }
  disarm
  for file in $all_files; do
    "use_$file"
    n=$file
    locate
    forget_original
  done
  release_lock
}
forget_original() {
  [ ! -e "$here/$n.orig" ] || rm -f -- "$here/$n.orig"
  if is_there "$kept"; then
    digest "$kept"
    now_has=$sum
    # Another confirm was faster.
    is_there "$kept" || now_has=$old_sha
    if [ "$now_has" = "$old_sha" ] || keep_late; then rm -f -- "$kept" && sync "$dir"; fi
  fi
  [ -z "$drop_directory" ] || { rmdir -- "$dir" 2>/dev/null && sync "\${dir%/*}/"; }
  return 0
}
keep_late() {
  kept_late=$kept
  ! { cp -- "$kept" "$here/late.$n" && sync "$here/late.$n" "$here"; } 2>/dev/null || kept_late=$here/late.$n
  remark "somebody went on writing to the old $path after it was replaced: it had $old_sha, its original has $now_has, kept as $kept_late"
  [ "$kept_late" != "$kept" ]
}
settle() {
  [ -d "$here" ] || { turn_away gone "there is no record of transaction $txid"; return; }
  case \${1:-undo} in
  undo) undo ;;
  confirm) confirm ;;
  timer) undo_until_done ;;
  boot) undo_at_boot ;;
  wait) sleep "$2" && undo_until_done ;;
  esac
  settled=$?
  state_of "$txid"
  [ -n "$nonce" ] || echo "transaction $txid is $state"
  return "$settled"
}
`;
