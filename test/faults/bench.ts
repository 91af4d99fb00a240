import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventsOf, type Finished, outcomesOf, runbook } from '../lab/command-line.ts';
import { type HostWish, TestFleet } from '../lab/fleet.ts';
import { inventoryFor } from '../lab/write-inventory.ts';

/** What a command is told beside its runbook. */
export interface BenchOptions {
  /** Which hosts: `-l`. */
  readonly limit?: string;
  /** Inputs: `-e NAME=VALUE`. */
  readonly inputs?: Readonly<Record<string, string>>;
  readonly more?: readonly string[];
  readonly env?: Record<string, string>;
}

/** How a command ended, and what became of each host. */
export interface Ended extends Finished {
  readonly outcomes: Readonly<Record<string, string>>;
  readonly events: readonly Record<string, unknown>[];
}

/** Real hosts, and the command line with an inventory of them and a state directory of its own. */
export class Bench {
  readonly fleet: TestFleet;
  /** Inventory, runbooks and state; gone afterwards. */
  readonly work: string;

  private constructor(fleet: TestFleet, work: string) {
    this.fleet = fleet;
    this.work = work;
  }

  static async up(
    wishes: Readonly<Record<string, HostWish>>,
    packages: readonly string[] = [],
    groups: Readonly<Record<string, readonly string[]>> = {},
  ): Promise<Bench> {
    const fleet = await TestFleet.up(wishes, packages);
    const bench = new Bench(fleet, mkdtempSync(join(tmpdir(), 'runbook-faults-')));
    writeFileSync(bench.inventory, inventoryFor(fleet, groups));
    return bench;
  }

  get inventory(): string {
    return join(this.work, 'hosts.yaml');
  }

  get state(): string {
    return join(this.work, 'state');
  }

  /** Runs shell text on a host as root, without a login. */
  sh(host: string, script: string): Promise<string> {
    return this.fleet.host(host).exec('/bin/sh', '-c', script);
  }

  /** The words of a command on a runbook's text, which is written down under its name. */
  words(verb: 'diagnose' | 'plan' | 'apply', text: string, { limit, inputs = {}, more = [] }: BenchOptions = {}): readonly string[] {
    const path = join(this.work, `${/^name: (.*)$/m.exec(text)?.[1] ?? 'unnamed'}.yaml`);
    writeFileSync(path, text);
    const given = Object.entries(inputs).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
    const everybody = verb === 'apply' && text.includes('\nhosts: all\n') ? ['--hosts', 'all', '--max-hosts', '50'] : [];
    const limited = limit === undefined ? everybody : ['-l', limit];
    return [
      verb,
      path,
      '-i',
      this.inventory,
      '--state-dir',
      this.state,
      ...limited,
      ...given,
      ...(verb === 'apply' ? ['-y'] : []),
      ...more,
    ];
  }

  /** Runs a command on a runbook's text to its end, with `--json`. */
  async run(verb: 'diagnose' | 'plan' | 'apply', text: string, options: BenchOptions = {}): Promise<Ended> {
    return ended(await runbook([...this.words(verb, text, options), '--json'], { env: options.env ?? {} }));
  }

  /** Rolls the last run back. */
  async rollBack(...more: readonly string[]): Promise<Ended> {
    return ended(await runbook(['rollback', 'last', '-y', '--json', '-i', this.inventory, '--state-dir', this.state, ...more]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.fleet[Symbol.asyncDispose]();
    rmSync(this.work, { recursive: true, force: true });
  }
}

function ended(finished: Finished): Ended {
  return { ...finished, outcomes: outcomesOf(finished), events: eventsOf(finished) };
}

/** A runbook for all hosts from what follows its head. */
export function bookOf(name: string, body: string): string {
  return `apiVersion: runbook/v1\nname: ${name}\nsummary: A fault\nhosts: all\n${body.trim()}\n`;
}

/** Puts `line` in the place of the first `old` of the file `path`; healthy once it is there. */
export const LINE_BOOK = bookOf(
  'line',
  `
inputs:
  path: { type: string }
  line: { type: string, default: new }
  match: { type: string, default: ^old }
remediate:
  - { uses: file.line, with: { path: '\${{ inputs.path }}', line: '\${{ inputs.line }}', match: '\${{ inputs.match }}' } }
`,
);
