import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Seat } from '../ui/seat.ts';
import type { World } from './world.ts';

/** The process at its terminal. Keys come only where both sides are terminals, and never while it is in the background. */
export function seatOf({ terminal: { input, output } }: World): Seat {
  let heard: ((text: string) => void) | undefined;
  const take = (data: Buffer) => heard?.(data.toString('utf8'));
  const deaf = () => {
    if (!heard) return;
    heard = undefined;
    input.removeListener('data', take);
    input.pause();
    raw(input, false);
    // A question that comes later keeps the process waiting for its answer again.
    input.ref();
  };
  return {
    now: () => Date.now(),
    isForeground,
    listen(by) {
      if (!input.isTTY || !output.isTTY || !raw(input, true)) return false;
      heard = by;
      input.on('data', take);
      input.resume();
      // Nobody has to press a key for a run to end.
      input.unref();
      return true;
    },
    deaf,
    // As the terminal does it: to all that run together in it.
    send: (signal) => void process.kill(0, signal),
    attend(leaving, back) {
      const suspend = () => {
        leaving();
        process.kill(process.pid, 'SIGSTOP');
      };
      // Nothing of Node runs at the end that the kernel puts to it, and a terminal would stay as it is.
      const quit = () => {
        leaving();
        process.off('SIGQUIT', quit);
        process.kill(process.pid, 'SIGQUIT');
      };
      process.on('SIGTSTP', suspend);
      process.on('SIGQUIT', quit);
      process.on('SIGCONT', back);
      process.on('exit', leaving);
      return () => {
        process.off('SIGTSTP', suspend);
        process.off('SIGQUIT', quit);
        process.off('SIGCONT', back);
        process.off('exit', leaving);
      };
    },
  };
}

/** False where the terminal has gone. */
function raw(input: World['terminal']['input'], on: boolean): boolean {
  try {
    input.setRawMode(on);
    return true;
  } catch {
    return false;
  }
}

/**
 * Whether the terminal is this process's. A process in the background that sets a terminal's mode is stopped by the kernel (SIGTTOU,
 * termios(3)), in the middle of its run. /proc/self/stat is `PID (NAME) STATE PPID PGRP SESSION TTY TPGID …` (proc(5)).
 */
function isForeground(): boolean {
  try {
    if (process.platform === 'linux') {
      const [, , group, , , foreground] = readFileSync('/proc/self/stat', 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ');
      return group === foreground;
    }
    return execFileSync('ps', ['-o', 'stat=', '-p', String(process.pid)], { encoding: 'utf8' }).includes('+');
  } catch {
    return false;
  }
}
