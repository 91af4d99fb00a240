import { execFile, execFileSync } from 'node:child_process';

/** Runs a program to its end; its output, or an error that holds what it said. Output up to 64 MiB. */
export function run(
  program: string,
  args: readonly string[],
  options: { readonly input?: string; readonly env?: Record<string, string> } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, [...args], { maxBuffer: 1 << 26, env: { ...process.env, ...options.env } }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${program} ${args.join(' ')}: ${error.message}\n${stderr}`));
      else resolve(stdout);
    });
    // A program that reads nothing may be gone before this arrives.
    child.stdin?.on('error', () => {});
    child.stdin?.end(options.input ?? '');
  });
}

/** What is missing on this machine for the test fleet; undefined when all is there. Tests that need it name this as the reason for a skip. */
export function fleetIsMissing(): string | undefined {
  if (process.getuid?.() !== 0) return 'needs root';
  const programs = ['systemd-nspawn', 'mmdebstrap', 'ip', 'ssh-keygen'];
  const missing = programs.filter((program) => !onPath(program));
  return missing.length > 0 ? `needs ${missing.join(', ')}` : undefined;
}

/** True when a program is found in PATH. */
export function onPath(program: string): boolean {
  try {
    execFileSync('/bin/sh', ['-c', 'command -v "$1" >/dev/null', 'sh', program]);
    return true;
  } catch {
    return false;
  }
}
