import { VALIDATE_SECONDS } from './file-script.ts';

/**
 * Shell functions that change a file. `prepare_*` makes the new bytes durable beside the target under another name;
 * `keep_original` gives the original inode a second name, from which the undo puts it back without copying;
 * `commit_*` is one rename or link, after a last look. The candidate is a clone of the original into which the new bytes are
 * poured, so that owner, mode, ACL and attributes stay.
 *
 * Owner before mode, so that a file is never readable for the wrong user. `touch -d @S.N` is GNU; busybox has no
 * fractions, and there the time is put back to the second. A removal takes the name away and not more: its inode has the
 * second name by then, and a rename of one name of an inode onto another does nothing (rename(2)).
 */
export const fileWriteFunctions = `
clear_candidate() {
  [ -e "$candidate" ] || [ -L "$candidate" ] || return 0
  { [ -f "$candidate" ] && [ ! -L "$candidate" ] && [ -O "$candidate" ]; } || { refuse "cannot be prepared: $candidate is in the way"; return; }
  rm -f -- "$candidate"
}
prepare_edit() {
  clear_candidate || return
  if cannot_list; then cp -a --preserve=xattr -- "$real" "$candidate"
  else cp -a -- "$real" "$candidate"
  fi || return
  { [ -f "$candidate" ] && [ ! -L "$candidate" ]; } || { refuse 'was replaced by somebody else meanwhile'; return; }
  [ "$me" = 0 ] || chmod u+w -- "$candidate" || return
  # Who may read the old bytes need not be one who may read the new ones.
  [ "$new_meta $new_xattrs" = "$old_meta $old_xattrs" ] || chmod 600 -- "$candidate" || return
  "new_bytes_$n" >"$candidate" || return
  finish_candidate && keep_original && sync_prepared "$candidate" "$here/p.$n" "$dir"
}
prepare_new() {
  if [ ! -d "$dir" ]; then
    true >"$here/d.$n" && sync "$here" && mkdir -- "$dir" && chmod 755 -- "$dir" && sync "$dir" "\${dir%/*}/" || return
  fi
  clear_candidate || return
  (set -C && true >"$candidate") && "new_bytes_$n" >"$candidate" || return
  finish_candidate && sync_prepared "$candidate" "$here/p.$n"
}
prepare_delete() { keep_original && sync_prepared "$dir"; }
prepare_place() {
  cat -- "$real" >"$here/$n.orig" && touch -r "$real" -- "$here/$n.orig" && "new_bytes_$n" >"$here/$n.new" || return
  digest "$here/$n.orig" && [ "$sum" = "$old_sha" ] && digest "$here/$n.new" && [ "$sum" = "$new_sha" ] ||
    { refuse 'could not be prepared with the planned bytes'; return; }
  candidate=$here/$n.new
  judged && sync_prepared "$here/$n.orig" "$here/$n.new" "$here"
}
# With the name of the mount that it lies on.
sync_prepared() { sync "$here/m.$n" "$@"; }
keep_original() {
  [ ! -e "$kept" ] && [ ! -L "$kept" ] || { refuse "cannot be prepared: $kept is in the way"; return; }
  ln -- "$real" "$kept" || return
  case "$identities " in *" $n=$(stat -c '%d:%i' -- "$kept") "*) ;; *) stale 'was replaced by somebody else meanwhile' ;; esac
}
finish_candidate() {
  attributes=$(stat -c '%a %u:%g' -- "$candidate")
  # chown(2) may take the set-id bits of a mode away.
  [ "\${attributes#* }" = "$new_owner" ] || { chown "$new_owner" -- "$candidate" && attributes=; } || return
  [ "\${attributes% *}" = "$new_mode" ] || chmod "$new_mode" -- "$candidate" || return
  "new_xattrs_$n" || return
  [ "$rollback" != 1 ] || restore_time || return
  holds "$candidate" "$new_sha" "$new_meta" "$new_xattrs" "$free_xattrs" ||
    { refuse 'could not be prepared with the planned bytes and attributes'; return; }
  judged && echo "$inode" >"$here/p.$n"
}
judged() {
  [ "$rollback" != 1 ] || return 0
  validator "$real"
  [ -z "$validator_program" ] || limited ${VALIDATE_SECONDS} $validator_program $validator_flags "$candidate" || { refuse "was not accepted by $validator_program"; return; }
  [ -z "$validate_program" ] || "validate_$n" || refuse "was not accepted by $validate_program"
}
set_xattr() {
  list_xattrs "$candidate"
  case "
$listed
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
  [ -e "$here/st.APPLYING" ] || { refuse 'was not touched: the transaction was taken back meanwhile'; return; }
  ! holds "$real" "$old_sha" "$old_meta" "$old_xattrs" "$loose_xattrs" || ! is_original || return 0
  stale 'was changed by somebody else at the last moment'
}
# Last of all, since a look at bytes and attributes takes its time.
is_original() {
  [ "$undo_kind" = place ] || { [ ! -L "$real" ] && [ "$real" -ef "$kept" ]; return; }
  case "$identities " in *" $n=$(stat -c '%d:%i' -- "$real") "*) return 0 ;; esac
  return 1
}
commit_edit() {
  unmoved || return
  mv -fT -- "$candidate" "$real" && sync "$real" "$dir"
}
commit_new() {
  [ -e "$here/st.APPLYING" ] || { refuse 'was not made: the transaction was taken back meanwhile'; return; }
  ln -T -- "$candidate" "$real" || { [ -e "$real" ] && stale 'was made by somebody else at the last moment'; return; }
  rm -f -- "$candidate"
  sync "$real" "$dir"
}
commit_delete() {
  unmoved && mark "f.$n" todo begun && sync "$here" || return
  rm -f -- "$real" && sync "$dir"
}
commit_place() {
  unmoved && mark "f.$n" todo begun && sync "$here" || return
  cat -- "$here/$n.new" >"$real" && sync "$real" && digest "$real" && [ "$sum" = "$new_sha" ] && mark "f.$n" begun 'done' && sync "$here" && rm -f -- "$here/$n.new"
}
`;
