import { protectedPathFunctions } from './protected-paths.ts';

/**
 * Shell functions that check a file before it is changed, and write nothing. Each change's constants are set by its
 * own `use_N` (file-script.ts). Results, here and in the functions that write: 0 go on, 75 the host is no longer what
 * it was when planned, 70 nothing is left to do, all else refused; the reason is printed.
 *
 * What is refused, and why: a link count above one (the other names would keep the old bytes), a mount point of its own
 * (rename fails with EBUSY), set-id bits and file capabilities (privilege is not ours to copy), immutable and append
 * flags, a directory or link on the way to the file that others can change (they could swap it for a way to elsewhere),
 * and attributes that cannot be proven to survive.
 */
export const fileCheckFunctions = `${protectedPathFunctions}
# All directories from this one up to the root, in one look.
safe_directories() {
  above=$1
  set -- "$above"
  until [ "$above" = / ]; do
    above=\${above%/*}
    above=\${above:-/}
    set -- "$@" "$above"
  done
  above=$1
  owners=$(stat -c '%u %a' -- "$@" 2>/dev/null) || { refuse "lies below $above, which cannot be looked at whole"; return; }
  set -- $owners
  while :; do
    [ "$1" = 0 ] || [ "$1" = "$me" ] || { refuse "lies below $above, which belongs to another user"; return; }
    [ -L "$above" ] || case $2 in
    [1357]???) ;;
    *[2367]? | *[2367]) refuse "lies below $above, which others can write to"; return ;;
    esac
    [ "$above" = / ] && return 0
    above=\${above%/*}
    above=\${above:-/}
    shift 2
  done
}
# Where the directory is not there yet, or just now, what is above it must not be anybody's to put one there.
safe_place() {
  if [ -d "$dir" ]; then safe_directories "$dir" && { [ "$way" = "$dir" ] || safe_directories "$way"; }
  else above_dir=\${dir%/*}; [ ! -d "$grandparent" ] || { safe_directories "\${above_dir:-/}" && safe_directories "$grandparent"; }
  fi
}
# In a sticky directory (man inode) that others can write to, whoever owns a file may put another one in its place at any moment.
theirs_to_replace() {
  case $1 in [1357]?[2367]? | [1357]??[2367]) ;; *) return 1 ;; esac
  shift
  for owner in "$@"; do
    case $owner in '' | 0 | "$me") ;; *) return 0 ;; esac
  done
  return 1
}
# Sets $free_kib, which is empty where there is plenty, by a number of blocks and their size in bytes. Not every shell counts beyond 32 bits.
find_free() {
  free_kib=
  case $1$2 in '' | *[!0-9]*) return 0 ;; esac
  case $1 in ???????*) ;; *) free_kib=$(($1 * ($2 / 512) / 2)) ;; esac
}
# Blocks that are free for this user, their size, free inodes and all inodes, which some file systems do not count.
enough_space() {
  set -- $(stat -f -c '%a %S %d %c' -- "$dir" 2>/dev/null)
  find_free "$1" "$2"
  [ -z "$free_kib" ] || [ "$free_kib" -ge "$need_kib" ] || { refuse "needs $need_kib KiB of free space, and its file system has $free_kib"; return; }
  case $3$4 in '' | *[!0-9]*) return 0 ;; esac
  case $3 in ???*) return 0 ;; esac
  [ "$4" = 0 ] || [ "$3" -ge 16 ] || refuse "needs free inodes, and its file system has $3"
}
check_place() {
  ! denied "$path" && ! denied "$real" || { refuse 'is a path that is never written'; return; }
  validator "$real"
  [ -z "$validator_program" ] || [ "$rollback" = 1 ] || command -v "$validator_program" >/dev/null 2>&1 ||
    { refuse "is only written when $validator_program has checked it, and the host has none"; return; }
  safe_place || return
  [ -d "$dir" ] || return 0
  find_locks "$(lsattr -d -- "$real" "$dir" 2>/dev/null)" "$dir"
  case $locked in
  *file*) refuse 'is immutable or append-only'; return ;;
  *directory*) refuse "lies in $dir, which is immutable or append-only"; return ;;
  esac
  [ -w "$dir" ] || { refuse "lies in $dir, which cannot be written: a read-only file system, or no permission"; return; }
  [ "$rollback" = 1 ] || [ "$new_kind" = absent ] || enough_space
}
check_present() {
  if [ "$rollback" = 1 ] && is_after; then return 70; fi
  [ -e "$path" ] || [ -L "$path" ] || { stale 'is no longer there'; return; }
  follow "$path"
  [ "$leads_to" = "$real" ] || { stale "no longer leads to $real"; return; }
  [ -f "$real" ] || { stale 'is no longer a regular file'; return; }
  set -- $(stat -c '%a %u %g %h %d:%i' -- "$real" "$dir")
  digest "$real"
  [ "$sum" = "$old_sha" ] || { stale 'has other content than when it was planned'; return; }
  [ "$1 $2 $3" = "$old_meta" ] || { stale "has mode, owner and group $1 $2 $3, and had $old_meta when it was planned"; return; }
  identities="$identities $n=$5"
  [ -n "$loose_xattrs" ] || check_xattrs || return
  [ "$4" = 1 ] || [ -n "$in_place" ] || { refuse "has $4 hard links"; return; }
  [ "$new_kind" = file ] || [ ! -L "$path" ] || { refuse "is a link; removing $real would leave it leading nowhere"; return; }
  case $1 in [2-7]???) refuse 'is a set-user-id or set-group-id program'; return ;; esac
  ! theirs_to_replace "$6" "$2" "\${new_owner%%:*}" || { refuse "belongs to another user, who can replace it at any moment in $dir"; return; }
  read_mounts || { refuse 'cannot be told from a mount point: the mounts cannot be read'; return; }
  [ -n "$in_place" ] || ! is_mount_point "$real" || { refuse 'is a mount point of its own'; return; }
  check_place
}
check_xattrs() {
  list_xattrs "$real"
  case $listed in *security.capability=*) refuse 'has file capabilities'; return ;; esac
  if [ "$listed" = unknown ] && ! cp --version 2>/dev/null | grep -q 'GNU coreutils'; then
    refuse 'may have extended attributes, which this host can neither list nor copy; install getfattr'
    return
  fi
  if [ "$listed" = unknown ] && [ -n "$old_xattrs" ] && [ "$old_xattrs" != unknown ]; then
    refuse 'had extended attributes, and getfattr is gone'
    return
  fi
  [ "$old_xattrs" = unknown ] || [ "$listed" = unknown ] || [ "$listed" = "$old_xattrs" ] || stale 'has other extended attributes or another ACL than when it was planned'
}
check_absent() {
  if [ "$rollback" = 1 ] && is_after; then return 70; fi
  ! { [ -e "$path" ] || [ -L "$path" ]; } || { stale 'exists now'; return; }
  if [ ! -d "$parent" ]; then
    case $parent in
    *.d) [ -d "$grandparent" ] || { refuse "has no directory: $grandparent does not exist"; return; } ;;
    *) refuse "has no directory: $parent does not exist"; return ;;
    esac
    follow "$grandparent"
    safe_directories "$leads_to" && { [ "$leads_to" = "$grandparent" ] || safe_directories "$grandparent"; } || return
  fi
  [ ! -d "$dir" ] || ! theirs_to_replace "$(stat -c %a -- "$dir")" "\${new_owner%%:*}" || { refuse "would belong to another user, who can replace it at any moment in $dir"; return; }
  if [ -n "$new_xattrs" ] && [ "$new_xattrs" != unknown ] && ! command -v setfattr >/dev/null 2>&1; then
    refuse 'had extended attributes, which cannot be put back without setfattr'
    return
  fi
  check_place
}
is_after() {
  if [ "$new_kind" = absent ]; then [ ! -e "$path" ] && [ ! -L "$path" ]
  else [ -f "$path" ] && holds "$path" "$new_sha" "$new_meta" "$new_xattrs" ''
  fi
}
`;
