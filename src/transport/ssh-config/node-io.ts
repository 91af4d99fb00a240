import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, lstat, open, readdir } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import type { ConfigFile, SshConfigIo } from './io.ts';

/** This machine as ssh sees it. `env` is the environment of the process. Throws where there is no user of the process's id. */
export function nodeSshConfigIo(env: Readonly<Record<string, string | undefined>>): SshConfigIo {
  const { username, uid, homedir } = userInfo();
  return {
    user: { name: username, uid, home: homedir },
    hostName: hostname(),
    env,
    read,
    list: (directory) => readdir(directory).catch(() => []),
    exists: (path) =>
      lstat(path).then(
        () => true,
        () => false,
      ),
    execute: (shell, command) => execute(shell, command, env),
  };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

async function read(path: string): Promise<ConfigFile | { readonly problem: string } | undefined> {
  try {
    await using file = await open(path, 'r');
    const { uid, gid, mode } = await file.stat();
    const bytes = await file.readFile().catch((error: unknown) => {
      if (codeOf(error) === 'EISDIR') return Buffer.alloc(0);
      throw error;
    });
    return { text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes), uid, gid, mode };
  } catch (error) {
    const code = codeOf(error);
    return code === 'ENOENT' || code === 'ENOTDIR' ? undefined : { problem: code };
  }
}

async function execute(shell: string, command: string, env: Readonly<Record<string, string | undefined>>): Promise<number | undefined> {
  const isExecutable = await access(shell, constants.X_OK).then(
    () => true,
    () => false,
  );
  if (!isExecutable) return undefined;
  return new Promise((resolve) => {
    const child = spawn(shell, ['-c', command], { stdio: 'ignore', env: { ...env } });
    child.once('error', () => resolve(undefined));
    child.once('exit', (code) => resolve(code ?? undefined));
  });
}
