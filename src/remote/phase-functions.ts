/**
 * Shell functions that carry a transaction through its phases and frame each change's result as `check.N`, `prepare.N`,
 * `change.N`. All checks are made, and all new bytes are durable under another name, before the first file is replaced;
 * after the first change that does not succeed no further one is made.
 *
 * A connection that breaks must not end the script between two changes: it goes on to its end without anybody listening.
 */
export const phaseFunctions = `
same_machine() {
  machine=
  [ ! -r /etc/machine-id ] || read -r machine </etc/machine-id
  [ -z "$1" ] || [ "$machine" = "$1" ] || { begin tx.elsewhere; echo "$machine"; end tx.elsewhere 1; return 1; }
}
check() {
  n=$1
  shift
  begin "check.$n"
  "$@" 2>&1
  result=$?
  end "check.$n" "$result"
  case $result in
  0) ;;
  70) skip="$skip $n " ;;
  *) refused=1 ;;
  esac
}
check_file() { "use_$n"; locate; "$1"; }
prepare() {
  n=$1
  case $refused$skip in 1* | *" $n "*) return ;; esac
  "use_$n"; locate
  begin "prepare.$n"
  "$2" 2>&1
  result=$?
  end "prepare.$n" "$result"
  [ "$result" = 0 ] || refused=1
}
change_file() {
  [ -z "$stopped" ] || return
  n=$1
  "use_$n"; locate
  begin "change.$n"
  case $skip in *" $n "*) ;; *) "$2" ;; esac 2>&1
  result=$?
  end "change.$n" "$result"
  [ "$result" = 0 ] || stopped=1
}
change() {
  [ -z "$stopped" ] || return
  n=$1
  shift
  capture "change.$n" 16384 "$@" || stopped=1
}
`;
