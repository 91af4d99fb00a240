import type { SystemdHost } from './systemd-host.ts';

/** Where a login itself writes; nothing else is left out. */
const LOGIN_WRITES = ['/proc', '/sys', '/dev', '/run', '/var/log', '/var/lib/systemd', '/var/lib/sudo'];

/**
 * Every file of a host with its type, mode, owner, size, times of change (nanoseconds) and digest, taken from inside
 * without a login. Two equal texts: nothing was written in between, not even the same bytes again.
 */
export async function treeOf(host: SystemdHost): Promise<string> {
  const prune = LOGIN_WRITES.map((path) => `-path ${path} -prune -o`).join(' ');
  const script = `find / /tmp -xdev ${prune} -printf '%p %y %m %U %G %s %T@ %C@ %l\\n' | sort; find / /tmp -xdev ${prune} -type f -print0 | sort -z | xargs -0 sha256sum`;
  return host.exec('/bin/sh', '-c', script);
}

/** The lines by which two trees differ. */
export function differences(before: string, after: string): readonly string[] {
  const [old, now] = [new Set(before.split('\n')), new Set(after.split('\n'))];
  return [
    ...[...old].filter((line) => !now.has(line)).map((line) => `- ${line}`),
    ...[...now].filter((line) => !old.has(line)).map((line) => `+ ${line}`),
  ];
}
