/** Pause between two attempts of the host to take a transaction back, in seconds. */
export const RETRY_SECONDS = 30;

/** Sets `armed_by`: what will take a transaction back. Needs `me`, the user id. */
export const deadManQuestion = `
dead_man() {
  if [ -d /run/systemd/system ] && [ "$me" = 0 ] && command -v systemd-run >/dev/null 2>&1; then armed_by=systemd
  elif command -v at >/dev/null 2>&1 && atd_runs; then armed_by=at
  else armed_by=process
  fi
}
# Not by kill -0: it belongs to another user, and may be asked about by any.
atd_runs() {
  atd= comm=
  read -r atd 2>/dev/null </run/atd.pid && read -r comm 2>/dev/null <"/proc/$atd/comm" && [ "$comm" = atd ]
}
`;

/**
 * Shell functions that arm and disarm the undo which the host carries out by itself, without anybody's connection.
 *
 * With systemd: a transient timer, and a unit that runs it at the next boot before any service, since a transient timer does
 * not outlive a reboot. AccuracySec: by default systemd may fire up to a minute late (man systemd.timer). \`--collect\` is there
 * since systemd 236. With at(1): its spool outlives a reboot; its granularity is a minute. Else a process that waits: a
 * reboot ends it. \`dead_man\` says which it will be.
 */
export const deadManFunctions = `${deadManQuestion}arm() {
  case $armed_by in systemd) arm_boot || return ;; esac
  now_is
  echo "$((now + undo_after))" >"$here/deadline" || return
  case $armed_by in
  systemd) arm_timer ;;
  at) arm_at ;;
  process) arm_process ;;
  esac
}
# All changes are made: from here on a confirm alone is waited for, which takes less time. The first undo stays armed beside this one.
arm_sooner() {
  [ -n "$undo_after_changes" ] || return 0
  case $armed_by in
  systemd) start_sooner ;;
  process) wait_to_undo "$undo_after_changes" sooner ;;
  *) return 0 ;;
  esac && now_is && echo "$((now + undo_after_changes))" >"$here/deadline.new" && mv -T -- "$here/deadline.new" "$here/deadline"
  return 0
}
start_sooner() {
  first=$timer
  timer=$first-sooner
  run_timer "--on-active=\${undo_after_changes}s" || limited 10 systemctl is-active --quiet "$timer.timer" </dev/null
  started_sooner=$?
  timer=$first
  return "$started_sooner"
}
arm_boot() {
  [ -d "$units/sysinit.target.wants" ] || mkdir -- "$units/sysinit.target.wants" 2>/dev/null
  boot_unit_text >"$units/$boot_unit" && ln -s -- "../$boot_unit" "$units/sysinit.target.wants/$boot_unit" &&
    sync "$units/$boot_unit" "$units/sysinit.target.wants" "$units"
}
boot_unit_text() {
  echo "[Unit]
Description=runbook: take back transaction $txid, which was not confirmed
DefaultDependencies=no
RequiresMountsFor=$here
After=local-fs.target systemd-remount-fs.service
Before=sysinit.target shutdown.target
Conflicts=shutdown.target
ConditionPathExists=$here/undo.sh

[Service]
Type=oneshot
ExecStart=$shell $here/undo.sh boot
TimeoutStartSec=120"
}
start_timer() {
  run_timer "$1"
  limited 10 systemctl is-active --quiet "$timer.timer" </dev/null
}
run_timer() {
  for collect in --collect ''; do
    systemd-run --quiet $collect \${booting:+--no-block --timer-property=DefaultDependencies=no} --unit="$timer" "$1" \\
      --timer-property=AccuracySec=1s --property=Type=oneshot \\
      "$shell" "$here/undo.sh" timer </dev/null >/dev/null 2>&1 && return
  done
}
arm_timer() { start_timer "--on-active=\${undo_after}s"; }
arm_at() {
  said=$(echo "$shell $here/undo.sh timer" | at now + "$(((undo_after + 119) / 60))" minutes 2>&1) || return
  job=\${said#*job }
  echo "\${job%% *}" >"$here/at"
}
arm_process() { wait_to_undo "$undo_after" first; }
wait_to_undo() {
  if command -v setsid >/dev/null 2>&1; then setsid "$shell" "$here/undo.sh" wait "$1" </dev/null >/dev/null 2>&1 3>&- 4>&- &
  else (trap '' HUP; exec "$shell" "$here/undo.sh" wait "$1" </dev/null >/dev/null 2>&1 3>&- 4>&-) &
  fi
  identity $! >"$here/waits.$2"
}
disarm() {
  if [ -e "$units/$boot_unit" ] || [ -L "$units/sysinit.target.wants/$boot_unit" ]; then
    rm -f -- "$units/sysinit.target.wants/$boot_unit" "$units/$boot_unit" && sync "$units/sysinit.target.wants" "$units" || return
  fi
  if [ -d /run/systemd/system ] && [ -z "$booting" ]; then limited 10 systemctl stop "$timer.timer" "$timer-sooner.timer" </dev/null >/dev/null 2>&1; fi
  [ ! -s "$here/at" ] || atrm "$(cat "$here/at")" >/dev/null 2>&1
  end_waiting
}
end_waiting() {
  for waits in first sooner; do
    pid= start= on=
    read -r pid start on 2>/dev/null <"$here/waits.$waits" || continue
    [ "$pid" != "$$" ] && is_alive "$pid" "$start" "$on" || continue
    kill_below "$pid"
    kill -KILL "$pid" 2>/dev/null
  done
  return 0
}
`;
