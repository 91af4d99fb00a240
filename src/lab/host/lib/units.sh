# Units of a practice host: where their files are, what systemd would have loaded of them, and how they are started.
# What is remembered of a unit: /run/lab/units/UNIT/loaded/ (config, paths, copies of its files, as of the last
# daemon-reload) and /run/lab/units/UNIT/epochs/N/ (one a start: state, argv, output). See state.awk for what follows from it.
lib=/opt/lab
memory=/run/lab/units
unit_roots='/etc/systemd/system /run/systemd/system /usr/local/lib/systemd/system /usr/lib/systemd/system'

# Microseconds since boot.
read_clock() {
  read -r uptime _ </proc/uptime
  now=${uptime%.*}${uptime#*.}0000
}

read_hostname() {
  read -r host </etc/hostname
}

# Sets fragment and drop_ins to what is on disk: the highest directory wins, drop-ins go by file name.
scan_files() {
  set +f
  fragment='' drop_ins=''
  for root in $unit_roots; do
    [ -e "$root/$1" ] || [ -L "$root/$1" ] || continue
    fragment=$root/$1
    break
  done
  names=''
  for root in $unit_roots; do
    for path in "$root/$1.d"/*.conf; do
      [ -e "$path" ] && names="$names ${path##*/}:$path"
    done
  done
  seen=' '
  if [ -n "$names" ]; then
    # shellcheck disable=SC2086
    case $names in ' '*' '*) names=$(printf '%s\n' $names | sort -s -t: -k1,1) ;; esac
    # shellcheck disable=SC2086
    for entry in $names; do
      case $seen in *" ${entry%%:*} "*) continue ;; esac
      seen="$seen${entry%%:*} "
      drop_ins="$drop_ins${drop_ins:+ }${entry#*:}"
    done
  fi
  set -f
}

# Sets the unit's place in memory, its last start, and load, fragment, drop_ins, stale and enabled.
find_unit() {
  unit=$1
  unit_dir=$memory/$unit
  loaded=$unit_dir/loaded
  set +f
  epoch=''
  for path in "$unit_dir"/epochs/*; do [ -d "$path" ] && epoch=$path; done
  set -f
  scan_files "$unit"
  load=loaded stale=no
  if [ -f "$loaded/config" ]; then
    on_disk="$fragment $drop_ins"
    read -r in_memory <"$loaded/paths"
    if [ "${on_disk% }" != "$in_memory" ] || ! same_files; then stale=yes; fi
    fragment=${in_memory%% *}
    drop_ins=${in_memory#"$fragment"}
    drop_ins=${drop_ins# }
  fi
  find_enablement
}

same_files() {
  position=0
  for path in $in_memory; do
    cmp -s "$path" "$loaded/$position" || return 1
    position=$((position + 1))
  done
}

find_enablement() {
  enabled=''
  if [ -z "$fragment" ]; then
    load=not-found
    return
  fi
  if [ -L "$fragment" ] && [ "$(readlink "$fragment")" = /dev/null ]; then
    load=masked enabled=masked
    return
  fi
  enabled=static
  grep -q '^\[Install\]' "$fragment" 2>/dev/null && enabled=disabled
  set +f
  for path in /etc/systemd/system/*.wants/"$unit" /etc/systemd/system/*.requires/"$unit"; do
    [ -L "$path" ] && enabled=enabled
  done
  set -f
}

# Reads the unit's files as systemd does at a reload.
parse_files() {
  # shellcheck disable=SC2086
  awk -v unit="$unit" -f $lib/words.awk -f $lib/load-unit.awk $fragment $drop_ins
}

load_into_memory() {
  scan_files "$unit"
  rm -rf "$loaded"
  [ -n "$fragment" ] || return 0
  mkdir -p "$loaded"
  paths="$fragment $drop_ins"
  printf '%s\n' "${paths% }" >"$loaded/paths"
  position=0
  for path in $paths; do
    cp "$path" "$loaded/$position"
    position=$((position + 1))
  done
  parse_files >"$loaded/config"
}

known_units() {
  set +f
  for path in $memory/*; do [ -d "$path" ] && printf '%s\n' "${path##*/}"; done
  set -f
}

reload_units() {
  for unit in $(known_units); do
    find_unit "$unit"
    load_into_memory
  done
}

# Runs a program of lib/ with all that it needs to know of the unit; the first argument is its name.
ask_unit() {
  program=$1
  read_clock
  read_hostname
  if [ -f "$loaded/config" ]; then config=$loaded/config; else config=/dev/stdin; fi
  { [ "$config" = /dev/stdin ] && [ "$load" = loaded ] && parse_files; } |
    awk -v unit="$unit" -v load="$load" -v fragment="$fragment" -v drop_ins="$drop_ins" -v enabled="$enabled" -v stale="$stale" \
      -v config="$config" -v state="${epoch:-/nonexistent}/state" -v argv_file="${epoch:-/nonexistent}/argv" -v template=$lib/show.template \
      -v now="$now" -v host="$host" -v only="${only:-}" -v bare="${bare:-0}" -f $lib/state.awk -f "$lib/$program"
}

show_unit() {
  ask_unit show.awk
}

status_unit() {
  if [ "$load" = not-found ]; then
    printf 'Unit %s could not be found.\n' "$unit" >&2
    failed=4
    return
  fi
  ask_unit status.awk
  echo
  journalctl -q --no-pager -u "$unit" -n 10
  bare=1 only=ActiveState
  [ "$(show_unit)" = active ] || failed=3
}

is_up() {
  before=$(bare=1 only=ActiveState && show_unit)
  [ "$before" = active ] || [ "$before" = activating ]
}

