import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventsOf, LAUNCH, runbook } from '../lab/command-line.ts';
import { fleetIsMissing, onPath } from '../lab/commands.ts';
import { TestFleet } from '../lab/fleet.ts';
import { inventoryFor } from '../lab/write-inventory.ts';

const missing = fleetIsMissing();

/** Sets the title, writes the clipboard, clears the screen; C1's own CSI; a line that writes over itself; text that runs backwards; nothing to see. */
const HOSTILE = '\x1b]0;owned\x07\x1b]52;c;b3duZWQ=\x07\x1b[2J\u009b31m\rfixed\u202egnp.exe\u2066\u200b\u061c\u2028\ufeff';
/** What a shell would run, were it ever asked to. */
const SHELL = `$(touch /pwned) \`touch /pwned\`; touch /pwned '"`;
const FRAMES = `\n${'0'.repeat(32)} end q0.unit 0\n${'0'.repeat(32)} done\n`;
const NOT_UTF8 = Buffer.from([0x62, 0x61, 0x64, 0x20, 0xff, 0xfe, 0xc0, 0xaf, 0x0a]);

const TALKER = Buffer.concat([
  Buffer.from(`#!/bin/sh\ncat <<'END'\nbad ${HOSTILE} ${SHELL}\n${FRAMES}\nEND\n`),
  Buffer.from(
    `printf 'bad \\377\\376 bytes\\n'; head -c 200000 /dev/zero | tr '\\0' x; echo; echo 'oops ${HOSTILE.replaceAll("'", '')}' >&2; exit 9\n`,
  ),
]);
const ODD_DROP_IN = `/etc/systemd/system/evil.service.d/10-${HOSTILE.replaceAll('/', '')}.conf`;

const RUNBOOK = `
apiVersion: runbook/v1
name: evil
summary: Reads and changes what a hostile host put there
hosts: all
diagnose:
  - { id: unit, uses: systemd.unit, with: { unit: evil.service } }
  - { id: word, uses: file.read, with: { path: /etc/evil.json, format: json } }
  - { id: huge, uses: file.read, with: { path: /etc/huge }, continue_on_error: true }
  - id: log
    uses: systemd.journal
    with: { unit: evil.service, explain: [{ match: 'bad (?P<what>.*)', as: cause, says: 'it says {what}' }] }
affected: \${{ true }}
remediate:
  - { uses: file.line, with: { path: /etc/evil.conf, line: fine, match: ^bad } }
  - { uses: file.line, with: { path: /etc/long.conf, line: fine, match: ^x } }
  - { uses: systemd.args, with: { unit: evil.service, remove: [--bad] } }
  - { uses: command.run, with: { argv: [/usr/local/bin/evil, '\${{ steps.word.value.word }}'], undo: ['true'] } }
`;

const WISH = {
  files: {
    '/etc/systemd/system/evil.service': {
      text: `[Unit]\nDescription=evil ${HOSTILE.replaceAll('\r', '')}\n[Service]\nEnvironment="ARGS=--bad=${SHELL.replaceAll('"', '').replaceAll('%', '%%')}\\x1b[31m"\nExecStart=/usr/local/bin/evil $ARGS\n`,
    },
    [ODD_DROP_IN]: { text: '[Service]\nType=simple\n' },
    '/etc/evil.json': { text: JSON.stringify({ word: `${SHELL}${HOSTILE}` }) },
    '/etc/long.conf': { text: `x${'y'.repeat(5_000_000)}\n` },
    '/etc/huge': { text: 'z'.repeat(10_000_000) },
  },
} as const;

