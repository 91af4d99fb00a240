# `systemctl status` of one unit, without its log. With state.awk; needs what show.awk needs, and argv_file.
BEGIN {
  read_boot()
  if (load == "loaded") read_pairs(config, c)
  read_pairs(state, s)
  state_at(s, now, is)
  mark = is["active"] == "active" ? "●" : is["active"] == "failed" ? "×" : is["active"] == "activating" ? "●" : "○"
  print mark " " unit " - " (c["Description"] == "" ? unit : c["Description"])
  print "     Loaded: " load " (" fragment "; " enabled "; preset: enabled)"
  if (drop_ins != "") {
    n = split(drop_ins, paths, " ")
    for (i = 1; i <= n; i++) {
      dir = paths[i]; sub(/\/[^\/]*$/, "", dir); name = substr(paths[i], length(dir) + 2)
      if (dir != last) print (last == "" ? "    Drop-In: " : "             ") dir
      last = dir
      print "             └─" name
    }
  }
  result = is["result"] == "success" ? "" : " (Result: " is["result"] ")"
  print "     Active: " is["active"] " (" is["sub"] ")" result (is["change"] > 0 ? " since " show_time(is["change"]) "; " show_age(now - is["change"]) : "")
  if (c["Documentation"] != "") print "       Docs: " c["Documentation"]
  exec = c["@exec"]
  if (is["exit"] > 0) {
    how = "code=exited, status=" is["status"] "/" exit_name(is["status"])
    print "    Process: " is["exec_pid"] " ExecStart=" exec " (" how ")"
    print "   Main PID: " is["exec_pid"] " (" how ")"
  }
  else if (is["pid"]) {
    while ((getline word < argv_file) > 0) argv = argv == "" ? word : argv " " word
    name = argv; sub(/ .*/, "", name); sub(/.*\//, "", name)
    print "   Main PID: " is["pid"] " (" name ")"
    print "     CGroup: /system.slice/" unit
    print "             └─" is["pid"] " " argv
  }
  if (stale == "yes") print "Warning: The unit file, source configuration file or drop-ins of " unit " changed on disk. Run " q "systemctl daemon-reload" q " to reload units." > "/dev/stderr"
}
