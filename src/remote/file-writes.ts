/**
 * Shell functions that change a file, in the order of reliability.md 3.5 (C2 to C7). `prepare_*` makes the new bytes
 * durable beside the target under another name; `commit_*` is one rename or link, after a last look. The candidate is a
 * clone of the original into which the new bytes are poured, so that owner, mode, ACL and attributes stay. The old file is
 * kept under another name until the disk says that the new one lasts; a change that failed has left all as it was.
 *
 * Owner before mode, so that a file is never readable for the wrong user. `touch -d @S.N` is GNU; busybox has no
 * fractions, and there the time is put back to the second.
 */
export const fileWriteFunctions = `
clear_candidate() {
  [ -e "$candidate" ] || [ -L "$candidate" ] || return 0
  { [ -f "$candidate" ] && [ ! -L "$candidate" ] && [ -O "$candidate" ]; } || { refuse "cannot be prepared: $candidate is in the way"; return; }
  rm -f -- "$candidate"
}
prepare_edit() {
  clear_candidate || return
  prepared="$prepared $n "
  if [ "$(xattrs "$real")" = unknown ]; then cp -a --preserve=xattr -- "$real" "$candidate"
  else cp -a -- "$real" "$candidate"
  fi || return
  [ "$me" = 0 ] || chmod u+w -- "$candidate" || return
  "new_bytes_$n" >"$candidate" || return
  finish_candidate
}
prepare_new() {
  if [ ! -d "$dir" ]; then
    mkdir -- "$dir" && chmod 755 -- "$dir" && sync "$dir" "\${dir%/*}/" || return
    made="$made $n "
  fi
  clear_candidate || return
  prepared="$prepared $n "
  (set -C && : >"$candidate") && "new_bytes_$n" >"$candidate" || return
  finish_candidate
}
finish_candidate() {
  [ "$(stat -c '%u:%g' -- "$candidate")" = "$new_owner" ] || chown "$new_owner" -- "$candidate" || return
  [ "$(stat -c '%a' -- "$candidate")" = "$new_mode" ] || chmod "$new_mode" -- "$candidate" || return
  "new_xattrs_$n" || return
  [ "$undo" != 1 ] || restore_time || return
  holds "$candidate" "$new_sha" "$new_meta" "$new_xattrs" "$free_xattrs" ||
    { refuse 'could not be prepared with the planned bytes and attributes'; return; }
  validator "$real"
  [ -z "$validator_program" ] || [ "$undo" = 1 ] || $validator_program $validator_flags "$candidate" || return
  sync "$candidate"
}
set_xattr() {
  case "
$(xattrs "$candidate")
" in *"
$1=$2
"*) return 0 ;; esac
  setfattr -n "$1" -v "$2" -- "$candidate"
}
drop_xattr() { setfattr -x "$1" -- "$candidate"; }
restore_time() {
  [ -n "$new_time" ] || return 0
  touch -d "@$new_time" -- "$candidate" 2>/dev/null ||
    touch -d "@\${new_time%.*}" -- "$candidate" 2>/dev/null || touch -t "$new_stamp" -- "$candidate"
}
unmoved() {
  holds "$real" "$old_sha" "$old_meta" "$old_xattrs" "$loose_xattrs" || return 1
  case "$identities " in *" $n=$(stat -c '%d:%i' -- "$real") "*) return 0 ;; esac
  return 1
}
commit_edit() {
  unmoved || { stale 'was changed by somebody else at the last moment'; return; }
  kept=
  ln -- "$real" "$trash" 2>/dev/null && kept=1
  if mv -fT -- "$candidate" "$real" && sync "$real" "$dir"; then rm -f -- "$trash"; return; fi
  [ -n "$kept" ] || { refuse 'may have been replaced, but not for good'; return; }
  mv -fT -- "$trash" "$real"
  rm -f -- "$trash"
  refuse 'could not be replaced for good, and is as it was'
}
commit_new() {
  ln -T -- "$candidate" "$real" || { [ -e "$real" ] && stale 'was made by somebody else at the last moment'; return; }
  rm -f -- "$candidate"
  sync "$real" "$dir" || { rm -f -- "$real"; return 1; }
}
commit_delete() {
  unmoved || { stale 'was changed by somebody else at the last moment'; return; }
  mv -fT -- "$real" "$trash" || return
  sync "$dir" || { mv -fT -- "$trash" "$real"; refuse 'could not be removed for good, and is as it was'; return; }
  rm -f -- "$trash"
  sync "$dir"
  [ -n "$drop_directory" ] || return 0
  rmdir -- "$dir" 2>/dev/null && sync "\${dir%/*}/"
  return 0
}
discard() {
  case $prepared in *" $n "*) rm -f -- "$candidate" ;; esac
  case $made in *" $n "*) rmdir -- "$dir" 2>/dev/null ;; esac
}
`;
