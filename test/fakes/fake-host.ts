import { createHash } from 'node:crypto';
import type { DirEntry, Probe, ProbeOptions, Reader, UnitProperties, Writer } from '../../src/domain/access.ts';
import type { Change } from '../../src/domain/change.ts';
import { type Failure, HostFault } from '../../src/domain/failure.ts';
import { absent, type FileAttributes, type FileState, type PresentFile, sameFile, withBytes } from '../../src/domain/file.ts';
import type { Facts } from '../../src/domain/host.ts';
import type { ExampleHost } from '../../src/domain/step.ts';
import {
  type ChangeResult,
  type HostLock,
  isSettled,
  type Receipt,
  type Standing,
  type Transaction,
  type TransactionReport,
  type TransactionState,
} from '../../src/domain/transaction.ts';
import { beginTransaction, takeBack } from './fake-apply.ts';

/** What a program answers; exit code 0 and no output unless said. */
export interface Answer {
  readonly code?: number;
  readonly stdout?: string | Uint8Array;
  readonly stderr?: string | Uint8Array;
}

/** Places where a test can step in. */
export interface FakeHooks {
  /** Answers before `programs` does; undefined: not its business. */
  answer?(host: FakeHost, argv: readonly string[]): Answer | undefined;
  /** After a restart or reload trigger made the unit active: makes it fail, heal or crash-loop. A text is the trigger's failure. */
  restarted?(host: FakeHost, unit: string): string | undefined;
  /** Just before a transaction checks its preconditions: somebody else edits a file. */
  beforeApply?(host: FakeHost, transaction: Transaction): void;
  /** Makes a change fail that is not a taking back; `half`: when a unit or trigger has had its effect. */
  fails?(change: Change, index: number): 'whole' | 'half' | undefined;
  /** Just before it is told where a transaction stands: it moves on by itself. */
  reporting?(host: FakeHost, tx: string): void;
  /** Why a transaction is turned away before anything is looked at: somebody else holds the host. */
  refuses?(transaction: Transaction): Failure | undefined;
}

/**
 * A host in memory: a `Reader` over imaginary files, units and programs, and a `Writer` that carries transactions out on them.
 * A program is known by its whole command line, its words joined by one space; any other command line ends with 127.
 * Directories exist as far as files stand in them. A unit that is not there has LoadState `not-found`.
 */
export class FakeHost implements Reader, Writer {
  readonly name: string;
  readonly files = new Map<string, PresentFile>();
  /** Path to real path. */
  readonly links = new Map<string, string>();
  readonly units = new Map<string, UnitProperties>();
  readonly programs = new Map<string, Answer>();
  /** Path, or command line, to the fault that reading it throws. */
  readonly faults = new Map<string, Failure>();
  readonly hooks: FakeHooks = {};
  /** Every read in order: `file /etc/x`, `list /etc`, `unit x.service`, `probe ls -l`, `facts`. */
  readonly asked: string[] = [];
  /** Every command line carried out by a transaction. */
  readonly ran: string[] = [];
  /** Every trigger carried out: `restart x.service`, `daemon-reload`. */
  readonly triggered: string[] = [];
  /** Every transaction that arrived. */
  readonly transactions: Transaction[] = [];
  /** Where each stands: the host's own record. */
  readonly states = new Map<string, TransactionState>();
  /** Given up before they began: none of them will. */
  readonly fenced = new Set<string>();
  /** Transactions whose process still runs. */
  readonly atWork = new Set<string>();
  /** Every `confirm ID` and `undo ID`. */
  readonly settled: string[] = [];
  private clock = 1_700_000_000_000_000_000n;

  constructor(example: ExampleHost = {}, name = 'host1') {
    this.name = name;
    for (const [path, file] of Object.entries(example.files ?? {})) {
      if (typeof file === 'string') this.write(path, file);
      else this.write(path, file.text, file.mode === undefined ? {} : { mode: file.mode });
    }
    for (const [unit, properties] of Object.entries(example.units ?? {})) this.units.set(unit, properties);
    for (const [line, answer] of Object.entries(example.programs ?? {})) this.programs.set(line, answer);
  }

  /** Writes a file behind everybody's back; attributes stay as they are unless said. */
  write(path: string, content: string | Uint8Array, attributes: Partial<FileAttributes> = {}): void {
    const bytes = typeof content === 'string' ? new Uint8Array(Buffer.from(content, 'utf8')) : content;
    const before = this.look(path);
    const file = withBytes(this.links.get(path) ?? path, before, bytes, { mtimeNs: this.tick(), ...attributes });
    this.files.set(file.realPath, file);
  }

  /** Changes some of a unit's properties behind everybody's back. */
  setUnit(unit: string, properties: UnitProperties): void {
    this.units.set(unit, { ...this.units.get(unit), ...properties });
  }

  /** A path's text; undefined when there is no such file. */
  text(path: string): string | undefined {
    const state = this.look(path);
    return state.kind === 'file' ? Buffer.from(state.content.bytes).toString('utf8') : undefined;
  }

  /** A path's state without recording that anybody asked. */
  look(path: string): FileState {
    return this.files.get(this.links.get(path) ?? path) ?? absent;
  }

  /** The next modification time, in nanoseconds. */
  tick(): string {
    this.clock += 1_000_000_000n;
    return this.clock.toString();
  }

