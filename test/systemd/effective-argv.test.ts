import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fleet } from '../../src/domain/access.ts';
import { systemdUnit } from '../../src/steps/systemd.unit.ts';
import { fleetIsMissing } from '../lab/commands.ts';
import { type HostWish, TestFleet } from '../lab/fleet.ts';
import { pauseProgram } from '../lab/pause-program.ts';
import { hostNamed, reach } from '../lab/reach.ts';
import { argvUnits } from './argv-units.ts';

const missing = fleetIsMissing() ?? (process.arch === 'x64' ? undefined : 'its program is for x86-64');

/** All units of the table and their files on one host. */
function wish(): HostWish {
  const files = argvUnits.flatMap(({ name, unit, dropIns, envFiles }) => [
    [`/etc/systemd/system/${name}`, { text: unit }] as const,
    ...dropIns.map((dropIn) => [`/etc/systemd/system/${name}.d/${dropIn.name}`, { text: dropIn.text }] as const),
    ...envFiles.map(({ path, text }) => [path, { text }] as const),
  ]);
  return { files: Object.fromEntries(files) };
}

describe.skipIf(missing)(`the effective argv on real systemd${missing ? ` (${missing})` : ''}`, () => {
  let fleet: TestFleet;
  let way: Fleet;

  beforeAll(async () => {
    fleet = await TestFleet.up({ argv: wish() });
    const host = fleet.host('argv');
    await host.exec(
      '/bin/sh',
      '-c',
      `base64 -d > /usr/local/bin/spin <<'X'\n${Buffer.from(pauseProgram()).toString('base64')}\nX\nchmod 755 /usr/local/bin/spin`,
    );
    await host.exec('systemctl', 'start', '--no-block', ...argvUnits.map(({ name }) => name));
    way = reach(fleet);
  });

  afterAll(async () => {
    await way?.close(hostNamed('argv'));
    await fleet?.[Symbol.asyncDispose]();
  });

  it('has at least 40 units to judge by', () => {
    expect(argvUnits.length).toBeGreaterThanOrEqual(40);
  });

  it.each(argvUnits.map((unit) => [unit.title, unit] as const))('is what /proc/PID/cmdline holds: %s', async (_title, { name, argv }) => {
    const host = fleet.host('argv');
    const pid = await host.exec(
      '/bin/sh',
      '-c',
      `for i in $(seq 100); do p=$(systemctl show -P MainPID ${name}); [ "$p" != 0 ] && [ "$(readlink /proc/$p/exe)" = /usr/local/bin/spin ] && break; sleep 0.1; done; echo $p`,
    );
    const given = (await host.exec('cat', `/proc/${pid.trim()}/cmdline`)).split('\0').slice(0, -1);
    const state = await systemdUnit.observe(await way.read(hostNamed('argv')), { unit: name });
    const outputs = systemdUnit.outputs?.of(state, { unit: name });
    expect(outputs?.['argv']).toEqual(given);
    expect(argv).toEqual(given);
  });
});
