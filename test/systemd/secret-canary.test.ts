import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fleetIsMissing } from '../lab/commands.ts';
import { TestFleet } from '../lab/fleet.ts';
import { inventoryFor } from '../lab/write-inventory.ts';
import { SecretSinks } from './secret-sinks.ts';

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

describe.skipIf(missing)(`secrets${missing ? ` (${missing})` : ''}`, () => {
  let fleet: TestFleet;
  let work: string;
  let sinks: SecretSinks;

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
    sinks = new SecretSinks(join(work, 'state'));
    writeFileSync(join(work, 'hosts.yaml'), inventoryFor(fleet, {}));
    writeFileSync(join(work, 'secret.yaml'), BOOK);
    writeFileSync(join(work, 'commands.yaml'), COMMANDS);
    await everythingThatIsSaid();
  });
  afterAll(async () => {
    await fleet?.[Symbol.asyncDispose]();
    if (work) rmSync(work, { recursive: true, force: true });
  });

  async function everythingThatIsSaid(): Promise<void> {
    const inventory = ['-i', join(work, 'hosts.yaml')];
    const book = [join(work, 'secret.yaml'), '-e', `token=${NEW}`, ...inventory];
    await sinks.said('plan', 'plan', ...book, '-v');
    await sinks.said('plan as JSON', 'plan', ...book, '--json');
    await sinks.said('apply', 'apply', ...book, '-y');
    await sinks.said('rollback', 'rollback', 'last', '-y', ...inventory);
    await sinks.said('apply as JSON', 'apply', ...book, '-y', '--json');
    await sinks.said('a command', 'apply', join(work, 'commands.yaml'), '-e', `token=${NEW}`, '-y', '-v', ...inventory);
    await sinks.reports();
    sinks.kept('records');
    await sinks.onHost(fleet.host('one'));
  }

  it('were really written: the host has the new one', async () => {
    for (const path of ['/etc/app.secret', '/etc/app.open']) expect(fleet.host('one').read(path).toString()).toBe(`token=${NEW}\n`);
  });

  it.each([
    ['that was there before', OLD],
    ['that was given', NEW],
  ])('the one %s is in nothing that is said, kept or logged, in none of six spellings', (_which, secret) => {
    expect(sinks.size).toBeGreaterThan(12);
    expect(sinks.hits(secret)).toEqual([]);
  });
});
