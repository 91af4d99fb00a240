/**
 * Shell functions that say where a path leads, and what keeps what is there from being written.
 *
 * `follow PATH` sets `leads_to` to what readlink(1) with `-f` prints; where no part of the path is a link, no program is needed for that.
 * `find_locks FLAGS DIRECTORY`, with what `lsattr -d` printed of a file and its directory, sets `locked` to those of the words `file` and
 * `directory` that are immutable or append-only (chattr(1)).
 */
export const pathFunctions = `
follow() {
  leads_to=$1
  case $1 in
  /*)
    until [ -z "$leads_to" ]; do
      [ ! -L "$leads_to" ] || break
      leads_to=\${leads_to%/*}
    done
    [ -n "$leads_to" ] || { leads_to=$1; return; }
    ;;
  esac
  leads_to=$(readlink -f -- "$1")
}
find_locks() {
  locked=
  lock_flags=$1
  while [ -n "$lock_flags" ]; do
    lock_line=\${lock_flags%%"
"*}
    lock_flags=\${lock_flags#"$lock_line"}
    lock_flags=\${lock_flags#"
"}
    case \${lock_line%% *} in *[ia]*) ;; *) continue ;; esac
    case $lock_line in *" $2") locked="$locked directory" ;; *) locked="$locked file" ;; esac
  done
}
`;
