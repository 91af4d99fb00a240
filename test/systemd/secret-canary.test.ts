import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runbook } from '../lab/command-line.ts';
import { fleetIsMissing } from '../lab/commands.ts';
import { TestFleet } from '../lab/fleet.ts';
import { inventoryFor } from '../lab/write-inventory.ts';

const missing = fleetIsMissing();

const OLD = 'old/Canary"7f3a9&9d1c';
const NEW = 'new/Canary"b0c4e&5e2f';

const BOOK = `apiVersion: runbook/v1
name: secret
summary: Puts a secret into a file
hosts: all
inputs:
  token: { type: string, sensitive: true }
remediate:
  - uses: file.line
    with: { path: /etc/app.secret, match: '^token=', line: 'token=\${{ inputs.token }}' }
    sensitive: true
  # This one does not say that it is sensitive, and everybody may read its file.
  - uses: file.line
    with: { path: /etc/app.open, match: '^token=', line: 'token=\${{ inputs.token }}' }
`;

/** Of a command, the host keeps the words that take it back, for root alone; this one takes itself back with others. */
const COMMANDS = `apiVersion: runbook/v1
name: commands
summary: Hands a secret to a program
hosts: all
inputs:
  token: { type: string, sensitive: true }
remediate:
  - uses: command.run
    with: { argv: [/bin/echo, '\${{ inputs.token }}'], undo: [/bin/echo, back] }
`;

/** A secret as it is, and as text that is passed on may hold it. */
function encodings(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  return [
    secret,
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('hex'),
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
  ];
}

describe.skipIf(missing)(`secrets${missing ? ` (${missing})` : ''}`, () => {
  let fleet: TestFleet;
  let work: string;
  const sinks = new Map<string, string>();

  beforeAll(async () => {
    fleet = await TestFleet.up({
      one: {
        files: {
          '/etc/app.secret': { text: `token=${OLD}\n`, mode: 0o600 },
          '/etc/app.open': { text: `token=${OLD}\n`, mode: 0o644 },
        },
      },
    });
    work = mkdtempSync(join(tmpdir(), 'runbook-secret-'));
    writeFileSync(join(work, 'hosts.yaml'), inventoryFor(fleet, {}));
    writeFileSync(join(work, 'secret.yaml'), BOOK);
    writeFileSync(join(work, 'commands.yaml'), COMMANDS);
    await everythingThatIsSaid();
  });
  afterAll(async () => {
    await fleet?.[Symbol.asyncDispose]();
    if (work) rmSync(work, { recursive: true, force: true });
  });

  async function said(name: string, ...args: readonly string[]): Promise<void> {
    const { out, err } = await runbook([...args, '-i', join(work, 'hosts.yaml'), '--state-dir', join(work, 'state')]);
    sinks.set(`${name}: standard output`, out);
    sinks.set(`${name}: standard error`, err);
  }

  async function everythingThatIsSaid(): Promise<void> {
    const book = [join(work, 'secret.yaml'), '-e', `token=${NEW}`];
    await said('plan', 'plan', ...book, '-v');
    await said('plan as JSON', 'plan', ...book, '--json');
    await said('apply', 'apply', ...book, '-y');
    await said('rollback', 'rollback', 'last', '-y');
    await said('apply as JSON', 'apply', ...book, '-y', '--json');
    await said('a command', 'apply', join(work, 'commands.yaml'), '-e', `token=${NEW}`, '-y', '-v');
    const runs = await runbook(['runs', '--json', '--state-dir', join(work, 'state')]);
    sinks.set('runs', runs.out);
    for (const { run } of JSON.parse(runs.out) as { run: string }[]) {
      sinks.set(`journal of ${run}`, readFileSync(join(work, 'state/runs', run, 'journal.jsonl'), 'utf8'));
    }
    for (const { run } of JSON.parse(runs.out) as { run: string }[]) {
      for (const format of ['md', 'html', 'json', 'junit']) {
        const report = await runbook(['report', run, '--format', format, '--state-dir', join(work, 'state')]);
        expect(report.code).toBe(0);
        sinks.set(`report of ${run} as ${format}`, report.out);
      }
    }
    const host = fleet.host('one');
    sinks.set("the host's log", await host.exec('journalctl', '--no-pager', '-o', 'json', '--all'));
    sinks.set("the host's record", await host.exec('/bin/sh', '-c', 'cd /var/lib/runbook && find . -type f -exec cat {} +; find .'));
    sinks.set('file names on the host', await host.exec('find', '/etc', '/tmp', '/var', '-xdev'));
  }

  it('were really written: the host has the new one', async () => {
    for (const path of ['/etc/app.secret', '/etc/app.open']) expect(fleet.host('one').read(path).toString()).toBe(`token=${NEW}\n`);
  });

  it.each([
    ['that was there before', OLD],
    ['that was given', NEW],
  ])('the one %s is in nothing that is said, kept or logged, in none of five encodings', (_which, secret) => {
    expect(sinks.size).toBeGreaterThan(12);
    const hits = [...sinks].flatMap(([sink, text]) =>
      encodings(secret).flatMap((form, k) => (text.includes(form) ? [`${sink} (${k})`] : [])),
    );
    expect(hits).toEqual([]);
  });
});
