/**
 * Shell functions by which one process gets a transaction to end it, and nobody else has a hand in it any more.
 *
 * The claim of a state is one rename, so that of a confirm and an undo at the same instant one wins. The fence ends the
 * process that carries the transaction out, with all that it started, before anything is put back: a \`mv\` of a stopped shell
 * would otherwise rename after the file was restored. Who waits to take a transaction back may be a child of the process that carries it
 * out, and spares itself. sudo stops itself when its command is stopped, and is woken, or nobody would
 * ever hear from it again.
 */
export const fenceFunctions = `
claim() {
  for try in 1 2 3; do
    for from in APPLIED APPLYING ARMED PREPARED PREPARING; do
      mv -T -- "$here/st.$from" "$here/st.ROLLING" 2>/dev/null && { sync "$here"; tell "$from -> ROLLING"; return 0; }
    done
  done
  [ -e "$here/st.ROLLING" ]
}
alone() {
  mine=$(identity $$ | tr ' ' _)
  for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    mv -T -- "$here/u.free" "$here/u.$mine" 2>/dev/null && return 0
    for token in "$here"/u.*; do other=\${token##*/u.}; done
    case $other in
    "$mine") return 0 ;;
    free | '*') ;;
    *)
      set -- $(echo "$other" | tr _ ' ')
      if is_alive "$@"; then sleep 1; else mv -T -- "$here/u.$other" "$here/u.$mine" 2>/dev/null && return 0; fi
      ;;
    esac
  done
  return 1
}
not_alone() { mv -T -- "$here/u.$mine" "$here/u.free" 2>/dev/null; }
fence() {
  is_worked_on "$txid" || return 0
  [ "$pid" != "$$" ] || return 0
  find_sudo_above "$pid"
  kill -STOP "$pid" 2>/dev/null
  kill_below "$pid"
  kill -KILL "$pid" 2>/dev/null
  wake_sudo
  for try in 1 2 3 4 5 6 7 8 9 10; do
    is_alive "$pid" "$start" "$on" || return 0
    sleep 1
  done
  remark "process $pid, which carries it out, cannot be ended"
  return 1
}
find_sudo_above() {
  above= climb=$1
  for try in 1 2 3; do
    stat_of "$climb" || return 0
    climb=\${line##*) }
    climb=\${climb#* }
    climb=\${climb%% *}
    name=
    read -r name 2>/dev/null <"/proc/$climb/comm" || return 0
    case $name in sudo* | doas | su) above="$above $climb" ;; *) return 0 ;; esac
  done
}
wake_sudo() {
  for try in 1 2 3; do
    awake=
    for climb in $above; do
      started_at "$climb" && awake=1 && kill -CONT "$climb" 2>/dev/null
    done
    [ -n "$awake" ] || return 0
    sleep 1
  done
}
kill_below() {
  for try in 1 2 3; do
    family=" $1 "
    grown=1
    while [ -n "$grown" ]; do
      grown=
      for file in /proc/[0-9]*/stat; do
        member=\${file#/proc/}
        member=\${member%/stat}
        stat_of "$member" || continue
        parent=\${line##*) }
        parent=\${parent#* }
        parent=\${parent%% *}
        case "$family$$ " in *" $member "*) continue ;; esac
        case $family in *" $parent "*) family="$family$member " grown=1 ;; esac
      done
    done
    below=\${family#" $1 "}
    [ -n "$below" ] || return 0
    kill -KILL $below 2>/dev/null
  done
}
`;
