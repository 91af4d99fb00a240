/** What is called on a host, and where it is looked for. */
export interface HostShell {
  /** The POSIX shell that runs the scripts; must need no quoting. */
  readonly shell: string;
  /** The fixed PATH of the scripts, whatever the login shell had. */
  readonly path: string;
  /** Where the host keeps its record of transactions: a directory of root's own, on a disk that outlives a reboot. */
  readonly state: string;
  /** Where the host's own units are made. */
  readonly units: string;
  /** Probes run with the user's own home, where they may keep caches: only for the operator's own machine. */
  readonly ownHome?: true;
}

/** What every host has. The system's own tools come first; kubectl and crictl are often below /usr/local. */
export const posixHost: HostShell = {
  shell: '/bin/sh',
  path: '/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin',
  state: '/var/lib/runbook',
  units: '/etc/systemd/system',
};
