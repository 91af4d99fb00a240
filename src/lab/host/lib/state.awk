# What a unit is at this moment, worked out from how it was last started: nothing runs in the practice fleet, so time does
# the work. A program that ends at once is started again every `pause`, as systemd 252 does with Restart=always.
# Functions only. now[] and unit state come from `state_at`; times are in microseconds of the monotonic clock.

# Key=value lines of a file into into[]; the last one of a key holds, except that lists are joined by newlines.
function read_pairs(path, into,    line, at, key) {
  while ((getline line < path) > 0) {
    at = index(line, "=")
    if (at == 0) continue
    key = substr(line, 1, at - 1)
    if (key == "EnvironmentFiles" && key in into) into[key] = into[key] "\n" substr(line, at + 1)
    else into[key] = substr(line, at + 1)
  }
  close(path)
}

# Fills is[] from the state file's pairs in s[] for the time `at`.
function state_at(s, at, is,    period, attempt, from, stop) {
  is["restarts"] = s["base"] + 0; is["attempt"] = 0; is["from"] = s["start"] + 0
  is["result"] = "success"; is["pid"] = 0; is["exec_pid"] = s["pid"] + 0; is["code"] = 0; is["status"] = 0
  is["exit"] = 0; is["enter"] = 0; is["leave"] = 0; is["change"] = 0; is["down"] = 0
  if (s["kind"] == "" || s["kind"] == "never") { is["active"] = "inactive"; is["sub"] = "dead"; is["exec_pid"] = 0; is["from"] = 0; return }
  period = s["life"] + s["pause"] + 100000
  if (s["kind"] == "looping") {
    attempt = int((at - s["start"]) / period); if (attempt < 0) attempt = 0
    from = s["start"] + attempt * period
    is["attempt"] = attempt; is["restarts"] = s["base"] + attempt; is["from"] = from
    is["exec_pid"] = s["pid"] + attempt; is["enter"] = from + 320; is["change"] = is["enter"]
    if (at < from + s["life"]) { is["active"] = "active"; is["sub"] = "running"; is["pid"] = is["exec_pid"]; return }
    stop = from + s["life"]
    is["active"] = "activating"; is["sub"] = "auto-restart"
    if (!(s["forgiven"] + 0 > stop)) is["result"] = s["result"]
    is["code"] = 1; is["status"] = s["exit"]; is["exit"] = stop; is["leave"] = stop + 235; is["down"] = stop + 235; is["change"] = stop + 551
    return
  }
  is["enter"] = s["start"] + 744
  is["change"] = is["enter"]
  if (s["kind"] == "running") { is["active"] = "active"; is["sub"] = "running"; is["pid"] = is["exec_pid"]; return }
  if (s["kind"] == "exited") { is["active"] = "active"; is["sub"] = "exited"; is["code"] = 1; is["exit"] = s["start"] + s["life"]; return }
  stop = s["stop"] + 0
  is["code"] = 1; is["status"] = s["exit"] + 0; is["exit"] = stop; is["leave"] = stop + 120; is["down"] = stop + 240; is["change"] = stop + 240
  is["active"] = "inactive"; is["sub"] = "dead"
  if (s["kind"] == "failed" && !(s["forgiven"] + 0 > stop)) { is["active"] = "failed"; is["sub"] = "failed"; is["result"] = s["result"] }
}

# 32 hex digits that follow from the text and stay the same.
function digest(text,    i, k, h, out, letters) {
  letters = " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"
  out = ""
  for (k = 1; k <= 8; k++) {
    h = 5381 * k
    for (i = 1; i <= length(text); i++) h = (h * 33 + index(letters, substr(text, i, 1)) * k + i) % 65521
    out = out sprintf("%04x", h)
  }
  return out
}

# Days since 1970-01-01 to year-month-day (H. Hinnant's civil_from_days), so that no awk's own clock is needed.
function civil(seconds, d,    z, era, doe, yoe, doy, mp, days) {
  days = int(seconds / 86400); d["s"] = int(seconds - days * 86400)
  d["w"] = (days + 4) % 7
  z = days + 719468; era = int(z / 146097); doe = z - era * 146097
  yoe = int((doe - int(doe / 1460) + int(doe / 36524) - int(doe / 146096)) / 365)
  doy = doe - (365 * yoe + int(yoe / 4) - int(yoe / 100)); mp = int((5 * doy + 2) / 153)
  d["d"] = doy - int((153 * mp + 2) / 5) + 1
  d["m"] = mp < 10 ? mp + 3 : mp - 9
  d["y"] = yoe + era * 400 + (d["m"] <= 2 ? 1 : 0)
  d["H"] = int(d["s"] / 3600); d["M"] = int(d["s"] % 3600 / 60); d["S"] = d["s"] % 60
}

function show_time(us,    d) {
  if (us <= 0) return ""
  civil(int((boot_us + us) / 1000000), d)
  return sprintf("%s %04d-%02d-%02d %02d:%02d:%02d UTC", substr("SunMonTueWedThuFriSat", d["w"] * 3 + 1, 3), d["y"], d["m"], d["d"], d["H"], d["M"], d["S"])
}

function show_age(us,    s) {
  s = int(us / 1000000)
  if (s >= 86400) return int(s / 86400) " days ago"
  if (s >= 3600) return int(s / 3600) "h " int(s % 3600 / 60) "min ago"
  if (s >= 60) return int(s / 60) "min " (s % 60) "s ago"
  return s "s ago"
}

# The wall clock at boot; the same for every call, so that the same instant is always shown the same.
function read_boot(    line) {
  while ((getline line < "/proc/stat") > 0) if (line ~ /^btime /) boot_us = substr(line, 7) * 1000000
  close("/proc/stat")
}

function exit_name(status) {
  if (status == 0) return "SUCCESS"
  if (status == 1) return "FAILURE"
  if (status == 203) return "EXEC"
  if (status == 255) return "EXCEPTION"
  return "n/a"
}
