/**
 * Limit of one systemctl call on the host, in seconds: more than a restart that uses up both of systemd's own limits, 90 s to
 * stop and 90 s to start (DefaultTimeoutStopSec=, DefaultTimeoutStartSec=: man systemd-system.conf).
 */
export const SYSTEMCTL_SECONDS = 200;

/**
 * Shell functions for units and commands.
 *
 * `check_unit UNIT ENABLED MASKED ACTIVE` compares what the change will alter with what was planned (yes, no, or empty
 * for what it leaves alone). Whether a unit that was started is up this second is not compared: one that crash-loops
 * goes up and down; `check_started` only asks whether somebody stopped it. At boot nothing is waited for. `set_unit UNIT ENABLED MASKED VERB...` looks again afterwards, since systemctl calls it success to enable
 * what has no [Install] section, or to unmask what is masked until the next boot. `reload_back` is the reload of an undo, needless for a unit that is down. `restart_back` is the restart of an undo: a unit that is started again and fails is back where it
 * was when it crash-looped before; one that stays down is not.
 */
export const unitFunctions = `
look_at_unit() {
  state=$(systemctl show -p UnitFileState -p ActiveState -- "$1" 2>&1) || { refuse "cannot be looked at: $state"; return; }
  state="
$state
"
  case $state in *"
UnitFileState=enabled"*) enabled=yes ;; *) enabled=no ;; esac
  case $state in *"
UnitFileState=masked"*) masked=yes ;; *) masked=no ;; esac
  case $state in *"
ActiveState=active"* | *"
ActiveState=activating"* | *"
ActiveState=reloading"*) active=yes ;; *) active=no ;; esac
}
check_unit() {
  look_at_unit "$1" || return
  case $2 in '' | "$enabled") ;; *) stale 'was enabled or disabled since it was planned'; return ;; esac
  case $3 in '' | "$masked") ;; *) stale 'was masked or unmasked since it was planned'; return ;; esac
  [ "$4" != no ] || [ "$active" = no ] || { stale 'was started since it was planned'; return; }
}
check_started() {
  look_at_unit "$1" || return
  case $state in *"
ActiveState=inactive"*) stale 'was stopped since it was planned' ;; esac
}
check_program() { command -v -- "$1" >/dev/null 2>&1 || refuse 'is not on the host'; }
call_systemctl() { limited ${SYSTEMCTL_SECONDS} systemctl --no-ask-password \${booting:+--no-block} "$@" </dev/null; }
set_unit() {
  unit=$1 want_enabled=$2 want_masked=$3
  shift 3
  for verb in "$@"; do call_systemctl "$verb" -- "$unit" || return; done
  [ -n "$want_enabled$want_masked" ] || return 0
  look_at_unit "$unit" || return
  case $want_enabled in '' | "$enabled") ;; *) still "$want_enabled" enabled; return ;; esac
  case $want_masked in '' | "$masked") ;; *) still "$want_masked" masked; return ;; esac
}
still() {
  file_state=\${state#*UnitFileState=}
  [ "$1" = yes ] && not='not ' || not=
  echo "still \${not}$2: systemd calls it \${file_state%%
*}" >&2
  return 1
}
reset_failed() {
  reset_said=$(call_systemctl reset-failed -- "$1" 2>&1) && return 0
  reset_status=$?
  case $reset_said in *'not loaded'*) return 0 ;; esac
  echo "$reset_said" >&2
  return "$reset_status"
}
reload_back() {
  call_systemctl reload -- "$1" && return 0
  ! systemctl is-active --quiet -- "$1"
}
restart_back() {
  call_systemctl restart -- "$1"
  restart_status=$?
  [ "$restart_status" = 0 ] && return 0
  case $(systemctl is-active -- "$1" 2>/dev/null) in active | activating | reloading) return 0 ;; esac
  return "$restart_status"
}
run_command() {
  umask 022
  limited "$@"
  run_status=$?
  umask 077
  return "$run_status"
}
`;
