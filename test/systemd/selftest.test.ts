import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selftestCases } from '../../src/cli/selftest-cases.ts';
import { runbook } from '../lab/command-line.ts';
import { fleetIsMissing } from '../lab/commands.ts';
import { TestFleet } from '../lab/fleet.ts';
import { inventoryFor } from '../lab/write-inventory.ts';

const missing = fleetIsMissing();

describe.skipIf(missing)(`the self-test on a spare host${missing ? ` (${missing})` : ''}`, () => {
  let fleet: TestFleet;
  let work: string;
  const selftest = (host: string, ...more: readonly string[]) => runbook(['selftest', host, '-i', join(work, 'hosts.yaml'), ...more]);

  beforeAll(async () => {
    fleet = await TestFleet.up({ sound: {}, unsound: {} });
    work = mkdtempSync(join(tmpdir(), 'runbook-selftest-'));
    writeFileSync(join(work, 'hosts.yaml'), inventoryFor(fleet, {}));
  });
  afterAll(async () => {
    await fleet?.[Symbol.asyncDispose]();
    if (work) rmSync(work, { recursive: true, force: true });
  });

  it('passes every case on a sound host, and leaves nothing there', async () => {
    const { code, out, err } = await selftest('sound', '-y');
    expect(err).toBe('');
    expect(out.trim().split('\n')).toEqual(selftestCases.map(({ says }) => `✓ ${says}`));
    expect(code).toBe(0);
    expect(await fleet.host('sound').exec('/bin/sh', '-c', 'ls -d /etc/runbook-selftest.d 2>/dev/null; ls /var/lib/runbook/lock')).toBe(
      'free\n',
    );
  });

  it('says which cases fail on a host whose timers never fire, and exits with 3', async () => {
    const deaf = '#!/bin/sh\nexec /usr/bin/systemd-run.real "$@" --on-active=1d\n';
    await fleet.host('unsound').exec('mv', '/usr/bin/systemd-run', '/usr/bin/systemd-run.real');
    fleet
      .host('unsound')
      .write(
        '/usr/bin/systemd-run',
        deaf.replace('"$@" --on-active=1d', '--unit="$(echo "$@" | sed "s/.*--unit=\\\\([^ ]*\\\\).*/\\\\1/")" --on-active=1d true'),
        0o755,
      );
    const { code, out } = await selftest('unsound', '-y', '--json');
    const wrong = (JSON.parse(out) as { cases: { says: string; wrong?: string }[] }).cases.filter((one) => one.wrong !== undefined);
    expect(wrong.map(({ says }) => says)).toContain('a change that nobody confirms is taken back by the host itself, in time');
    expect(code).toBe(3);
  });

  it('asks for a yes before it touches the host', async () => {
    const { code, err } = await selftest('sound');
    expect(err).toContain('If it is a spare host, pass -y.');
    expect(code).toBe(5);
  });
});
