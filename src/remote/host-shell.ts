/** What is called on a host, and where it is looked for. */
export interface HostShell {
  /** The POSIX shell that runs the scripts; must need no quoting. */
  readonly shell: string;
  /** The fixed PATH of the scripts, whatever the login shell had. */
  readonly path: string;
}

/** What every host has (reliability: nothing but /bin/sh is needed). */
export const posixHost: HostShell = { shell: '/bin/sh', path: '/usr/sbin:/usr/bin:/sbin:/bin' };
