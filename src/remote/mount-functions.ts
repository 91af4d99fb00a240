/**
 * Shell functions that say where a path is mounted, by /proc/self/mountinfo (man proc_pid_mountinfo), which writes blanks, newlines
 * and backslashes of names as octal numbers. `stat -c %m` would not do: it goes by device numbers, and sees no bind mount of the same
 * file system. Without /proc all is on `/`. They go by what `read_mounts` has read last: a node has hundreds of mounts.
 */
export const mountFunctions = `
read_mounts() {
  mounts=
  [ ! -r /proc/self/mountinfo ] || { mounts=$(cat /proc/self/mountinfo) && [ -n "$mounts" ]; }
}
# Sets $in_mounts, which is the path as it is written there.
write_as_mounts() {
  in_mounts=$1
  case $1 in
  *[\\\\[:space:]]*) in_mounts=$(printf '%s' "$1" | sed -e ':all' -e '$!{N;b all' -e '}' -e 's/\\\\/\\\\134/g; s/ /\\\\040/g; s/\\t/\\\\011/g; s/\\n/\\\\012/g') ;;
  esac
}
# Sets $mount_point, in the same writing.
mount_of() {
  write_as_mounts "$1"
  mount_point=/
  case $- in *f*) globs= ;; *) globs=1; set -f ;; esac
  IFS='
'
  for mount_line in $mounts; do
    mount_at=\${mount_line#* * * * }
    mount_at=\${mount_at%% *}
    case $in_mounts/ in "\${mount_at%/}"/*) [ "\${#mount_at}" -lt "\${#mount_point}" ] || mount_point=$mount_at ;; esac
  done
  unset IFS
  [ -z "$globs" ] || set +f
}
is_mount_point() {
  write_as_mounts "$1"
  # Most paths stand in no line at all.
  case $mounts in *" $in_mounts "*) ;; *) return 1 ;; esac
  mount_of "$1"
  [ "$mount_point" = "$in_mounts" ]
}
`;
