# Nodes and their leases as the API server has them: a kubelet reports every 10 s, and 40 s without a report make a node
# Unknown. With state.awk. Needs: states (HOST:STATE FILE …), now, kind, name, output, namespace.

function iso(us, fraction,    d) {
  civil(int((boot_us + us) / 1000000), d)
  return sprintf("%04d-%02d-%02dT%02d:%02d:%02d%sZ", d["y"], d["m"], d["d"], d["H"], d["M"], d["S"], fraction ? sprintf(".%06d", (boot_us + us) % 1000000) : "")
}

# When the kubelet last reported: while it runs, at the last full 10 s since it started.
function last_report() {
  if (s["kind"] == "running") return now - (now - s["start"]) % 10000000
  return s["kind"] == "looping" ? s["start"] : s["stop"] + 0
}

function node(host, report, alive) {
  status = alive ? "True" : "Unknown"
  reason = alive ? "KubeletReady" : "NodeStatusUnknown"
  text = alive ? "kubelet is posting ready status" : "Kubelet stopped posting node status."
  return sprintf("{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"%s\",\"labels\":{\"kubernetes.io/hostname\":\"%s\"}},\"spec\":{},\"status\":{\"addresses\":[{\"type\":\"Hostname\",\"address\":\"%s\"}],\"conditions\":[{\"type\":\"Ready\",\"status\":\"%s\",\"reason\":\"%s\",\"message\":\"%s\",\"lastHeartbeatTime\":\"%s\",\"lastTransitionTime\":\"%s\"}],\"nodeInfo\":{\"kubeletVersion\":\"v1.20.2\"}}}", \
    host, host, host, status, reason, text, iso(report, 0), iso(alive ? s["start"] : report + 40000000, 0))
}

function lease(host, report) {
  return sprintf("{\"apiVersion\":\"coordination.k8s.io/v1\",\"kind\":\"Lease\",\"metadata\":{\"name\":\"%s\",\"namespace\":\"kube-node-lease\"},\"spec\":{\"holderIdentity\":\"%s\",\"leaseDurationSeconds\":40,\"renewTime\":\"%s\"}}", host, host, iso(report, 1))
}

BEGIN {
  read_boot()
  n = split(states, each, " ")
  if (kind == "leases" && namespace != "kube-node-lease") n = 0
  for (i = 1; i <= n; i++) {
    at = index(each[i], ":"); host = substr(each[i], 1, at - 1)
    if (name != "" && name != host) continue
    for (k in s) delete s[k]
    read_pairs(substr(each[i], at + 1), s)
    report = last_report()
    alive = now - report < 40000000
    hosts[++count] = host
    item[count] = kind == "nodes" ? node(host, report, alive) : lease(host, report)
    shown[count] = kind == "nodes" ? sprintf("%-10s%-10s%-10s%s", host, alive ? "Ready" : "NotReady", host == "lab-1" ? "master" : "<none>", "v1.20.2") : sprintf("%-10s%s", host, host)
  }
  if (name != "" && count == 0) { printf "Error from server (NotFound): %s \"%s\" not found\n", kind, name > "/dev/stderr"; exit 1 }
  if (output == "json") {
    if (name != "") { print item[1]; exit 0 }
    printf "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":["
    for (i = 1; i <= count; i++) printf "%s%s", (i > 1 ? "," : ""), item[i]
    print "],\"metadata\":{\"resourceVersion\":\"\"}}"
  }
  else if (output == "name") for (i = 1; i <= count; i++) print (kind == "nodes" ? "node/" : "lease.coordination.k8s.io/") hosts[i]
  else {
    if (count == 0) print "No resources found" > "/dev/stderr"
    else print kind == "nodes" ? "NAME      STATUS    ROLES     VERSION" : "NAME      HOLDER"
    for (i = 1; i <= count; i++) print shown[i]
  }
}
