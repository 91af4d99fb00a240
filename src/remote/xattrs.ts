/**
 * `list_xattrs FILE` sets `listed` to a file's extended attributes, ACL and label: one `name=0xVALUE` line each, sorted. `in_order` makes
 * such lines of what getfattr prints; most files have none, and need no program for that.
 *
 * Without getfattr they cannot be listed, and the answer is `unknown` if the file may have any: when a security module
 * labels files, or a program that sets attributes is installed. A small busybox host has neither, so nothing on it can
 * have given a file one, and the answer is none.
 */
export const xattrFunctions = `
list_xattrs() {
  listed=unknown
  cannot_list || in_order "$(getfattr -d -m - -e hex --absolute-names -- "$1" 2>/dev/null)"
}
cannot_list() { ! command -v getfattr >/dev/null 2>&1 && can_have_xattrs; }
in_order() {
  listed=
  [ -z "$1" ] || listed=$(put "$1" | sed -e '/^# file: /d' -e '/^$/d' | sort)
}
can_have_xattrs() {
  [ ! -e /sys/fs/selinux/enforce ] && [ ! -e /sys/fs/smackfs/load2 ] || return 0
  for setter in setfattr setfacl chcon setcap; do command -v "$setter" >/dev/null 2>&1 && return 0; done
  return 1
}
`;
