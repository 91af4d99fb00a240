import type { Probe, ProbeOptions, Reader } from '../domain/access.ts';
import { type DeniedRead, deniedBy, deniedProbe } from '../domain/denied.ts';
import { parseJournalJson } from '../formats/journal-json.ts';
import { ageOf, parseHostClock, parseSyslogLine } from '../formats/syslog.ts';
import { lastWords, programText } from './program-text.ts';

/** Where a unit's lines were read. */
export type LogSource = 'journal' | 'syslog' | 'messages' | 'none';

/** A unit's recent log, oldest line first; text from the host. */
export interface UnitLog {
  readonly source: LogSource;
  readonly lines: readonly string[];
  /** Why there is no log to read; empty when there is one, even one without lines. */
  readonly why: string;
  /** What this login was denied on the way, and what was read in its place. */
  readonly denied: readonly DeniedRead[];
}

/** Longest output that is taken; the journal is read newest first, so that what is cut off is the oldest. */
const MAX_JOURNAL = 4_194_304;

/** How much of the end of a syslog file is read, in bytes. */
const TAIL = 1_000_000;

const FILES = [
  { path: '/var/log/syslog', source: 'syslog' },
  { path: '/var/log/messages', source: 'messages' },
] as const;

/** Reads a unit's log of the last `sinceMs`, at most `lines` of it: from the journal, or else from the syslog files. */
export async function readUnitLog(host: Reader, unit: string, sinceMs: number, lines: number): Promise<UnitLog> {
  const journal = await readJournal(host, unit, sinceMs, lines);
  if (journal.source !== 'none') return journal;
  const files = await readSyslog(host, unit, sinceMs, lines);
  if (files.source === 'none') return { ...journal, denied: [...journal.denied, ...files.denied] };
  return { ...files, denied: [...journal.denied, ...files.denied].map((denied) => ({ ...denied, instead: files.source })) };
}

/** The fields are limited where journalctl can do that (systemd 236 and later); RHEL 7's cannot. */
async function readJournal(host: Reader, unit: string, sinceMs: number, lines: number): Promise<UnitLog> {
  const ask = (more: readonly string[], raise: NonNullable<ProbeOptions['raise']>) =>
    host.probe(journalArgv(unit, sinceMs, lines, more), { maxBytes: MAX_JOURNAL, timeoutMs: 20_000, raise });
  const fields = ['--output-fields=MESSAGE,PRIORITY'];
  const first = await ask(fields, 'denied');
  const refused = first.code !== 0 && /unrecognized option/.test(programText(first.stderr));
  const more = refused ? [] : fields;
  const probe = refused ? await ask(more, 'denied') : first;
  const why = unreadable(probe) ?? (probe.stdout.length === 0 ? await unseen(host) : undefined);
  if (why === undefined) return journalLog(probe);
  const hidden = why === NOT_ALLOWED && deniedBy(probe) === undefined;
  const raised = hidden ? await ask(more, 'now') : probe;
  if (hidden && raised.stdout.length > 0) return journalLog(raised);
  const read = { kind: 'probe', argv: journalArgv(unit, sinceMs, lines, more) } as const;
  return { source: 'none', lines: [], why, denied: why === NOT_ALLOWED ? [{ read, why: deniedBy(raised) ?? why }] : [] };
}

function journalLog(probe: Probe): UnitLog {
  const entries = parseJournalJson(programText(probe.stdout));
  return { source: 'journal', lines: entries.map(({ message }) => message).reverse(), why: '', denied: [] };
}

function journalArgv(unit: string, sinceMs: number, lines: number, more: readonly string[]): readonly string[] {
  const since = `--since=-${Math.ceil(sinceMs / 1_000)}s`;
  return ['journalctl', '-o', 'json', '--no-pager', '--all', '--reverse', ...more, `--unit=${unit}`, since, '-n', String(lines)];
}

const NOT_ALLOWED = 'this user may not read the journal';

/** journalctl says with exit code 0 that it has no files, or that this user may not see them. */
function unreadable(probe: Probe): string | undefined {
  if (probe.code === 127) return 'there is no journalctl';
  const errors = programText(probe.stderr);
  // "No journal files were opened due to insufficient permissions."
  if (probe.stdout.length === 0 && /not seeing messages|insufficient permissions/i.test(errors)) return NOT_ALLOWED;
  if (errors.includes('No journal files were')) return 'there are no journal files';
  return probe.code === 0 ? undefined : lastWords('journalctl', probe);
}

/**
 * A user who has a journal of its own is not told that the system's is hidden from it: nothing is found then, with exit
 * code 0, and no word. Process 1 always has something to say there.
 */
async function unseen(host: Reader): Promise<string | undefined> {
  const { uid } = await host.facts();
  if (uid === 0) return undefined;
  const probe = await host.probe(['journalctl', '-q', '-o', 'cat', '--no-pager', '-n', '1', '_PID=1'], { timeoutMs: 20_000 });
  return probe.stdout.length === 0 ? NOT_ALLOWED : undefined;
}

async function readSyslog(host: Reader, unit: string, sinceMs: number, lines: number): Promise<UnitLog> {
  const options = { maxBytes: TAIL, timeoutMs: 20_000, raise: 'denied' } as const;
  const commands = FILES.map(({ path }) => ['tail', '-c', String(TAIL), path]);
  const [date, programs, ...tails] = await Promise.all([
    host.probe(['date', '+%s %z']),
    programsOf(host, unit),
    ...commands.map((argv) => host.probe(argv, options)),
  ]);
  const clock = parseHostClock(programText(date.stdout));
  const index = tails.findIndex((tail) => tail.code === 0);
  const [tail, file] = [tails[index], FILES[index]];
  if (clock === undefined || tail === undefined || file === undefined) {
    return { source: 'none', lines: [], why: '', denied: commands.flatMap((argv, at) => deniedProbe(argv, tails[at] ?? date)) };
  }
  const found = programText(tail.stdout)
    .split('\n')
    .flatMap((text) => parseSyslogLine(text, clock) ?? [])
    .filter((line) => ageOf(line, clock) <= sinceMs)
    .filter(({ program, message }) => programs.has(program) || (program === 'systemd' && message.includes(unit)));
  return { source: file.source, lines: found.map(({ message }) => message).slice(-lines), why: '', denied: [] };
}

/** By which names a unit's processes log: its own, its program's, and the one that it is given (systemd.exec: SyslogIdentifier=). */
async function programsOf(host: Reader, unit: string): Promise<ReadonlySet<string>> {
  const names = new Set([unit.replace(/(@[^.]*)?\.[a-z]+$/, '')]);
  const { systemd } = await host.facts();
  if (!systemd) return names;
  const properties = await host.unit(unit);
  const path = /path=([^\s;]+)/.exec(properties['ExecStart'] ?? '')?.[1];
  const program = path?.slice(path.lastIndexOf('/') + 1);
  for (const name of [program, properties['SyslogIdentifier']]) if (name !== undefined && name !== '') names.add(name);
  return names;
}
