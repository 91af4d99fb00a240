import { readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isJsonObject } from '../domain/json.ts';
import type { Enterable, NamespaceMode } from './namespace.ts';

/** Paths of a practice fleet; all of it lies below one directory. */
export interface LabPaths {
  readonly stateDir: string;
  /** Tells that the directory is a practice fleet's: without it nothing in there is ever removed. */
  readonly marker: string;
  readonly record: string;
  readonly log: string;
  /** The private key that may log in to every host. */
  readonly clientKey: string;
  /** Host keys, one a host and port. */
  readonly knownHosts: string;
  /** A copy of inventories/lab.yaml with this fleet's own paths and ports. */
  readonly inventory: string;
  /** Holds one tree a host. */
  readonly hosts: string;
  /** Holds one table of mounts a host. */
  readonly tables: string;
}

/** Where the fleet is kept unless told otherwise: `$XDG_STATE_HOME/runbook/lab`. */
export function defaultLabDir(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const base = env['XDG_STATE_HOME'];
  return join(base?.startsWith('/') ? base : join(homedir(), '.local/state'), 'runbook/lab');
}

/** Names the files of a fleet. */
export function labPaths(stateDir: string): LabPaths {
  const at = (name: string): string => join(stateDir, name);
  return {
    stateDir,
    marker: at('practice-fleet'),
    record: at('record.json'),
    log: at('practice-fleet.log'),
    clientKey: at('client_key'),
    knownHosts: at('known_hosts'),
    inventory: at('inventory.yaml'),
    hosts: at('hosts'),
    tables: at('tables'),
  };
}

/** The practice host of that name, as commands are run in it. */
export function enterable(paths: LabPaths, name: string): Enterable {
  return { name, tree: join(paths.hosts, name), table: join(paths.tables, name) };
}

/** Who serves a fleet, so that only that process is ever ended. */
export interface LabRecord {
  readonly pid: number;
  /** Clock ticks after boot at which the process began (proc(5), stat, field 22): a pid alone may be another's by now. */
  readonly startTime: string;
  /** It serves the fleet and does nothing else. */
  readonly detached: boolean;
  readonly mode: NamespaceMode;
  readonly ports: Readonly<Record<string, number>>;
}

/** When a process began; undefined when there is none. */
export function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie has ended; only its parent has not looked yet.
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** Writes down that this process serves the fleet. */
export function writeRecord(paths: LabPaths, record: Omit<LabRecord, 'pid' | 'startTime'>): void {
  const whole: LabRecord = { pid: process.pid, startTime: startTimeOf(process.pid) ?? '', ...record };
  writeFileSync(paths.record, `${JSON.stringify(whole)}\n`, { mode: 0o600 });
}

/** Who serves the fleet; undefined when nobody does (any more). */
export function readLiveRecord(paths: LabPaths): LabRecord | undefined {
  const record = readRecord(paths);
  return record !== undefined && startTimeOf(record.pid) === record.startTime ? record : undefined;
}

function readRecord(paths: LabPaths): LabRecord | undefined {
  let found: unknown;
  try {
    found = JSON.parse(readFileSync(paths.record, 'utf8'));
  } catch {
    return undefined;
  }
  if (!isJsonObject(found)) return undefined;
  const { pid, startTime, detached, mode, ports } = found;
  if (typeof pid !== 'number' || typeof startTime !== 'string' || !isJsonObject(ports)) return undefined;
  const numbers = Object.entries(ports).flatMap(([name, port]) => (typeof port === 'number' ? [[name, port] as const] : []));
  return { pid, startTime, detached: detached === true, mode: mode === 'root' ? 'root' : 'user', ports: Object.fromEntries(numbers) };
}
