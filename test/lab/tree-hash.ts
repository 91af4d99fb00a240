import type { SystemdHost } from './systemd-host.ts';

/** Where a login itself writes; nothing else is left out. */
const LOGIN_WRITES = ['/proc', '/sys', '/dev', '/run', '/var/log', '/var/lib/systemd', '/var/lib/sudo'];

const PRUNE = LOGIN_WRITES.map((path) => `-path ${path} -prune -o`).join(' ');

/**
 * Every file of a host with its type, mode, owner, size, times of change (nanoseconds) and digest, taken from inside
 * without a login. Two equal texts: nothing was written in between, not even the same bytes again.
 */
export async function treeOf(host: SystemdHost): Promise<string> {
  const digests = `find / /tmp -xdev ${PRUNE} -type f -print0 | sort -z | xargs -0 sha256sum`;
  const script = `find / /tmp -xdev ${PRUNE} -printf '%p %y %m %U %G %s %T@ %C@ %l\\n' | sort; ${digests}`;
  return host.exec('/bin/sh', '-c', script);
}

/**
 * The same with inodes and without digests, in a tenth of the time: no write leaves the time of change of an inode as it was
 * (`man inode`).
 */
export async function inodesOf(host: SystemdHost): Promise<string> {
  return host.exec('/bin/sh', '-c', `find / /tmp -xdev ${PRUNE} -printf '%p %i %y %m %U %G %s %T@ %C@ %l\\n' | sort`);
}

/** The lines by which two trees differ. */
export function differences(before: string, after: string): readonly string[] {
  const [old, now] = [new Set(before.split('\n')), new Set(after.split('\n'))];
  return [
    ...[...old].filter((line) => !now.has(line)).map((line) => `- ${line}`),
    ...[...now].filter((line) => !old.has(line)).map((line) => `+ ${line}`),
  ];
}
