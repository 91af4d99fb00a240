# A time for --since and --until (man systemd.time) in microseconds since 1970. With state.awk. Needs: text, now. Exit 1: no time.
function days_of(y, m, d,    era, yoe, doy) {
  if (m <= 2) y--
  era = int(y / 400); yoe = y - era * 400
  doy = int((153 * (m + (m > 2 ? -3 : 9)) + 2) / 5) + d - 1
  return era * 146097 + yoe * 365 + int(yoe / 4) - int(yoe / 100) + doy - 719468
}

BEGIN {
  read_boot()
  current = boot_us + now
  if (text == "now") { printf "%.0f", current; exit 0 }
  if (text ~ /^[0-9]+-[0-9]+-[0-9]+([ T][0-9]+:[0-9]+(:[0-9.]+)?)?( ?UTC|Z)?$/) {
    split(text, p, /[-: TZ]/)
    printf "%.0f", (days_of(p[1] + 0, p[2] + 0, p[3] + 0) * 86400 + p[4] * 3600 + p[5] * 60 + p[6]) * 1000000
    exit 0
  }
  rest = text; sub(/ *ago$/, "", rest); sub(/^-/, "", rest); gsub(/ /, "", rest)
  if (text !~ /^-/ && text !~ /ago$/) exit 1
  total = 0
  while (match(rest, /^[0-9.]+[a-zA-Z]*/)) {
    word = substr(rest, 1, RLENGTH); rest = substr(rest, RLENGTH + 1)
    number = word + 0; name = word; sub(/^[0-9.]+/, "", name)
    if (name ~ /^(|s|sec|secs|second|seconds)$/) factor = 1
    else if (name ~ /^(m|min|mins|minute|minutes)$/) factor = 60
    else if (name ~ /^(h|hr|hour|hours)$/) factor = 3600
    else if (name ~ /^(d|day|days)$/) factor = 86400
    else if (name ~ /^(ms|msec)$/) factor = 0.001
    else exit 1
    total += number * factor
  }
  if (rest != "") exit 1
  printf "%.0f", current - total * 1000000
}