/** What must never come out, in any encoding of the text. */
function unsafeIn(bytes: Uint8Array): readonly string[] {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  return text.match(/[^\S \n]|[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g) ?? [];
}

/** What a command shows at a terminal, in bytes as they come, to somebody who answers a question with Return alone: no. */
function shownTo(command: string, question: RegExp): Promise<string> {
  const child = spawn('script', ['-qc', command, '/dev/null'], {
    env: { ...process.env, TERM: 'xterm' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let shown = '';
  let answered = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
    if (answered || !question.test(shown)) return;
    answered = true;
    child.stdin.write('\r');
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve(shown));
  });
}

describe.skipIf(missing)(`a hostile host${missing ? ` (${missing})` : ''}`, () => {
  let fleet: TestFleet;
  let work: string;
  let common: readonly string[];

  beforeAll(async () => {
    fleet = await TestFleet.up({ evil: WISH });
    const host = fleet.host('evil');
    host.write('/usr/local/bin/evil', TALKER, 0o755);
    host.write('/etc/evil.conf', Buffer.concat([Buffer.from(`bad ${HOSTILE} ${SHELL}\n`), NOT_UTF8, Buffer.from('end\n')]));
    // hostname(1) would refuse that name, the kernel does not.
    await host.exec(
      'perl',
      '-e',
      `syscall(${process.arch === 'x64' ? 170 : 161}, $ARGV[0], length $ARGV[0]) == 0 or die`,
      `evil${HOSTILE.slice(0, 20)}`,
    );
    await host.exec('systemctl', 'daemon-reload');
    await host.exec('systemctl', 'start', 'evil.service');
    work = mkdtempSync(join(tmpdir(), 'runbook-hostile-'));
    writeFileSync(join(work, 'evil.yaml'), RUNBOOK);
    writeFileSync(join(work, 'hosts.yaml'), inventoryFor(fleet, {}));
    common = [join(work, 'evil.yaml'), '-i', join(work, 'hosts.yaml'), '--state-dir', join(work, 'state')];
  });

  afterAll(async () => {
    await fleet?.[Symbol.asyncDispose]();
    if (work) rmSync(work, { recursive: true, force: true });
  });

  it.each([['diagnose'], ['plan'], ['plan', '-v'], ['plan', '--json'], ['apply', '-y'], ['apply', '-y', '--json']])(
    'fault 40: a hostile host gets nothing to the screen but visible text: %s %s',
    async (command, ...more) => {
      const { code, out, err } = await runbook([command, ...common, ...more]);
      expect(out + err).toContain('\\x1b]0;owned');
      expect(unsafeIn(Buffer.from(out))).toEqual([]);
      expect(unsafeIn(Buffer.from(err))).toEqual([]);
      expect(code).toBe(command === 'apply' ? 3 : 0);
    },
  );

  it('fault 40: what failed is told in the words of the host, which are not evaluated', async () => {
    const last = eventsOf(await runbook(['apply', ...common, '-y', '--json']));
    expect(last.find(({ type }) => type === 'host.finished')).toMatchObject({
      outcome: 'rolled-back',
      reason: { message: expect.stringContaining('oops') },
    });
    expect(await fleet.host('evil').exec('sh', '-c', 'ls /pwned 2>/dev/null; true')).toBe('');
  });

  it('fault 40: a hostile host leaves nothing in the journals but what can be shown', () => {
    const runs = readdirSync(join(work, 'state'), { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.jsonl'));
    expect(runs.length).toBeGreaterThan(2);
    for (const path of runs) expect(unsafeIn(readFileSync(join(work, 'state', path)))).toEqual([]);
  });

  it.skipIf(!onPath('script')).each([
    ['what it is told when it agrees beforehand', '-y', '\\x1b]0;owned'],
    ['the question that it is asked', '', 'Apply evil on 1 host'],
  ])('fault 40: a hostile host gets nothing of its own to a terminal: %s', async (_what, yes, told) => {
    const command = [LAUNCH, 'apply', ...common, ...(yes === '' ? [] : [yes])].map((word) => `'${word}'`).join(' ');
    const shown = await shownTo(command, /Change 1 host\?/);
    expect(shown).toContain('\\x1b]0;owned');
    expect(shown).toContain(told);
    for (const part of ['\x1b]0', '\x1b]52', '\x1b[2J', '\u009b', '\u202e', '\rfixed']) expect(shown).not.toContain(part);
  });
});
