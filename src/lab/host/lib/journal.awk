# The entries that the journal would hold, one a line: time (16 digits), unit, identifier, pid, priority, invocation, argv, message,
# separated by `|` up to the message. With state.awk. Needs: epochs (directories), now, since, until (us since 1970, or empty),
# lines (0: all), host, noise (file).

function entry(at, who, pid, priority, message) {
  if (at > now) return
  real = boot_us + at
  if (since != "" && real < since + 0) return
  if (until != "" && real > until + 0) return
  printf "%016.0f|%.0f|%s|%s|%d|%d|%s|%s\n", real, at, unit, who, pid, priority, invocation, message
}

function stamped(at, pid, message,    d) {
  if (message !~ /^[IWEF][0-9][0-9][0-9][0-9] [0-9:.]+ +[0-9]+ /) return message
  civil(int((boot_us + at) / 1000000), d)
  severity = substr(message, 1, 1)
  sub(/^[IWEF][0-9][0-9][0-9][0-9] [0-9:.]+ +[0-9]+ /, "", message)
  return sprintf("%s%02d%02d %02d:%02d:%02d.%06d %7d %s", severity, d["m"], d["d"], d["H"], d["M"], d["S"], (boot_us + at) % 1000000, pid, message)
}

function printed(at, pid,    i) {
  for (i = 1; i <= outputs; i++) entry(at + i * 3, program, pid, 6, stamped(at + i * 3, pid, output[i]))
}

function began(from, how) {
  if (how > 0) {
    entry(from - 40000, "systemd", 1, 6, unit ": Scheduled restart job, restart counter is at " how ".")
    entry(from - 39000, "systemd", 1, 6, "Stopped " title ".")
  }
  entry(from - 18000, "systemd", 1, 6, "Started " title ".")
}

function crashed(from,    at) {
  at = from + s["life"]
  entry(at, "systemd", 1, 5, unit ": Main process exited, code=exited, status=" s["exit"] "/" exit_name(s["exit"]))
  entry(at + 100, "systemd", 1, 4, unit ": Failed with result 'exit-code'.")
}

function looped(    period, first, last, k, from, i) {
  period = s["life"] + s["pause"] + 100000
  last = int((ended - s["start"]) / period); first = 0
  if (lines > 0 && outputs > 0) { first = last - int(lines / (outputs + 4)) - 1; if (first < 0) first = 0 }
  for (k = first; k <= last; k++) {
    from = s["start"] + k * period
    invocation = digest(host unit sprintf("%.0f", from))
    began(from, s["base"] + k > 0 ? s["base"] + k : 0)
    printed(from + s["life"] - outputs * 3 - 50, s["pid"] + k)
    if (from + s["life"] <= ended) crashed(from)
    if (k == last || k % 30 == 0) for (i = 1; i <= noises; i++) entry(from + 1200000 + i * 900, "kubelet-check", s["pid"] + k, 4, noisy[i])
  }
}

function ran(    at, text, first) {
  began(s["start"], 0)
  printed(s["start"] + 300000, s["pid"])
  if (program != "kubelet") return
  text = "E0101 00:00:00.0 0 kubelet_node_status.go:563] Failed to set some node status fields: can't get ip address of node " host ". error: no default routes found in \"/proc/net/route\" or \"/proc/net/ipv6_route\""
  first = s["start"] + 10000000
  if (since != "" && since - boot_us > first) first += int((since - boot_us - first) / 10000000) * 10000000
  if (lines > 0 && ended - first > lines * 10000000) first += int((ended - first) / 10000000 - lines) * 10000000
  for (at = first; at < ended; at += 10000000) entry(at + 18162, program, s["pid"], 6, stamped(at, s["pid"], text))
}

function tell(dir,    line, kind) {
  for (k in s) delete s[k]
  read_pairs(dir "/state", s)
  unit = dir; sub(/\/epochs\/.*/, "", unit); config = unit "/loaded/config"; sub(/.*\//, "", unit)
  for (k in c) delete c[k]
  read_pairs(config, c)
  title = unit " - " (c["Description"] == "" ? unit : c["Description"])
  outputs = 0
  while ((getline line < (dir "/output")) > 0) output[++outputs] = line
  program = ""; (getline program < (dir "/argv")); sub(/.*\//, "", program)
  ended = "ended" in s ? s["ended"] + 0 : now
  invocation = digest(host unit sprintf("%.0f", s["start"]))
  kind = "was" in s ? s["was"] : s["kind"]
  if (kind == "looping") looped()
  else if (kind == "running") ran()
  else { began(s["start"], 0); printed(s["start"] + 1000, s["pid"]); if (s["exit"] > 0) crashed(s["start"]) }
  if (kind == "failed" && s["result"] == "start-limit-hit") entry(s["start"] + s["life"] + 100200, "systemd", 1, 4, unit ": Start request repeated too quickly.")
  if ("ended" in s) {
    entry(ended, "systemd", 1, 6, "Stopping " title "...")
    entry(ended + 1000, "systemd", 1, 6, unit ": Deactivated successfully.")
    entry(ended + 1200, "systemd", 1, 6, "Stopped " title ".")
  }
}

BEGIN {
  read_boot()
  while ((getline line < noise) > 0) { gsub(/HOSTNAME/, host, line); noisy[++noises] = line }
  n = split(epochs, dirs, " ")
  for (e = 1; e <= n; e++) tell(dirs[e])
}
