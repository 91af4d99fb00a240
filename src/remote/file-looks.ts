import { mountFunctions } from './mount-functions.ts';
import { pathFunctions } from './path-functions.ts';
import { xattrFunctions } from './xattrs.ts';

/**
 * Shell functions that find and look at the file of a change, for applying and taking back alike. `locate` sets where the
 * file is, and the names beside it: the candidate, and the link that keeps the original inode until the change is confirmed.
 * Dot names keep both out of `*.conf` globs.
 */
export const fileLookFunctions = `${xattrFunctions}${pathFunctions}${mountFunctions}
stale() { echo "$*"; return 75; }
refuse() { echo "$*"; return 1; }
# Sets $sum, which is empty for what cannot be read.
digest() {
  sum=$(sha256sum 2>/dev/null <"$1")
  sum=\${sum%% *}
}
locate() {
  real=$planned_real
  if [ -z "$real" ]; then
    if [ -d "$parent" ]; then follow "$parent"; real=$leads_to
    else follow "$grandparent"; real=\${leads_to%/}/$parent_base
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
# Sets $inode as well.
holds() {
  [ -f "$1" ] && attributes=$(stat -c '%a %u %g %d:%i' -- "$1") || return 1
  inode=\${attributes##* }
  [ "\${attributes% *}" = "$3" ] && digest "$1" && [ "$sum" = "$2" ] || return 1
  [ -z "$5" ] || return 0
  same_xattrs "$1" "$4"
}
same_xattrs() {
  [ "$2" = unknown ] && return 0
  list_xattrs "$1"
  [ "$listed" = unknown ] || [ "$listed" = "$2" ]
}
`;
