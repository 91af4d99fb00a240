import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sealVault } from '../inventory/vault-texts.ts';
import type { Finished } from '../lab/command-line.ts';
import { fleetIsMissing } from '../lab/commands.ts';
import { TestFleet } from '../lab/fleet.ts';
import { inventoryFor } from '../lab/write-inventory.ts';
import { SecretSinks } from './secret-sinks.ts';

const missing = fleetIsMissing();

const VAULT_PASSWORD = `vault/Canary"1a7f&'c3e`;
const SUDO_PASSWORD = `sudo/Canary"8d2b&'e91`;
const SEALED_FILE = `file/Canary"4c6d&'b02`;
const SEALED_VALUE = `value/Canary"9e1a&'7f5`;
const WRITTEN = `token/Canary"5b3c&'a48`;

/** A program of the host that keeps what every process there was called with, and a pipe of this machine that does the same here. */
const SEEN = '/var/tmp/seen-processes';
const LOOK = '/usr/local/sbin/look-at-processes';
const lookInto = (file: string) => `cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ >> ${file} 2>/dev/null`;

const BOOK = `apiVersion: runbook/v1
name: token
summary: Puts a token into a file
hosts: all
inputs:
  token: { type: string, sensitive: true }
remediate:
  - uses: file.line
    with: { path: /etc/app.token, match: '^token=', line: 'token=\${{ inputs.token }}' }
    sensitive: true
  - uses: command.run
    with: { argv: [${LOOK}], undo: [${LOOK}] }
verify:
  - uses: file.read
    with: { path: /etc/app.token, expect: { contains: Canary } }
    sensitive: true
`;

/** What was encrypted is no value of an expression: a runbook that wants one is told so, and gets it as an input. */
const nosy = (name: string) => `apiVersion: runbook/v1
name: nosy
summary: Names a variable that is encrypted
hosts: all
remediate:
  - uses: file.line
    with: { path: /etc/app.token, match: '^token=', line: 'token=\${{ host.vars.${name} }}' }
`;

