# Fragment and drop-ins, in that order, into one `Key=value` a line: what `systemctl show` tells of the files alone.
# With words.awk. Needs: unit. Lines that begin with `@` are for lib/*.awk only.

function seconds_us(text,    total, rest, number, name) {
  if (text == "infinity") return -1
  total = 0; rest = text
  gsub(/[ \t]/, "", rest)
  while (match(rest, /^[0-9.]+/)) {
    number = substr(rest, 1, RLENGTH); rest = substr(rest, RLENGTH + 1)
    name = ""
    if (match(rest, /^[a-zA-Z]+/)) { name = substr(rest, 1, RLENGTH); rest = substr(rest, RLENGTH + 1) }
    if (name == "ms" || name == "msec") total += number * 1000
    else if (name == "us" || name == "usec") total += number
    else if (name == "m" || name == "min") total += number * 60000000
    else if (name == "h" || name == "hr") total += number * 3600000000
    else total += number * 1000000
  }
  return total
}

function show_us(us) {
  if (us < 0) return "infinity"
  if (us < 1000000) return (us / 1000) "ms"
  if (us >= 60000000) return int(us / 60000000) "min" (us % 60000000 ? " " (us % 60000000) / 1000000 "s" : "")
  return us / 1000000 "s"
}

function append(key, value) {
  if (value == "") value_of[key] = ""
  else value_of[key] = value_of[key] == "" ? value : value_of[key] " " value
}

function assign(section, key, value) {
  if (key ~ /^(Wants|Requires|After|Before|Documentation|WantedBy|Conflicts)$/) { append(key, value); return }
  if (key == "ExecStart") { if (value == "") execs = 0; else exec_line[++execs] = value; return }
  if (key == "Environment") { if (value == "") envs = 0; else env_line[++envs] = value; return }
  if (key == "EnvironmentFile") { if (value == "") files = 0; else file_line[++files] = value; return }
  if (key == "StartLimitInterval") key = "StartLimitIntervalSec"
  value_of[key] = value
}

function take(line) {
  line = trim(line)
  if (line == "" || line ~ /^[#;]/) return
  if (line ~ /^\[.*\]$/) { section = line; return }
  at = index(line, "=")
  if (at > 0) assign(section, trim(substr(line, 1, at - 1)), trim(substr(line, at + 1)))
}

FNR == 1 { if (held != "") take(held); held = ""; section = "" }
{
  line = $0
  if (held != "" && line ~ /^[ \t]*[#;]/) next
  if (line ~ /\\$/) { held = held substr(line, 1, length(line) - 1) " "; next }
  take(held line); held = ""
}

END {
  if (held != "") take(held)
  type = "Type" in value_of ? value_of["Type"] : "simple"
  print "Type=" type
  print "Restart=" ("Restart" in value_of ? value_of["Restart"] : "no")
  pause = "RestartSec" in value_of ? seconds_us(value_of["RestartSec"]) : 100000
  print "RestartUSec=" show_us(pause)
  print "@pause=" pause
  interval = "StartLimitIntervalSec" in value_of ? seconds_us(value_of["StartLimitIntervalSec"]) : 10000000
  print "StartLimitIntervalUSec=" (interval == 0 ? "0" : show_us(interval))
  print "@limit=" interval
  print "StartLimitBurst=" ("StartLimitBurst" in value_of ? value_of["StartLimitBurst"] : 5)
  print "Description=" (value_of["Description"] == "" ? unit : value_of["Description"])
  for (i = split("Documentation Wants WantedBy", names, " "); i >= 1; i--) print names[i] "=" value_of[names[i]]
  print "Requires=" trim("system.slice sysinit.target " value_of["Requires"])
  print "After=" trim("systemd-journald.socket basic.target system.slice sysinit.target " value_of["After"])
  all = ""
  for (i = 1; i <= envs; i++) all = all == "" ? env_line[i] : all " " env_line[i]
  count = split_words(all, words)
  shown = ""
  for (i = 1; i <= count; i++) {
    print "@env=" words[i]
    one = words[i]
    if (one ~ /[ \t"'\\]/) { gsub(/[\\"]/, "\\\\&", one); one = "\"" one "\"" }
    shown = shown == "" ? one : shown " " one
  }
  print "Environment=" shown
  for (i = 1; i <= files; i++) {
    optional = file_line[i] ~ /^-/
    path = optional ? substr(file_line[i], 2) : file_line[i]
    print "EnvironmentFiles=" path " (ignore_errors=" (optional ? "yes" : "no") ")"
  }
  for (i = 1; i <= execs; i++) print "@exec=" exec_line[i]
}
