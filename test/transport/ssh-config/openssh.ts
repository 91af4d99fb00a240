import { execFile, spawnSync } from 'node:child_process';

/** What a run of ssh prints. */
export interface Printed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Why the real ssh cannot be asked here, or undefined where it can: only 9.2 is an oracle for 9.2. */
export function missingOpenSsh(): string | undefined {
  const { stderr, error } = spawnSync('ssh', ['-V'], { encoding: 'utf8' });
  if (error !== undefined) return 'ssh is not installed';
  return /^OpenSSH_9\.2p1 Debian/.test(stderr) ? undefined : `ssh is ${stderr.trim()}, not OpenSSH 9.2 of Debian 12`;
}

/** Runs ssh with an environment of its own. */
export function ssh(parameters: readonly string[], env: Readonly<Record<string, string>>): Promise<Printed> {
  return new Promise((resolve) => {
    const child = execFile('ssh', parameters, { env, encoding: 'utf8', timeout: 20_000 }, (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : Number(error !== null);
      resolve({ code, stdout, stderr });
    });
    child.stdin?.end();
  });
}

/** The lines of `ssh -G`, by keyword; those of a keyword that has several, in order. */
export function dumpOf(stdout: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const line of stdout.split('\n').filter((text) => text !== '')) {
    const [, keyword = '', value = ''] = /^(\S+) ?(.*)$/s.exec(line) ?? [];
    found.set(keyword.toLowerCase(), [...(found.get(keyword.toLowerCase()) ?? []), value]);
  }
  return found;
}

/** The place of the first fault that ssh finds, as `file:line`; undefined when it names none. Lines that it passes over are no faults. */
export function faultOf(stderr: string): string | undefined {
  const lines = stderr
    .split('\n')
    .filter((line) => !/: Unsupported option "|Deprecated option/.test(line) && !/ line \d+: Unsupported option "/.test(line));
  const [, file, number] = lines.map((line) => /^(\S+?):? line (\d+)[:. ]/.exec(line)).find((match) => match !== null) ?? [];
  return file === undefined || number === undefined ? undefined : `${file}:${number}`;
}
