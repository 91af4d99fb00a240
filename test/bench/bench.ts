import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type CountingProxy, startCountingProxy } from '../ssh/counting-proxy.ts';
import { aloneTable } from './alone.ts';
import { BenchFleet, type BenchHost } from './bench-fleet.ts';
import { type Measured, measure } from './measure.ts';
import { type Errand, isMissing, PEERS, type Peer } from './peers.ts';
import { SAFETY_HOSTS, safetyTable } from './safety.ts';
import { type Row, tableOf, writeInto } from './table.ts';

// npm run bench -- [--hosts 1,10] [--rounds 3] [--peers floor,plan,apply] [--rtt 0,50,200] [--alone] [--safety] [--write]
// Without any of them: all. `--alone`: no fleet, and only what this machine does by itself. `--safety`: only what safety costs, on 100 hosts. `--write`: puts the tables into docs/benchmarks.md.
const { values } = parseArgs({
  options: {
    hosts: { type: 'string', default: '1,10,50,200,2000' },
    rounds: { type: 'string', default: '3' },
    peers: { type: 'string', default: PEERS.map(({ name }) => name).join(',') },
    rtt: { type: 'string', default: '0,50,200' },
    alone: { type: 'boolean', default: false },
    safety: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const numbers = (text: string) => text.split(',').map(Number);
const sizes = numbers(values.hosts);
/** So many hosts are looked at through a delay: it is one process that carries all of it. */
const FEW = 10;
/** So many real hosts there are; where more are asked for, each has several names, and only looking at it can be measured. */
const REAL = 200;

const wanted = new Set(values.peers.split(','));
const peers = PEERS.filter(({ name }) => wanted.has(name));
for (const peer of peers) {
  const why = isMissing(peer);
  if (why !== undefined) process.stderr.write(`${peer.name} is left out: ${why}\n`);
}
const present = peers.filter((peer) => isMissing(peer) === undefined);

process.stderr.write(`load before: ${loadavg()[0]?.toFixed(1)}\n`);
const alone = values.safety ? '' : await aloneTable(Number(values.rounds));
const rows: Row[] = [];
let safety = '';
if (!values.alone) {
  await using fleet = await BenchFleet.up(values.safety ? SAFETY_HOSTS : Math.min(REAL, Math.max(...sizes)));
  for (const count of values.safety ? [] : sizes) {
    for (const rtt of numbers(values.rtt).filter((ms) => ms === 0 || count <= FEW)) rows.push(...(await compared(fleet, count, rtt)));
  }
  if (fleet.hosts.length >= SAFETY_HOSTS) safety = await safetyTable(fleet, Number(values.rounds));
}
const figures = [tableOf(rows), titled('What safety costs', safety), titled('Without a host', alone)]
  .filter((part) => part !== '')
  .join('\n\n');
process.stdout.write(`${figures}\n`);
if (values.write) writeInto(join(import.meta.dirname, '../../docs/benchmarks.md'), figures);

function titled(title: string, table: string): string {
  return table === '' ? '' : `### ${title}\n\n${table}`;
}

/** Runs all tools in turn, again and again, so that what else this machine does meets all of them. */
async function compared(fleet: BenchFleet, count: number, rttMs: number): Promise<readonly Row[]> {
  const real = Math.min(count, fleet.hosts.length);
  const hosts = Array.from({ length: count }, (_, n) => named(fleet, n)).flatMap((host) => host ?? []);
  const tools = count > real ? present.filter(({ looks }) => looks) : present;
  const proxies =
    rttMs === 0 ? [] : await Promise.all(hosts.map((host) => startCountingProxy(host.port, { host: host.address, delayMs: rttMs / 2 })));
  const reached = proxies.length === 0 ? hosts : hosts.map((host, n) => ({ ...host, address: '127.0.0.1', port: proxies[n]?.port ?? 0 }));
  const knownHosts = knownAs(fleet, hosts, reached);
  const runs = new Map<Peer, Measured[]>(tools.map((peer) => [peer, []]));
  const sent = new Map<Peer, number>();
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const peer of tools) {
      fleet.break(real);
      const work = mkdtempSync(join(fleet.directory, 'work-'));
      mkdirSync(join(work, 'state'));
      const before = bytesOf(proxies);
      const errand: Errand = { hosts: reached, key: fleet.key, knownHosts, work };
      const measured = await measure(peer.argv(errand), peer.env?.(errand));
      sent.set(peer, (bytesOf(proxies) - before) / count);
      check(peer, measured, fleet.fixed(real), real);
      runs.get(peer)?.push(measured);
      process.stderr.write(`${peer.name} N=${count} RTT ${rttMs}: ${measured.wallS.toFixed(2)} s, CPU ${measured.cpuS.toFixed(2)} s\n`);
      rmSync(work, { recursive: true, force: true });
    }
  }
  await Promise.all(proxies.map((proxy) => proxy.close()));
  return tools.map((peer) => ({ peer, count, rttMs, runs: runs.get(peer) ?? [], bytes: sent.get(peer) ?? 0 }));
}

/** The host of a number, under a name of its own. */
function named({ hosts }: BenchFleet, n: number): BenchHost | undefined {
  const host = hosts[n % hosts.length];
  return host && { ...host, name: n < hosts.length ? host.name : `n${n + 1}` };
}

/** A run that did not do the job is no measurement. */
function check({ name, looks }: Peer, { code, said }: Measured, fixed: number, count: number): void {
  const expected = looks ? 0 : count;
  if (code === 0 && fixed === expected) return;
  throw new Error(`${name} ended with ${code}, and ${fixed} of ${count} hosts are fixed:\n${said}`);
}

function bytesOf(proxies: readonly CountingProxy[]): number {
  return proxies.reduce((sum, proxy) => sum + proxy.bytes(), 0);
}

/** known_hosts for the addresses by which hosts are reached. */
function knownAs(fleet: BenchFleet, hosts: readonly BenchHost[], reached: readonly BenchHost[]): string {
  const keys = readFileSync(fleet.knownHosts, 'utf8').split('\n');
  const path = join(fleet.directory, 'known_hosts.reached');
  const lines = hosts.map((host, n) => {
    const key = keys.find((line) => line.startsWith(`[${host.address}]:`))?.replace(/^\S+ /, '') ?? '';
    return `[${reached[n]?.address}]:${reached[n]?.port} ${key}\n`;
  });
  writeFileSync(path, lines.join(''));
  return path;
}