describe.skipIf(missing)(`passwords of a vault and of sudo${missing ? ` (${missing})` : ''}`, () => {
  let fleet: TestFleet;
  let work: string;
  let sinks: SecretSinks;
  const ends = new Map<string, Finished>();

  beforeAll(async () => {
    fleet = await TestFleet.up({ one: { files: { '/etc/app.token': { text: 'token=\n', mode: 0o600 } } } });
    work = mkdtempSync(join(tmpdir(), 'runbook-vault-'));
    sinks = new SecretSinks(join(work, 'state'));
    await hostThatAsks();
    writeInventory();
    writeFileSync(join(work, 'token'), `${WRITTEN}\n`, { mode: 0o600 });
    writeFileSync(join(work, 'vault-password'), `${VAULT_PASSWORD}\n`, { mode: 0o600 });
    writeFileSync(join(work, 'token.yaml'), BOOK);
    for (const name of ['sealed_value', 'sealed_file']) writeFileSync(join(work, `${name}.yaml`), nosy(name));
    await everythingThatIsSaid();
  });
  afterAll(async () => {
    await fleet?.[Symbol.asyncDispose]();
    if (work) rmSync(work, { recursive: true, force: true });
  });

  /** A login from whom sudo wants the password, each time; whoever gets in has all processes looked at. */
  async function hostThatAsks(): Promise<void> {
    const host = fleet.host('one');
    await host.exec('useradd', '--create-home', '--shell', '/bin/bash', 'asked');
    await host.exec('sh', '-c', 'printf "%s\\n" "$1" | chpasswd', 'sh', `asked:${SUDO_PASSWORD}`);
    host.write('/home/asked/.ssh/authorized_keys', readFileSync(`${fleet.key}.pub`), 0o600);
    await host.exec('chown', '-R', 'asked:', '/home/asked');
    host.write('/etc/sudoers.d/asked', 'Defaults:asked timestamp_timeout=0\nasked ALL=(ALL:ALL) ALL\n', 0o440);
    host.write(LOOK, `#!/bin/sh\n${lookInto(SEEN)}\n`, 0o755);
    await host.exec('sed', '-i', `$a session optional pam_exec.so ${LOOK}`, '/etc/pam.d/sudo');
  }

  function writeInventory(): void {
    const inventory = JSON.parse(inventoryFor(fleet, {})) as { all: { vars: Record<string, unknown> } };
    const { vars } = inventory.all;
    const relay = `bash -c '${lookInto(join(work, 'seen'))}; exec 3<>/dev/tcp/%h/%p; cat <&3 & cat >&3; kill $!'`;
    Object.assign(vars, {
      ansible_user: 'asked',
      ansible_become_password: 'SUDO',
      sealed_value: 'VALUE',
      ansible_ssh_extra_args: `-o 'ProxyCommand=${relay.replaceAll("'", `'"'"'`)}'`,
    });
    const sealed = (text: string) => `!vault ${JSON.stringify(sealVault(text, VAULT_PASSWORD))}`;
    const text = JSON.stringify(inventory, null, 2).replace('"SUDO"', sealed(SUDO_PASSWORD)).replace('"VALUE"', sealed(SEALED_VALUE));
    writeFileSync(join(work, 'hosts.yaml'), text);
    mkdirSync(join(work, 'group_vars'));
    writeFileSync(join(work, 'group_vars/all.yml'), sealVault(`sealed_file: ${JSON.stringify(SEALED_FILE)}\n`, VAULT_PASSWORD));
  }

  async function everythingThatIsSaid(): Promise<void> {
    const common = ['-i', join(work, 'hosts.yaml'), '--vault-password-file', join(work, 'vault-password')];
    const book = [join(work, 'token.yaml'), '-e', `token=@${join(work, 'token')}`, ...common];
    const say = async (name: string, ...args: readonly string[]) => ends.set(name, await sinks.said(name, ...args));
    await say('inventory', 'inventory', '--list', ...common);
    await say('ping', 'ping', ...common, '-v');
    await say('plan', 'plan', ...book, '-v');
    await say('plan as JSON', 'plan', ...book, '--json');
    await say('save a plan', 'plan', ...book, '-o', join(work, 'saved.plan'));
    const saved = [join(work, 'saved.plan'), ...book.slice(1), '-v'];
    await say('show the plan', 'apply', ...saved, '--dry-run');
    const { out } = await sinks.said('its hash', 'apply', ...saved, '--dry-run', '--json');
    const hash = (JSON.parse(out) as { readonly sha256: string }).sha256;
    await say('apply the plan', 'apply', ...saved, '--plan-hash', hash);
    await say('rollback', 'rollback', 'last', '-y', '-v', ...common);
    await say('apply as JSON', 'apply', ...book, '-y', '--json');
    await say('rollback as JSON', 'rollback', 'last', '-y', '--json', ...common);
    for (const name of ['sealed_value', 'sealed_file']) await say(name, 'plan', join(work, `${name}.yaml`), ...common, '-v');
    writeFileSync(join(work, 'wrong'), `not ${VAULT_PASSWORD}\n`, { mode: 0o600 });
    await say('a wrong vault password', 'plan', ...book.slice(0, -1), join(work, 'wrong'), '-v');
    await sinks.reports();
    sinks.kept('records');
    sinks.add('processes here', readFileSync(join(work, 'seen'), 'latin1'));
    await sinks.onHost(fleet.host('one'));
    sinks.add('processes on the host', fleet.host('one').read(SEEN).toString('latin1'));
  }

  it('were really used: the token was written and taken back, by a sudo that wanted the password', async () => {
    const codes = [...ends].map(([name, { code }]) => `${name}: ${code}`);
    expect(codes).toEqual([
      'inventory: 0',
      'ping: 0',
      'plan: 0',
      'plan as JSON: 0',
      'save a plan: 0',
      'show the plan: 0',
      'apply the plan: 0',
      'rollback: 0',
      'apply as JSON: 0',
      'rollback as JSON: 0',
      'sealed_value: 3',
      'sealed_file: 3',
      'a wrong vault password: 1',
    ]);
    expect(fleet.host('one').read('/etc/app.token').toString()).toBe('token=\n');
    expect(await fleet.host('one').exec('journalctl', '--no-pager', '-o', 'cat', '_COMM=sudo')).toContain('asked : ');
    expect(readFileSync(join(work, 'seen'), 'latin1')).toContain(join(work, 'token.yaml'));
    expect(fleet.host('one').read(SEEN).toString('latin1')).toContain('sudo\0');
    expect(sinks.hits('/etc/app.token')).not.toEqual([]);
  });

  it.each(['sealed_value', 'sealed_file'])('are told by name where a runbook wants what they keep: %s', (name) => {
    expect(ends.get(name)?.out).toContain(name);
  });

  it.each([
    ['vault password', VAULT_PASSWORD],
    ['sudo password', SUDO_PASSWORD],
    ['value of an encrypted file', SEALED_FILE],
    ['encrypted value', SEALED_VALUE],
    ['sensitive input', WRITTEN],
  ])('are in nothing that is said, kept, logged or run, here or on the host, in none of six spellings: the %s', (_which, secret) => {
    expect(sinks.size).toBeGreaterThan(40);
    expect(sinks.hits(secret)).toEqual([]);
  });

  it.each([
    ['vault password', VAULT_PASSWORD],
    ['sudo password', SUDO_PASSWORD],
    ['value of an encrypted file', SEALED_FILE],
    ['encrypted value', SEALED_VALUE],
  ])('are not even in the contents that plans and runs keep to take a change back: the %s', (_which, secret) => {
    const contents = new SecretSinks(join(work, 'state'));
    contents.kept('contents');
    contents.add('the saved plan', readFileSync(join(work, 'saved.plan'), 'latin1'));
    expect(contents.hits(WRITTEN)).not.toEqual([]);
    expect(contents.hits(secret)).toEqual([]);
  });
});
