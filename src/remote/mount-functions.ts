/**
 * Shell functions that say where a path is mounted, by /proc/self/mountinfo (man proc_pid_mountinfo), which writes blanks, newlines
 * and backslashes of names as octal numbers. `stat -c %m` would not do: it goes by device numbers, and sees no bind mount of the same
 * file system. Without /proc all is on `/`.
 */
export const mountFunctions = `
# Sets $mount_point, and $in_mounts, which is the path as it is written there.
mount_of() {
  mount_point=/ in_mounts=$1
  case $1 in
  *[\\\\[:space:]]*) in_mounts=$(printf '%s' "$1" | sed -e ':all' -e '$!{N;b all' -e '}' -e 's/\\\\/\\\\134/g; s/ /\\\\040/g; s/\\t/\\\\011/g; s/\\n/\\\\012/g') ;;
  esac
  [ -r /proc/self/mountinfo ] || return 0
  while read -r mount_id parent_id device root_of at rest; do
    case $in_mounts/ in "\${at%/}"/*) [ "\${#at}" -lt "\${#mount_point}" ] || mount_point=$at ;; esac
  done </proc/self/mountinfo
}
is_mount_point() {
  mount_of "$1"
  [ "$mount_point" = "$in_mounts" ]
}
`;
