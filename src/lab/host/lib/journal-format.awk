# Entries of journal.awk as `journalctl -o` prints them. With state.awk. Needs: format, host, boot_id, machine_id, quiet, fields (names joined by
# commas; empty: all).

function json(text) {
  gsub(/\\/, "\\\\", text); gsub(/"/, "\\\"", text); gsub(/\t/, "\\t", text); gsub(/\r/, "\\r", text)
  return text
}

function field(name, value) { return "\"" name "\":\"" value "\"," }

# A field that --output-fields may leave out.
function chosen(name, value) { return fields == "" || (name in wanted) ? field(name, value) : "" }

{
  message = $0
  for (k = 1; k <= 7; k++) { at = index(message, "|"); f[k] = substr(message, 1, at - 1); message = substr(message, at + 1) }
  real = f[1] + 0; mono = f[2]; unit = f[3]; who = f[4]; pid = f[5]; priority = f[6]; invocation = f[7]
  count++
  if (format == "cat") { print message; next }
  if (format ~ /^json/) {
    line = field("__CURSOR", sprintf("s=%s;i=%x;b=%s;m=%.0f", machine_id, NR, boot_id, mono)) field("__REALTIME_TIMESTAMP", sprintf("%.0f", real)) \
      field("__MONOTONIC_TIMESTAMP", mono) field("_BOOT_ID", bare_id) \
      chosen("_MACHINE_ID", machine_id) chosen("_HOSTNAME", host) chosen("PRIORITY", priority) chosen("SYSLOG_IDENTIFIER", who) chosen("_PID", pid) \
      chosen("_TRANSPORT", who == "systemd" ? "journal" : "stdout") chosen("_SYSTEMD_UNIT", who == "systemd" ? "init.scope" : unit) \
      (who == "systemd" ? chosen("UNIT", unit) chosen("INVOCATION_ID", invocation) : chosen("_SYSTEMD_INVOCATION_ID", invocation) chosen("_COMM", who)) \
      chosen("MESSAGE", json(message))
    print "{" substr(line, 1, length(line) - 1) "}"
    next
  }
  civil(int(real / 1000000), d)
  tail = " " host " " who "[" pid "]: " message
  clock = sprintf("%02d:%02d:%02d", d["H"], d["M"], d["S"])
  day = substr("JanFebMarAprMayJunJulAugSepOctNovDec", d["m"] * 3 - 2, 3) " " sprintf("%02d", d["d"])
  fraction = sprintf("%06d", real % 1000000)
  if (format == "short-unix") print sprintf("%d.%s", int(real / 1000000), fraction) tail
  else if (format == "short-precise") print day " " clock "." fraction tail
  else if (format ~ /^short-iso/) print sprintf("%04d-%02d-%02dT%s%s+0000", d["y"], d["m"], d["d"], clock, format ~ /precise/ ? "." fraction : "") tail
  else if (format == "short-monotonic") print sprintf("[%12.6f]", mono / 1000000) tail
  else print day " " clock tail
}

BEGIN { bare_id = boot_id; gsub(/-/, "", bare_id); n = split(fields, names, ","); for (k = 1; k <= n; k++) wanted[names[k]] = 1 }
END { if (count == 0 && !quiet && format !~ /^(json|cat)/) print "-- No entries --" }
