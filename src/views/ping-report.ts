import type { Failure } from '../domain/failure.ts';
import type { Facts } from '../domain/host.ts';
import type { HostLock } from '../domain/transaction.ts';
import { badness, type Checked, type CheckFinding } from './check-report.ts';

/** What a ping learnt of a host that let us in. */
export interface Pong {
  readonly facts: Facts;
  /** From dialling to the first answer, in ms. */
  readonly tookMs: number;
  /** The host's clock minus ours, in ms, give or take the way there and back. */
  readonly skewMs?: number;
  /** Free space where the record is kept (/var/lib), in KiB. */
  readonly freeKiB?: number;
  /** Programs that a change needs, and those without which some of what is promised is not there. */
  readonly missing: { readonly needed: readonly string[]; readonly wanted: readonly string[] };
  readonly lock?: HostLock;
}

/** One host: an answer, or why there is none. */
export type Pinged = { readonly host: string } & ({ readonly pong: Pong } | { readonly failure: Failure });

/** A host; nothing found: it is fit to be changed. */
export interface PingRow extends Checked {
  readonly host: string;
  readonly reached: boolean;
}

/** Least room for the record of a transaction, and what a careful operator would keep free, in KiB. */
const ROOM = { least: 512, careful: 102_400 };
/** A clock that is further off makes times in logs hard to compare, and certificates and tokens fail, in ms. */
const SKEW_MS = 5_000;

/** Judges what was learnt, the worst first and then in the order given. Two names of one machine are told on both. */
export function pingReport(pinged: readonly Pinged[]): readonly PingRow[] {
  const byMachine = new Map<string, string[]>();
  for (const one of pinged) {
    const id = 'pong' in one ? one.pong.facts.machine_id : '';
    if (id !== '') byMachine.set(id, [...(byMachine.get(id) ?? []), one.host]);
  }
  const rows = pinged.map((one): PingRow => {
    if ('failure' in one) return { host: one.host, reached: isReached(one.failure), findings: [unanswered(one.failure)] };
    const twins = (byMachine.get(one.pong.facts.machine_id) ?? []).filter((name) => name !== one.host);
    return { host: one.host, reached: true, findings: findingsOf(one.pong, twins) };
  });
  return rows.toSorted((a, b) => illness(b) - illness(a));
}

/** 3 when a host that was reached cannot be changed, 4 when one was not reached and none is so, else 0: as after a run. */
export function pingExitCode(rows: readonly PingRow[]): number {
  if (rows.some((row) => row.reached && badness(row) === 2)) return 3;
  return rows.some(({ reached }) => !reached) ? 4 : 0;
}

function illness(row: PingRow): number {
  return row.reached ? badness(row) : 3;
}

/** Who was let in and could not become another user was reached. */
function isReached({ code }: Failure): boolean {
  return !['unreachable', 'host-key', 'auth', 'timed-out', 'lost'].includes(code);
}

function unanswered({ message, hint }: Failure): CheckFinding {
  return { severity: 'bad', says: message, ...(hint === undefined ? {} : { next: hint }) };
}

function findingsOf({ facts, skewMs, freeKiB, missing, lock }: Pong, twins: readonly string[]): readonly CheckFinding[] {
  const found: CheckFinding[] = [];
  const bad = (says: string, next: string) => found.push({ severity: 'bad', says, next });
  const warn = (says: string, next: string) => found.push({ severity: 'warn', says, next });
  if (missing.needed.length > 0) bad(`it has no ${missing.needed.join(', ')}`, 'install coreutils and grep, sed: a change needs them');
  if (freeKiB !== undefined && freeKiB < ROOM.least) bad(`/var/lib has ${freeKiB} KiB left`, 'make room: the way back is kept there');
  if (lock) warn(`it is locked by ${lock.owner}: transaction ${lock.tx} is ${lock.state}`, 'wait for that run, or runbook unlock HOST');
  if (twins.length > 0) warn(`it is the same machine as ${twins.join(', ')}`, 'is the inventory right? Changes would be made twice');
  if (facts.machine_id === '') warn('it has no /etc/machine-id', 'systemd-machine-id-setup: without it a plan cannot tell machines apart');
  if (skewMs !== undefined && Math.abs(skewMs) > SKEW_MS) {
    warn(
      `its clock is ${(Math.abs(skewMs) / 1_000).toFixed(0)} s ${skewMs > 0 ? 'ahead' : 'behind'}`,
      'check chronyd or systemd-timesyncd',
    );
  }
  if (freeKiB !== undefined && freeKiB >= ROOM.least && freeKiB < ROOM.careful) {
    warn(`/var/lib has ${Math.floor(freeKiB / 1_024)} MiB left`, 'make room before it is full');
  }
  if (facts.undo_by !== 'systemd') warn(UNDO[facts.undo_by], 'log in as root or become root on a host with systemd');
  if (missing.wanted.length > 0) warn(`it has no ${missing.wanted.join(', ')}`, 'limits, ACLs and flags of files need them');
  return found;
}

const UNDO = {
  at: 'what nobody confirms is taken back by at(1), a minute late at most',
  process: 'what nobody confirms is taken back by a process that a reboot ends',
};
