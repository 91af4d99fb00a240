import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';

/** An ssh-agent of its own. */
export interface Agent {
  readonly socket: string;
  stop(): Promise<void>;
}

/** Starts an agent that holds the given private keys, in that order. */
export async function startAgent(keys: readonly string[]): Promise<Agent> {
  const directory = mkdtempSync(join(tmpdir(), 'runbook-agent-'));
  const socket = join(directory, 'socket');
  const child = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
  await vi.waitUntil(() => existsSync(socket), { timeout: 10_000, interval: 10 });
  for (const key of keys) execFileSync('ssh-add', ['-q', key], { env: { ...process.env, SSH_AUTH_SOCK: socket }, stdio: 'ignore' });
  return {
    socket,
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
