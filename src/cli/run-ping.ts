import type { Fleet, Probe } from '../domain/access.ts';
import type { OverSsh } from '../domain/event.ts';
import { HostFault } from '../domain/failure.ts';
import type { Host } from '../domain/host.ts';
import { NEEDED_TOOLS, WANTED_TOOLS } from '../remote/tools.ts';
import { hanging } from '../ui/page.ts';
import { showChecked } from '../ui/show-checks.ts';
import { type Pinged, type PingRow, type Pong, pingExitCode, pingReport } from '../views/ping-report.ts';
import { connect, withoutSecrets } from './connect.ts';
import type { TargetOptions } from './options.ts';
import { type Screen, screenOf } from './screen.ts';
import { chooseByPattern } from './targets.ts';
import type { World } from './world.ts';

/** `ping`: 3 when a host that was reached cannot be changed, 4 when one was not reached and none is so, else 0. */
export async function runPing(world: World, pattern: string | undefined, options: TargetOptions): Promise<number> {
  const screen = screenOf(world, options);
  const chosen = await chooseByPattern(world, screen, options, pattern);
  if (!chosen.ok) return screen.refuse(chosen.failure);
  const { fleet, overSsh, close } = await connect(world, options, screen, chosen.value.inventory, chosen.value.hosts);
  let pinged: readonly Pinged[];
  try {
    pinged = await Promise.all(chosen.value.hosts.map((host) => ping(fleet, withoutSecrets(host))));
  } finally {
    await close();
  }
  const rows = pingReport(pinged);
  if (options.json) screen.data(rows.map((row) => ({ ...row, ...factsOf(pinged, row), ...wayOf(overSsh, row) })));
  else screen.print(pageOf(screen, rows, pinged));
  return pingExitCode(rows);
}

async function ping(fleet: Fleet, host: Host): Promise<Pinged> {
  try {
    return { host: host.name, pong: await pong(fleet, host) };
  } catch (error) {
    if (!(error instanceof HostFault)) throw error;
    return { host: host.name, failure: error.failure };
  } finally {
    await fleet.close(host);
  }
}

async function pong(fleet: Fleet, host: Host): Promise<Pong> {
  const begun = performance.now();
  const reader = await fleet.read(host);
  const [asked, askedAt] = [performance.now(), Date.now()];
  const look = `for t in ${[...NEEDED_TOOLS, ...WANTED_TOOLS].join(' ')}; do command -v $t >/dev/null 2>&1 || echo $t; done`;
  const [facts, lock, date, room, tools] = await Promise.all([
    reader.facts(),
    reader.lock(),
    reader.probe(['date', '+%s']),
    reader.probe(['df', '-P', '-k', '/var/lib']),
    reader.probe(['sh', '-c', look]),
  ]);
  const now = performance.now();
  const there = Number(textOf(date).trim());
  const absent = textOf(tools).split('\n');
  const freeKiB = Number(textOf(room).trim().split('\n').at(-1)?.split(/\s+/)[3]);
  return {
    facts,
    tookMs: Math.round(now - begun),
    // The host read its clock somewhere between question and answer, and tells whole seconds.
    ...(there > 0 ? { skewMs: Math.round(there * 1_000 + 500 - (askedAt + (now - asked) / 2)) } : {}),
    ...(Number.isFinite(freeKiB) ? { freeKiB } : {}),
    missing: { needed: NEEDED_TOOLS.filter((tool) => absent.includes(tool)), wanted: WANTED_TOOLS.filter((tool) => absent.includes(tool)) },
    ...(lock ? { lock } : {}),
  };
}

function textOf({ stdout }: Probe): string {
  return Buffer.from(stdout).toString('utf8');
}

function factsOf(pinged: readonly Pinged[], { host }: PingRow): Partial<Pong> {
  const one = pinged.find((each) => each.host === host);
  return one && 'pong' in one ? one.pong : {};
}

/** What has a host go over the `ssh` of this machine. */
function wayOf(overSsh: readonly OverSsh[], { host }: PingRow): { readonly overSsh?: Omit<OverSsh, 'hosts'> } {
  const group = overSsh.find(({ hosts }) => hosts.includes(host));
  return group === undefined ? {} : { overSsh: { what: group.what, at: group.at } };
}

/** Ill hosts by themselves, and one line for all that are fit. */
function pageOf({ out }: Screen, rows: readonly PingRow[], pinged: readonly Pinged[]): readonly string[] {
  const { style, symbols } = out;
  const lines = rows.filter((row) => row.findings.length > 0).flatMap((row) => showChecked(out, row.host, row));
  const fit = rows.filter(({ findings }) => findings.length === 0);
  if (fit.length > 0) {
    const slowest = Math.max(...fit.map(({ host }) => factsOf(pinged, { host, reached: true, findings: [] }).tookMs ?? 0));
    const names = fit.map(({ host }) => host).join(', ');
    const text = `${fit.length} of ${rows.length} can be changed (the slowest answered in ${slowest} ms): ${names}`;
    const [first = '', ...others] = hanging(out, 0, `${symbols.good} `, out.say(text));
    lines.push(style.good(symbols.good) + first.slice(1), ...others);
  }
  return lines;
}
