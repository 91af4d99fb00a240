import { mountFunctions } from './mount-functions.ts';
import { xattrFunctions } from './xattrs.ts';

/**
 * Shell functions that find and look at the file of a change, for applying and taking back alike. `locate` sets where the
 * file is, and the names beside it: the candidate, and the link that keeps the original inode until the change is confirmed.
 * Dot names keep both out of `*.conf` globs.
 */
export const fileLookFunctions = `${xattrFunctions}${mountFunctions}
stale() { echo "$*"; return 75; }
refuse() { echo "$*"; return 1; }
digest() { sha256sum <"$1" 2>/dev/null | cut -d ' ' -f 1; }
locate() {
  real=$planned_real
  if [ -z "$real" ]; then
    if [ -d "$parent" ]; then real=$(readlink -f -- "$parent")
    else real=$(readlink -f -- "$grandparent") real=\${real%/}/$parent_base
    fi
    real=\${real%/}/$base
  fi
  dir=\${real%/*}
  [ -n "$dir" ] || dir=/
  way=$parent
  [ ! -L "$path" ] || way=$path
  candidate=\${dir%/}/.rb.$txid.$n.apply
  kept=\${dir%/}/.rb.$txid.$n.orig
  kept_as=$kept
  [ "$undo_kind" != place ] || kept_as=$here/$n.orig
}
holds() {
  [ -f "$1" ] && [ "$(digest "$1")" = "$2" ] && [ "$(stat -c '%a %u %g' -- "$1")" = "$3" ] || return 1
  [ -z "$5" ] || return 0
  same_xattrs "$1" "$4"
}
same_xattrs() {
  [ "$2" = unknown ] && return 0
  now_xattrs=$(xattrs "$1")
  [ "$now_xattrs" = unknown ] || [ "$now_xattrs" = "$2" ]
}
`;
