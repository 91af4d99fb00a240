/** What is called on a host, and where it is looked for. */
export interface HostShell {
  /** The POSIX shell that runs the scripts; must need no quoting. */
  readonly shell: string;
  /** The fixed PATH of the scripts, whatever the login shell had. */
  readonly path: string;
  /** Probes run with the user's own home, where they may keep caches: only for the operator's own machine. */
  readonly ownHome?: true;
}

/** What every host has. The system's own tools come first; kubectl and crictl are often below /usr/local. */
export const posixHost: HostShell = { shell: '/bin/sh', path: '/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin' };
