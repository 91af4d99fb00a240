/**
 * `xattrs FILE` prints a file's extended attributes, ACL and label: one `name=0xVALUE` line each, sorted.
 *
 * Without getfattr they cannot be listed, and the answer is `unknown` if the file may have any: when a security module
 * labels files, or a program that sets attributes is installed. A small busybox host has neither, so nothing on it can
 * have given a file one, and the answer is none.
 */
export const xattrFunctions = `
xattrs() {
  if command -v getfattr >/dev/null 2>&1; then
    getfattr -d -m - -e hex --absolute-names -- "$1" 2>/dev/null | sed -e '/^# file: /d' -e '/^$/d' | sort
    return 0
  fi
  [ -e /sys/fs/selinux/enforce ] || [ -e /sys/fs/smackfs/load2 ] || can_set_xattrs || return 0
  echo unknown
}
can_set_xattrs() {
  for setter in setfattr setfacl chcon setcap; do command -v "$setter" >/dev/null 2>&1 && return 0; done
  return 1
}
`;
