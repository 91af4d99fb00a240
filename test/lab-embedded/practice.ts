import { createHash } from 'node:crypto';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2, { type Client, type ClientChannel } from 'ssh2';
import { afterAll } from 'vitest';
import { type LabHandle, labUp } from '../../src/lab/lab-up.ts';

/** What a command printed and how it ended. */
export interface Said {
  readonly code: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

const atEnd: (() => void | Promise<void>)[] = [];
afterAll(async () => {
  for (const undo of atEnd.toReversed()) await undo();
});

/** A new directory, removed after the file's tests. */
export function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), 'runbook-lab-'));
  atEnd.push(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

const trial = await labUp({ stateDir: scratch(), ports: 'any' });
const refusal = trial.ok ? undefined : trial.failure.message;
if (trial.ok) await trial.value.close();

/** Why no practice host can be entered on this machine; undefined where it can. Tests that need one are skipped by it. */
export const noPractice = refusal;

/** A fleet of the test's own, ended after the file's tests. */
export async function practice(): Promise<LabHandle> {
  const lab = await labUp({ stateDir: scratch(), ports: 'any' });
  if (!lab.ok) throw new Error(lab.failure.message);
  atEnd.push(() => lab.value.close());
  return lab.value;
}

/** What is needed to log in to a fleet. */
export type Reachable = Pick<LabHandle, 'paths' | 'ports'>;

/** Logs in to a host of a fleet. */
export function login(lab: Reachable, host: string, more: ssh2.ConnectConfig = {}): Promise<Client> {
  const client = new ssh2.Client();
  return new Promise((resolve, reject) => {
    client.on('ready', () => {
      client.setNoDelay(true);
      resolve(client);
    });
    client.on('error', reject);
    const key = more.password === undefined ? { privateKey: readFileSync(lab.paths.clientKey) } : {};
    client.connect({ host: '127.0.0.1', port: lab.ports[host] ?? 0, username: 'root', ...key, ...more });
  });
}

/** Begins a command. */
export function begin(client: Client, command: string): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    client.exec(command, (error, channel) => (error === undefined ? resolve(channel) : reject(error)));
  });
}

/** Waits for a command's end. */
export function ended(channel: ClientChannel): Promise<Said> {
  let [stdout, stderr] = ['', ''];
  let [code, signal]: [number | undefined, string | undefined] = [undefined, undefined];
  channel.on('data', (bytes: Buffer) => {
    stdout += bytes.toString('latin1');
  });
  channel.stderr.on('data', (bytes: Buffer) => {
    stderr += bytes.toString('latin1');
  });
  channel.on('exit', (status: number | null, name?: string) => {
    code = status ?? undefined;
    signal = name;
  });
  return new Promise((resolve) => channel.on('close', () => resolve({ code, signal, stdout, stderr })));
}

/** Runs one command in a host over a connection of its own. */
export async function ask(lab: Reachable, host: string, command: string, input = ''): Promise<Said> {
  const client = await login(lab, host);
  try {
    const channel = await begin(client, command);
    const said = ended(channel);
    channel.end(input);
    return await said;
  } finally {
    client.end();
  }
}

/** Every path below a directory with its kind, mode, size, modification time and digest: one line each. */
export function snapshot(directory: string): readonly string[] {
  return readdirSync(directory, { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(directory, entry.name);
      const stat = lstatSync(path);
      const what = entry.isSymbolicLink() ? readlinkSync(path) : entry.isFile() ? digest(readFileSync(path)) : '';
      return [`${path} ${stat.mode.toString(8)} ${stat.mtimeMs} ${what}`, ...(entry.isDirectory() ? snapshot(path) : [])];
    });
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
