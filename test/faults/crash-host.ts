import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { HostShell } from '../../src/remote/host-shell.ts';

/** When a host dies: at its Nth program, before or after it ran; `stall`: it stops there, and may go on later. 0: never. */
export interface Crash {
  readonly at: number;
  readonly when: 'before' | 'after' | 'stall';
}

/** A host whose script and all that it started can be killed at any of the programs that it calls. */
export interface CrashHost {
  readonly shell: HostShell;
  /** From now on it dies there. */
  arm(crash: Crash): void;
  /** How many programs were called since it was armed. */
  calls(): number;
  /** Whether the script stands still. */
  stalled(): boolean;
  /** What is done at each program that is called, as shell text with its number as $n; for copies of a disk. */
  at(text: string): void;
}

/** Programs that scripts call and that no shell has built in. */
const PROGRAMS =
  'base64 cat chmod chown cp date dirname getfattr grep head id ln logger ls lsattr mkdir mkfifo mv printf readlink rm rmdir sed setfattr setsid sha256sum sleep sort stat sync systemctl systemd-run tail timeout touch tr true uname'.split(
    ' ',
  );

/**
 * Puts a program of ours in the place of each that the scripts of `real` call: it counts, and kills the script's process group
 * (all of its session, but not what waits to undo it) when its turn has come, and its own, which is another below timeout(1).
 */
export function crashHost(real: HostShell, directory: string): CrashHost {
  const farm = `${directory}/farm`;
  mkdirSync(farm, { recursive: true });
  for (const name of PROGRAMS) {
    const path = real.path
      .split(':')
      .map((bin) => `${bin}/${name}`)
      .find((candidate) => existsSync(candidate));
    if (path === undefined) continue;
    writeFileSync(`${farm}/${name}`, wrapper(path, directory));
    chmodSync(`${farm}/${name}`, 0o755);
  }
  writeFileSync(`${directory}/hook`, '');
  const host: CrashHost = {
    shell: { shell: real.shell, path: farm, state: real.state, units: real.units },
    arm({ at, when }) {
      writeFileSync(`${directory}/count`, '');
      writeFileSync(`${directory}/plan`, `${at} ${when}\n`);
    },
    calls: () => readFileSync(`${directory}/count`, 'utf8').length,
    stalled: () => existsSync(`${directory}/stalled`),
    at: (text) => writeFileSync(`${directory}/hook`, text),
  };
  host.arm({ at: 0, when: 'before' });
  return host;
}

/** Programs of one pipeline may count the same number: each is killed, but one stops all, or they would be stopped again when they go on. */
function wrapper(path: string, directory: string): string {
  return `#!/bin/dash
printf x >>'${directory}/count'
read -r so_far <'${directory}/count'
n=\${#so_far}
read -r at when <'${directory}/plan'
[ ! -s '${directory}/hook' ] || . '${directory}/hook'
end() { read -r pid name state parent group session rest </proc/$$/stat; [ "$group" = "$session" ] || kill "$1" "-$session" 2>/dev/null; kill "$1" 0; }
[ "$n $when" != "$at before" ] || end -KILL
[ "$n $when" != "$at stall" ] || ! (set -C; true >'${directory}/stalled') 2>/dev/null || end -STOP
[ "$n $when" = "$at after" ] || exec '${path}' "$@"
'${path}' "$@"
end -KILL
`;
}

/** Names beside a target, and below the record, that a transaction leaves while it is not settled. */
export function leftovers(directory: string, state: string): readonly string[] {
  const beside = readdirSync(directory).filter((name) => name.startsWith('.rb.'));
  const lock = existsSync(`${state}/lock`) ? readdirSync(`${state}/lock`).filter((name) => name !== 'free') : [];
  const fresh = existsSync(`${state}/tx`) ? readdirSync(`${state}/tx`).filter((name) => name.startsWith('new.')) : [];
  return [...beside, ...lock.map((name) => `lock/${name}`), ...fresh.map((name) => `tx/${name.slice(0, 8)}`)];
}