  async facts(): Promise<Facts> {
    this.asked.push('facts');
    const id = createHash('sha256').update(this.name).digest('hex').slice(0, 32);
    return {
      hostname: this.name,
      machine_id: id,
      boot_id: `boot-${id}`,
      kernel: '6.1.0',
      os_id: 'debian',
      os_version: '12',
      systemd: true,
      undo_by: 'systemd',
      uid: 0,
    };
  }

  async file(path: string): Promise<FileState> {
    this.ask('file', path);
    return this.look(path);
  }

  async list(directory: string): Promise<readonly DirEntry[]> {
    this.ask('list', directory);
    const prefix = directory.endsWith('/') ? directory : `${directory}/`;
    const entries = new Map<string, DirEntry>();
    for (const path of [...this.files.keys(), ...this.links.keys()]) {
      if (!path.startsWith(prefix)) continue;
      const [name = '', ...deeper] = path.slice(prefix.length).split('/');
      entries.set(name, { name, kind: deeper.length > 0 ? 'directory' : this.links.has(path) ? 'link' : 'file' });
    }
    return [...entries.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async unit(name: string): Promise<UnitProperties> {
    this.ask('unit', name);
    return this.units.get(name) ?? { Id: name, LoadState: 'not-found', ActiveState: 'inactive', SubState: 'dead', UnitFileState: '' };
  }

  async probe(argv: readonly string[], options: ProbeOptions = {}): Promise<Probe> {
    const line = argv.join(' ');
    this.ask('probe', line);
    const found = this.answer(argv);
    const cap = options.maxBytes ?? 1_048_576;
    const stdout = bytesOf(found.stdout);
    const stderr = bytesOf(found.stderr);
    const truncated = stdout.length > cap || stderr.length > cap;
    return { code: found.code ?? 0, stdout: stdout.slice(0, cap), stderr: stderr.slice(0, cap), truncated };
  }

  /** What a command line answers, without recording it. */
  answer(argv: readonly string[]): Answer {
    const known = this.hooks.answer?.(this, argv) ?? this.programs.get(argv.join(' '));
    return known ?? { code: 127, stderr: `sh: ${argv[0] ?? ''}: not found\n` };
  }

  async begin(transaction: Transaction): Promise<Receipt> {
    const before = this.fenced.has(transaction.id) ? 'rolled-back' : this.states.get(transaction.id);
    const begun: Failure = { code: 'locked', message: `it was begun before, and is ${before}` };
    const refusal = before === undefined ? this.hooks.refuses?.(transaction) : begun;
    if (refusal) return { results: transaction.changes.map(() => ({ kind: 'not-reached' })), state: 'none', remarks: [], refusal };
    this.transactions.push(transaction);
    this.hooks.beforeApply?.(this, transaction);
    const receipt = beginTransaction(this, transaction);
    if (receipt.state !== 'none') this.states.set(transaction.id, receipt.state);
    return receipt;
  }

  async confirm(tx: string): Promise<Standing> {
    this.settled.push(`confirm ${tx}`);
    if (this.states.get(tx) === 'applied') this.states.set(tx, 'confirmed');
    return { state: this.states.get(tx) ?? 'none', remarks: [] };
  }

  async undo(tx: string): Promise<Standing> {
    this.settled.push(`undo ${tx}`);
    if (this.states.has(tx)) return this.expire(tx);
    this.fenced.add(tx);
    return { state: 'none', remarks: [] };
  }

  /** The time of a transaction is up: the host takes it back by itself, unless it has come to its end. */
  expire(tx: string): Standing {
    const state = this.states.get(tx) ?? 'none';
    if (isSettled(state)) return { state, remarks: [] };
    const changes = this.transactions.find(({ id }) => id === tx)?.changes ?? [];
    const standing = takeBack(this, changes, state === 'applied' || state === 'rolling' ? undefined : this.halfDone(changes));
    this.states.set(tx, standing.state);
    return standing;
  }

  async transaction(tx: string): Promise<TransactionReport> {
    this.ask('transaction', tx);
    this.hooks.reporting?.(this, tx);
    return { state: this.states.get(tx) ?? 'none', remarks: [], working: this.atWork.has(tx) };
  }

  /** What was done of a transaction that came to a halt, as far as files tell it. */
  private halfDone(changes: readonly Change[]): readonly ChangeResult[] {
    const isThere = (change: Change) => change.kind === 'file' && sameFile(this.look(change.path), change.after);
    return changes.map((change) => ({ kind: isThere(change) ? 'done' : 'not-reached' }));
  }

  async lock(): Promise<HostLock | undefined> {
    const held = [...this.states].find(([, state]) => ['armed', 'applying', 'applied', 'rolling'].includes(state));
    return held && { tx: held[0], state: held[1], owner: 'run r1 by test@here' };
  }

  private ask(verb: string, what: string): void {
    this.asked.push(`${verb} ${what}`);
    const fault = this.faults.get(what);
    if (fault !== undefined) throw new HostFault(fault);
  }
}

function bytesOf(output: string | Uint8Array | undefined): Uint8Array {
  if (output === undefined) return new Uint8Array();
  return typeof output === 'string' ? new Uint8Array(Buffer.from(output, 'utf8')) : output;
}
