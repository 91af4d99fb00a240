import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Failure, fail, ok, type Result } from '../domain/failure.ts';
import { LAB_HOSTS, type LabHost } from './fleet.ts';
import { buildHostTree, type Mount } from './host-tree.ts';
import { labInventory } from './lab-inventory.ts';
import { defaultLabDir, enterable, type LabPaths, labPaths, readLiveRecord, writeRecord } from './lab-state.ts';
import { type LoginServer, startLoginServer } from './login-server.ts';
import { canEnter, modesToTry, type NamespaceMode, runInHost, writeMountTable } from './namespace.ts';
import { newKey } from './new-key.ts';

/** How a fleet is brought up. */
export interface LabOptions {
  /** Default: `$XDG_STATE_HOME/runbook/lab`. */
  readonly stateDir?: string;
  /** `usual`: those of inventories/lab.yaml, the default; `any`: free ones, so that several fleets can be up. */
  readonly ports?: 'usual' | 'any';
  /** This process serves the fleet and does nothing else; it may be ended by `labDown`. */
  readonly detached?: boolean;
}

/** A practice fleet that this process serves. */
export interface LabHandle {
  readonly paths: LabPaths;
  /** Host name to port on 127.0.0.1. */
  readonly ports: Readonly<Record<string, number>>;
  /** Ends the servers and every command begun through them, and removes the hosts. */
  close(): Promise<void>;
}

/** Port of each host, and host keys as known_hosts lines. */
interface Served {
  readonly servers: readonly LoginServer[];
  readonly ports: Readonly<Record<string, number>>;
  readonly knownHosts: string;
}

/**
 * Builds five new, healthy hosts and serves them until `close`. Fails with `refused` when a fleet is up there or a port is taken,
 * `missing-program` without util-linux, `permission-denied` where the system grants no mount namespace.
 */
export async function labUp(options: LabOptions = {}): Promise<Result<LabHandle>> {
  if (process.platform !== 'linux')
    return fail('refused', 'the practice fleet needs Linux', { hint: 'run it in a container or a virtual machine' });
  const paths = labPaths(options.stateDir ?? defaultLabDir());
  const live = readLiveRecord(paths);
  if (live !== undefined) return fail('refused', `a practice fleet is up already (process ${live.pid})`, { hint: 'runbook lab down' });
  const mode = await buildFleet(paths);
  if (!mode.ok) return mode;
  const served = await serve(paths, mode.value, options.ports ?? 'usual');
  if (!served.ok) return served;
  const { servers, ports, knownHosts } = served.value;
  writeFileSync(paths.knownHosts, knownHosts, { mode: 0o600 });
  writeFileSync(paths.inventory, labInventory({ ...paths, ports }), { mode: 0o600 });
  writeRecord(paths, { detached: options.detached === true, mode: mode.value, ports });
  return ok({ paths, ports, close: () => close(paths, servers) });
}

async function close(paths: LabPaths, servers: readonly LoginServer[]): Promise<void> {
  await Promise.all(servers.map((server) => server.close()));
  removeFleet(paths);
}

/** Removes all that a fleet left, save the log. A directory without the marker is another's, and is not touched. */
export function removeFleet(paths: LabPaths): void {
  if (!existsSync(paths.marker)) return;
  for (const path of contents(paths)) rmSync(path, { recursive: true, force: true });
  rmSync(paths.marker, { force: true });
}

function contents(paths: LabPaths): readonly string[] {
  return [paths.record, paths.clientKey, paths.knownHosts, paths.inventory, paths.hosts, paths.tables];
}

/** Makes the directory a practice fleet's, unless it holds other things under the same names. */
function claim(paths: LabPaths): Result<void> {
  removeFleet(paths);
  const foreign = contents(paths).find((path) => existsSync(path));
  if (foreign !== undefined)
    return fail('refused', `${foreign} is there and not of a practice fleet`, { hint: 'choose another directory' });
  try {
    mkdirSync(paths.stateDir, { recursive: true, mode: 0o700 });
    writeFileSync(paths.marker, '');
    for (const directory of [paths.hosts, paths.tables]) mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    return fail('permission-denied', `the practice fleet cannot be kept in ${paths.stateDir}: ${String(error)}`);
  }
  return ok(undefined);
}

/** Lays out the hosts and starts their units; the result is how they are entered. */
async function buildFleet(paths: LabPaths): Promise<Result<NamespaceMode>> {
  const claimed = claim(paths);
  if (!claimed.ok) return claimed;
  const mounts = new Map(LAB_HOSTS.map((host) => [host.name, buildHostTree(host, join(paths.hosts, host.name), paths.hosts)]));
  const mode = await chooseMode(paths, mounts);
  if (!mode.ok) {
    removeFleet(paths);
    return mode;
  }
  const booted = await Promise.all(LAB_HOSTS.map((host) => boot(paths, host, mode.value)));
  const broken = booted.find((failure) => failure !== undefined);
  return broken === undefined ? mode : { ok: false, failure: broken };
}

async function chooseMode(paths: LabPaths, mounts: ReadonlyMap<string, readonly Mount[]>): Promise<Result<NamespaceMode>> {
  let refused: Result<NamespaceMode> = fail('permission-denied', 'no way into a practice host');
  for (const mode of modesToTry()) {
    for (const [name, table] of mounts) writeMountTable(join(paths.tables, name), table, mode);
    const entered = await canEnter(enterable(paths, LAB_HOSTS[0]?.name ?? ''), mode);
    if (entered.ok) return ok(mode);
    refused = entered;
  }
  return refused;
}

/** Three hours up, as far as this machine has been up that long. */
async function boot(paths: LabPaths, host: LabHost, mode: NamespaceMode): Promise<Failure | undefined> {
  const ran = await runInHost(enterable(paths, host.name), mode, 'systemctl start containerd ssh kubelet', { LAB_STARTED_AGO: '10800' });
  if (ran.code === 0) return undefined;
  return { code: 'command-failed', message: `practice host ${host.name} did not start: ${ran.stderr.trim()}` };
}

async function serve(paths: LabPaths, mode: NamespaceMode, ports: 'usual' | 'any'): Promise<Result<Served>> {
  const client = newKey('runbook lab');
  writeFileSync(paths.clientKey, client.privateText, { mode: 0o600 });
  const starting = LAB_HOSTS.map(async (host) => {
    const key = newKey(host.name);
    const port = ports === 'usual' ? host.port : 0;
    const server = await startLoginServer({
      host: enterable(paths, host.name),
      mode,
      hostKey: key.privateText,
      clientKey: client.parsed,
      port,
    });
    const known = `[127.0.0.1]:${server.port} ${key.publicText}\n`;
    return { name: host.name, server, known };
  });
  const settled = await Promise.allSettled(starting);
  const started = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  if (started.length < settled.length) {
    await close(
      paths,
      started.map((each) => each.server),
    );
    const reason = settled.find((each) => each.status === 'rejected')?.reason;
    return fail('refused', `a practice host cannot listen on its port: ${String(reason)}`, {
      hint: 'another program has it; end that, or ask what it is with `ss -ltnp`',
    });
  }
  return ok({
    servers: started.map((each) => each.server),
    ports: Object.fromEntries(started.map((each) => [each.name, each.server.port])),
    knownHosts: started.map((each) => each.known).join(''),
  });
}
