import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Fleet, Reader, Writer } from '../domain/access.ts';
import type { Change, CommandChange, FileChange } from '../domain/change.ts';
import { type FileState, sameFile, withBytes } from '../domain/file.ts';
import type { Host } from '../domain/host.ts';
import type { Transaction, TransactionState } from '../domain/transaction.ts';

/** The file that is changed; its directory is made for it and goes with it. */
const FILE = '/etc/runbook-selftest.d/file';

/** A spare host, reached twice, so that one connection can look while the other is busy or gone. */
export class SpareHost {
  readonly #host: Host;
  readonly #ways: readonly [Fleet, Fleet];

  constructor(host: Host, ways: readonly [Fleet, Fleet]) {
    this.#host = host;
    this.#ways = ways;
  }

  reader(): Promise<Reader> {
    return this.#ways[0].read(this.#host);
  }

  writer(): Promise<Writer> {
    return this.#ways[0].write(this.#host);
  }

  /** The other connection's. */
  otherWriter(): Promise<Writer> {
    return this.#ways[1].write(this.#host);
  }

  breakOther(): Promise<void> {
    return this.#ways[1].close(this.#host);
  }

  async file(): Promise<FileState> {
    return (await this.reader()).file(FILE);
  }

  /** A change of the file to a text, from what it is now. */
  async edit(text: string): Promise<FileChange> {
    const before = await this.file();
    return { kind: 'file', path: FILE, before, after: withBytes(FILE, before, Buffer.from(text)), says: [], sensitive: false };
  }

  async state(tx: string): Promise<TransactionState> {
    return (await (await this.reader()).transaction(tx)).state;
  }

  /** Waits until the host says one of these, or has had ten seconds more than it was given. */
  async until(tx: string, states: readonly TransactionState[], ms: number): Promise<TransactionState> {
    const end = performance.now() + ms + 10_000;
    for (;;) {
      const state = await this.state(tx);
      if (states.includes(state) || performance.now() > end) return state;
      await pause(250);
    }
  }
}

/** What a case expects, in words, and how it is tried: undefined when all is as it should be, else what is not. */
export interface SelftestCase {
  readonly says: string;
  run(host: SpareHost): Promise<string | undefined>;
}

function transactionOf(changes: readonly Change[], undoAfterMs = 60_000): Transaction {
  const owner = { run: 'selftest', operator: 'selftest', controller: 'selftest' };
  return { id: randomBytes(16).toString('hex'), changes, rollback: false, undoAfterMs, owner };
}

function command(...argv: readonly string[]): CommandChange {
  return { kind: 'command', argv, timeoutMs: 60_000, undo: { argv: ['true'] }, says: [], sensitive: false };
}

const unlike = (what: string, found: unknown, wanted: unknown) =>
  found === wanted ? undefined : `${what} is ${String(found)}, not ${String(wanted)}`;

/** Begins a change, does something to it, and looks whether the file is as it was before. */
async function comesBack(
  host: SpareHost,
  undoAfterMs: number,
  meanwhile: (transaction: Transaction) => Promise<string | undefined>,
  more: readonly Change[] = [],
): Promise<string | undefined> {
  const before = await host.file();
  const transaction = transactionOf([await host.edit(`changed at ${Date.now()}\n`), ...more], undoAfterMs);
  const wrong = await meanwhile(transaction);
  if (wrong !== undefined) return wrong;
  return sameFile(before, await host.file()) ? undefined : 'the file is not as it was';
}