# Asks a program how it would fare if it were started; sets exit_code. A kubelet is asked without serving, a oneshot really
# runs, and of all else it is known only whether it is there.
try_command() {
  set --
  while IFS= read -r argument; do set -- "$@" "$argument"; done <"$epoch/argv"
  : >"$epoch/output"
  exit_code=0
  if [ $# -eq 0 ] || ! [ -x "$1" ]; then
    exit_code=203
  elif [ "${1##*/}" = kubelet ]; then
    KUBELET_STUB_CHECK=1 "$@" </dev/null >"$epoch/output" 2>&1 || exit_code=$?
  elif grep -q '^Type=oneshot$' "$loaded/config"; then
    "$@" </dev/null >"$epoch/output" 2>&1 || exit_code=$?
  fi
}

setting() {
  sed -n "s/^$1=//p" "$loaded/config"
}

# What becomes of a program that ends with a failure.
after_failure() {
  kind=failed result=exit-code
  [ "$(setting Type)" = oneshot ] && return
  case $(setting Restart) in
    always | on-failure | unless-stopped) kind=looping ;;
    *) return ;;
  esac
  limit=$(setting @limit)
  if [ "$limit" -gt 0 ] && [ $(($(setting StartLimitBurst) * (life + pause + 100000))) -lt "$limit" ]; then
    kind=failed result=start-limit-hit
  fi
}

# Begins a new epoch. LAB_STARTED_AGO: as if it had been so many seconds ago.
start_unit() {
  started=ok
  [ -f "$loaded/config" ] && [ -z "$must_load" ] || load_into_memory
  number=1
  [ -n "$epoch" ] && number=$((1${epoch##*/} - 9999))
  epoch=$unit_dir/epochs/$(printf '%04d' "$number")
  mkdir -p "$epoch"
  read_clock
  start=$((now - ${LAB_STARTED_AGO:-0} * 1000000))
  [ "$start" -gt 0 ] || start=1000000
  [ "$start" -le "$now" ] || start=$now
  pause=$(setting @pause)
  life=240000
  [ -e /etc/kubelet-stub/stay-broken ] && life=2000000
  kind=running result=success exit_code=0
  if awk -f $lib/words.awk -f $lib/argv.awk "$loaded/config" >"$epoch/argv"; then
    try_command
    [ "$exit_code" -eq 0 ] || after_failure
  else
    kind=failed result=resources exit_code=1
  fi
  if [ "$exit_code" -eq 0 ] && [ "$(setting Type)" = oneshot ]; then kind=dead; fi
  printf '%s=%s\n' kind "$kind" start "$start" stop "$((start + life))" life "$life" pause "$pause" base "${restarts_before:-0}" \
    pid "$((4200000 + number * 2000))" exit "$exit_code" result "$result" >"$epoch/state"
  case $(setting Type):$exit_code in oneshot:[1-9]*) started=failed ;; esac
  return 0
}

end_epoch() {
  [ -n "$epoch" ] || return 0
  read_clock
  now=$((now - ${LAB_STARTED_AGO:-0} * 1000000))
  began=$(sed -n 's/^start=//p' "$epoch/state")
  [ "$now" -gt "$began" ] || now=$((began + 1000))
  was=$(sed -n 's/^kind=//p' "$epoch/state" | tail -n 1)
  case $was in
    running | looping | exited) printf '%s=%s\n' was "$was" ended "$now" kind dead stop "$now" exit 0 result success >>"$epoch/state" ;;
  esac
}

stop_unit() {
  end_epoch
}

# A restart by hand keeps the counter of a unit that is being restarted over and over; only reset-failed clears it.
restart_unit() {
  restarts_before=0
  if [ -n "$epoch" ]; then
    case $(bare=1 only=SubState && show_unit) in auto-restart) restarts_before=$(bare=1 only=NRestarts && show_unit) ;; esac
  fi
  end_epoch
  start_unit
}

forgive_unit() {
  [ -n "$epoch" ] || return 0
  read_clock
  counted=$(bare=1 only=NRestarts && show_unit)
  base=$(sed -n 's/^base=//p' "$epoch/state" | tail -n 1)
  printf '%s=%s\n' base "$((base - counted))" forgiven "$now" >>"$epoch/state"
}

wanted_by() {
  sed -n 's/^WantedBy=//p' "$fragment" | head -n 1
}

enable_unit() {
  for target in $(wanted_by); do
    link=/etc/systemd/system/$target.wants/$unit
    [ -L "$link" ] && continue
    mkdir -p "${link%/*}"
    ln -s "$fragment" "$link"
    printf 'Created symlink %s → %s.\n' "$link" "$fragment" >&2
  done
}

disable_unit() {
  set +f
  for link in /etc/systemd/system/*.wants/"$unit"; do
    [ -L "$link" ] && rm -f "$link" && printf 'Removed "%s".\n' "$link" >&2
  done
  set -f
}

mask_unit() {
  link=/etc/systemd/system/$unit
  if [ -e "$link" ] && ! [ -L "$link" ]; then
    printf 'Failed to mask unit: File %s already exists.\n' "$link" >&2
    failed=1
    return
  fi
  ln -sfn /dev/null "$link"
  printf 'Created symlink %s → /dev/null.\n' "$link" >&2
  load_into_memory
}

unmask_unit() {
  link=/etc/systemd/system/$unit
  [ -L "$link" ] && [ "$(readlink "$link")" = /dev/null ] || return 0
  rm -f "$link"
  printf 'Removed "%s".\n' "$link" >&2
  load_into_memory
}

must_load=''
restarts_before=0
