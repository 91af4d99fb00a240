#!/bin/sh
# systemd-run of a benchmark host: remembers the timer, and never fires it.
mkdir -p /run/timers
for word in "$@"; do
  case $word in --unit=*) : >"/run/timers/${word#--unit=}.timer" ;; esac
done