/** The cases, in order; the first one makes the file, and the last one takes it away. */
export const selftestCases: readonly SelftestCase[] = [
  {
    says: 'a change that is confirmed stays',
    async run(host) {
      const transaction = transactionOf([await host.edit('made by runbook selftest\n')]);
      const begun = await (await host.writer()).begin(transaction);
      if (begun.state !== 'applied') return `${begun.refusal?.message ?? begun.results.map((result) => JSON.stringify(result)).join()}`;
      return unlike('the state', (await (await host.writer()).confirm(transaction.id)).state, 'confirmed');
    },
  },
  {
    says: 'a change that is taken back is gone, to the byte',
    run: (host) =>
      comesBack(host, 60_000, async (transaction) => {
        await (await host.writer()).begin(transaction);
        return unlike('the state', (await (await host.writer()).undo(transaction.id)).state, 'rolled-back');
      }),
  },
  {
    says: 'a change that nobody confirms is taken back by the host itself, in time',
    run: (host) =>
      comesBack(host, 3_000, async (transaction) => {
        await (await host.writer()).begin(transaction);
        return unlike('the state', await host.until(transaction.id, ['rolled-back'], 3_000), 'rolled-back');
      }),
  },
  {
    says: 'a confirm that comes too late finds the host as it was',
    run: (host) =>
      comesBack(host, 2_000, async (transaction) => {
        await (await host.writer()).begin(transaction);
        await host.until(transaction.id, ['rolled-back'], 2_000);
        return unlike('the state', (await (await host.writer()).confirm(transaction.id)).state, 'rolled-back');
      }),
  },
  {
    says: 'a host that moved since the plan is not written to',
    async run(host) {
      const stale = await host.edit('planned too early\n');
      const first = transactionOf([await host.edit('moved\n')]);
      await (await host.writer()).begin(first);
      await (await host.writer()).confirm(first.id);
      return unlike('the result', (await (await host.writer()).begin(transactionOf([stale]))).results[0]?.kind, 'stale');
    },
  },
  {
    says: 'a transaction is begun once, and another one waits until it is settled',
    run: (host) =>
      comesBack(host, 60_000, async (transaction) => {
        await (await host.writer()).begin(transaction);
        const other = transactionOf([await host.edit('other\n')]);
        const codes = [await (await host.writer()).begin(transaction), await (await host.writer()).begin(other)].map(
          ({ refusal }) => refusal?.code,
        );
        await (await host.writer()).undo(transaction.id);
        return unlike('the answer', codes.join(), 'locked,locked');
      }),
  },
  {
    says: 'a script that hangs is fenced before anything is put back',
    run: (host) =>
      comesBack(
        host,
        60_000,
        async (transaction) => {
          const answer = (await host.otherWriter()).begin(transaction).catch(() => undefined);
          await host.until(transaction.id, ['applying'], 5_000);
          const { state } = await (await host.writer()).undo(transaction.id);
          await answer;
          return unlike('the state', state, 'rolled-back');
        },
        [command('sleep', '45')],
      ),
  },
  {
    says: 'an answer that was lost is asked for, and the change is not made twice',
    run: (host) =>
      comesBack(
        host,
        60_000,
        async (transaction) => {
          const answer = (await host.otherWriter()).begin(transaction).catch(() => undefined);
          await host.until(transaction.id, ['applying'], 5_000);
          await host.breakOther();
          await answer;
          const state = await host.until(transaction.id, ['applied'], 5_000);
          await (await host.writer()).undo(transaction.id);
          return unlike('the state', state, 'applied');
        },
        [command('sleep', '2')],
      ),
  },
  {
    says: 'what somebody else wrote in between is not overwritten',
    async run(host) {
      const transaction = transactionOf([await host.edit('ours\n'), command('sh', '-c', `echo theirs >>${FILE}`)]);
      await (await host.writer()).begin(transaction);
      return unlike('the state', (await (await host.writer()).undo(transaction.id)).state, 'conflict');
    },
  },
  {
    says: 'what the test made goes again, and nobody holds the host',
    async run(host) {
      // The original that the conflict kept for a person to look at goes with it.
      const transaction = transactionOf([command('rm', '-rf', FILE.slice(0, FILE.lastIndexOf('/')))]);
      await (await host.writer()).begin(transaction);
      await (await host.writer()).confirm(transaction.id);
      const left = await (await host.reader()).list('/etc/runbook-selftest.d');
      const lock = await (await host.reader()).lock();
      return left.length > 0 ? `left: ${left.map(({ name }) => name).join(', ')}` : lock && `the lock is held by ${lock.owner}`;
    },
  },
];
