#!/bin/sh
# systemctl of a benchmark host: one unit, whose state is a file. It starts nothing, and asks nobody.
state=/run/unit-state
unit=kubelet.service
fragment=/lib/systemd/system/kubelet.service
verb= names=
while [ $# -gt 0 ]; do
  case $1 in
  -p | --property) shift ;;
  -p* | --*) ;;
  -*) ;;
  *) if [ -z "$verb" ]; then verb=$1; else names="$names $1"; fi ;;
  esac
  shift
done
active=active
[ ! -r "$state" ] || read -r active <"$state"
case $verb in
status)
  echo "● $unit - kubelet
     Loaded: loaded ($fragment; enabled; preset: enabled)
     Active: $active (running)
   Main PID: 1 (kubelet)"
  [ "$active" = active ] || exit 3
  ;;
cat) echo "# $fragment"; cat "$fragment" ;;
show)
  sub=running
  [ "$active" = active ] || sub=auto-restart
  echo "Id=$unit
LoadState=loaded
ActiveState=$active
SubState=$sub
UnitFileState=enabled
Result=success
NRestarts=0
MainPID=1
ActiveEnterTimestampMonotonic=1000000
FragmentPath=$fragment
DropInPaths=
EnvironmentFiles=/var/lib/kubelet/kubeadm-flags.env (ignore_errors=yes)
InvocationID=0
NeedDaemonReload=no"
  ;;
is-active)
  case $names in *.timer*) [ -e "/run/timers/${names# }" ]; exit ;; esac
  echo "$active"
  [ "$active" = active ]
  ;;
restart | start) echo active >"$state" ;;
stop)
  case $names in *.timer*) for name in $names; do rm -f "/run/timers/$name"; done ;; *) echo inactive >"$state" ;; esac
  ;;
esac
