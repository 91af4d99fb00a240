import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { Target } from '../../src/domain/transport.ts';

const PROGRAM = fileURLToPath(new URL('hostile-hosts.ts', import.meta.url));

/** A hostile host in a process of its own, until the test ends. Its password is `sesame`, by the name `login`. */
export async function startHostile(mode: string): Promise<Target> {
  const child = spawn(process.execPath, [PROGRAM, mode], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  onTestFinished(async () => {
    if (child.connected) child.disconnect();
    await ended;
  });
  return new Promise((resolve, reject) => {
    child.once('message', (target) => resolve(target as Target));
    child.once('exit', (code) => reject(new Error(`the hostile host ended with ${code}`)));
  });
}
