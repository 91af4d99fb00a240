# `systemctl show` of one unit. With state.awk. Needs: unit, load, fragment, drop_ins, enabled, stale (yes/no), config and
# state (files, may be absent), template, now, only (names joined by commas, or empty), bare (1: values alone).

function put(key, value) { if (only != "" && !(key in wanted)) return; if (value == "" && only == "" && key !~ /^(Environment|UnitFile)/) return; found[key] = value; has[key] = 1 }

function exec_text(extra,    stopped) {
  if (c["@exec"] == "") return ""
  path = c["@exec"]; sub(/^[-@:+!|]+/, "", path); argv = path; sub(/[ \t].*/, "", path)
  stopped = is["exit"] > 0 ? "[" show_time(is["exit"]) "]" : "[n/a]"
  return "{ path=" path " ; argv[]=" argv " ; " extra " ; start_time=" (is["from"] > 0 ? "[" show_time(is["from"]) "]" : "[n/a]") " ; stop_time=" stopped " ; pid=" is["exec_pid"] " ; code=" (is["code"] ? "exited" : "(null)") " ; status=" (is["code"] ? is["status"] : "0/0") " }"
}

function time_pair(key, us) { put(key, show_time(us)); put(key "Monotonic", us > 0 ? sprintf("%.0f", us) : "0") }

function emit(key, value,    k, n, parts) {
  n = split(value, parts, "\n"); if (n == 0) { n = 1; parts[1] = "" }
  for (k = 1; k <= n; k++) print bare ? parts[k] : key "=" parts[k]
}

BEGIN {
  read_boot()
  n = split(only, names, ","); for (i = 1; i <= n; i++) wanted[names[i]] = 1
  if (load == "loaded") read_pairs(config, c)
  read_pairs(state, s)
  state_at(s, now, is)
  put("Id", unit); put("Names", unit); put("LoadState", load); put("ActiveState", is["active"]); put("SubState", is["sub"])
  put("FragmentPath", fragment); put("DropInPaths", drop_ins); put("UnitFileState", enabled); put("UnitFilePreset", enabled == "" ? "" : "enabled")
  put("NeedDaemonReload", stale); put("Description", load == "loaded" ? c["Description"] : unit)
  put("MainPID", is["pid"]); put("NRestarts", is["restarts"]); put("Result", is["result"])
  put("ExecMainPID", is["exec_pid"]); put("ExecMainCode", is["code"]); put("ExecMainStatus", is["status"])
  time_pair("ExecMainStartTimestamp", is["from"]); time_pair("ExecMainExitTimestamp", is["exit"])
  time_pair("StateChangeTimestamp", is["change"]); time_pair("InactiveExitTimestamp", is["active"] == "activating" ? is["change"] : is["from"])
  time_pair("ActiveEnterTimestamp", is["enter"]); time_pair("ActiveExitTimestamp", is["leave"]); time_pair("InactiveEnterTimestamp", is["down"])
  time_pair("ConditionTimestamp", is["from"] > 0 ? is["from"] - 20000 : 0); time_pair("AssertTimestamp", is["from"] > 0 ? is["from"] - 19997 : 0)
  put("ControlGroup", is["pid"] ? "/system.slice/" unit : ""); put("ControlGroupId", is["exec_pid"])
  put("InvocationID", is["from"] > 0 ? digest(host unit sprintf("%.0f", is["from"])) : "")
  for (k in c) if (k !~ /^@/) put(k, c[k])
  put("ExecStart", exec_text("ignore_errors=no")); put("ExecStartEx", exec_text("flags="))
  while ((getline line < template) > 0) {
    at = index(line, "=")
    key = at ? substr(line, 1, at - 1) : line
    if (only != "" && !(key in wanted)) continue
    if (key in has) emit(key, found[key])
    else if (at && load == "loaded") emit(key, substr(line, at + 1))
    else if (!at && only != "" && key !~ /Timestamp$/) emit(key, "")
    else if (only != "") emit(key, "")
  }
}
