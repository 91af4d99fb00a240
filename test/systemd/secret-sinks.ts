import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { type Finished, runbook } from '../lab/command-line.ts';
import type { SystemdHost } from '../lab/systemd-host.ts';

/** A secret as it is, and as text that is passed on may hold it. */
function spellings(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  return [
    secret,
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('hex'),
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    secret.replaceAll("'", "'\\''"),
  ];
}

/** All that is said, kept and logged around a host, and a look for secrets in it. */
export class SecretSinks {
  readonly #texts = new Map<string, string>();
  readonly #state: string;

  /** `state`: the state directory of all runs. */
  constructor(state: string) {
    this.#state = state;
  }

  get size(): number {
    return this.#texts.size;
  }

  add(sink: string, text: string): void {
    this.#texts.set(sink, text);
  }

  /** Runs a command, and keeps both its streams. */
  async said(name: string, ...args: readonly string[]): Promise<Finished> {
    const finished = await runbook([...args, '--state-dir', this.#state]);
    this.add(`${name}: standard output`, finished.out);
    this.add(`${name}: standard error`, finished.err);
    return finished;
  }

  /** Every run told as every report; fails for one that cannot be. */
  async reports(): Promise<void> {
    const runs = await this.said('runs', 'runs', '--json');
    await this.said('runs as a table', 'runs', '-v');
    for (const { run } of JSON.parse(runs.out) as { readonly run: string }[]) {
      for (const format of ['md', 'html', 'json', 'junit']) {
        const { code, err } = await this.said(`report of ${run} as ${format}`, 'report', run, '--format', format);
        if (code !== 0) throw new Error(err);
      }
    }
  }

  /** What lies below the state directory, with the names: all but what runs keep of contents of files, or just that. */
  kept(which: 'records' | 'contents'): void {
    const files = readdirSync(this.#state, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    for (const { parentPath, name } of files) {
      const isContents = parentPath.split(sep).includes('contents');
      const path = join(parentPath, name);
      if (isContents === (which === 'contents')) this.add(path, `${path}\n${readFileSync(path, 'latin1')}`);
    }
  }

  /** The host's own log, its record and the names of its files. */
  async onHost(host: SystemdHost): Promise<void> {
    this.add("the host's log", await host.exec('journalctl', '--no-pager', '-o', 'json', '--all'));
    this.add("the host's record", await host.exec('/bin/sh', '-c', 'cd /var/lib/runbook && find . -type f -exec cat {} +; find .'));
    this.add('file names on the host', await host.exec('find', '/etc', '/tmp', '/var', '-xdev'));
  }

  /** Where a secret is, and in which spelling by its number. */
  hits(secret: string): readonly string[] {
    return [...this.#texts].flatMap(([sink, text]) =>
      spellings(secret).flatMap((form, k) => (text.includes(form) ? [`${sink} (${k})`] : [])),
    );
  }
}
