import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fleet } from '../../src/domain/access.ts';
import type { Change } from '../../src/domain/change.ts';
import { type AnyStepSpec, isFailure } from '../../src/domain/step.ts';
import { systemdArgs } from '../../src/steps/systemd.args.ts';
import { systemdRestart } from '../../src/steps/systemd.restart.ts';
import { systemdUnit } from '../../src/steps/systemd.unit.ts';
import { systemdUnitState } from '../../src/steps/systemd.unit-state.ts';
import { fleetIsMissing } from '../lab/commands.ts';
import { TestFleet } from '../lab/fleet.ts';
import { hostNamed, reach } from '../lab/reach.ts';
import { apply, takeBack } from './transactions.ts';

const missing = fleetIsMissing();

function service(lines: string, install = 'WantedBy=multi-user.target'): { readonly text: string } {
  return { text: `[Unit]\nStartLimitBurst=3\nStartLimitIntervalSec=60\n[Service]\n${lines}\n[Install]\n${install}\n` };
}

const SLEEP = 'ExecStart=/bin/sleep infinity';
const OURS = '/etc/systemd/system';
const FILES = {
  '/usr/lib/systemd/system/app.service': service(SLEEP, 'WantedBy=multi-user.target\nAlias=other.service'),
  '/usr/lib/systemd/system/plain.service': { text: `[Service]\n${SLEEP}\n` },
  [`${OURS}/ours.service`]: service(SLEEP),
  [`${OURS}/once.service`]: service('Type=oneshot\nExecStart=/bin/false'),
  [`${OURS}/never.service`]: service(`Type=notify\n${SLEEP}\nTimeoutStartSec=2`),
  [`${OURS}/loop.service`]: service(
    'EnvironmentFile=/etc/default/loop\nExecStart=/bin/sh -c "exec $WHAT $ARGS"\nRestart=always\nRestartSec=100ms',
  ),
  '/etc/default/loop': { text: 'WHAT=/bin/false\nARGS=--bad\n' },
} as const;

const LINKS = `find ${OURS} -type l -printf '%P %l\\n' | sort`;

describe.skipIf(missing)(`units of a real systemd${missing ? ` (${missing})` : ''}`, () => {
  let fleet: TestFleet;
  let way: Fleet;

  beforeAll(async () => {
    fleet = await TestFleet.up({ units: { files: FILES } });
    way = reach(fleet);
    await sh('systemctl daemon-reload');
  });

  afterAll(async () => {
    await way?.close(hostNamed('units'));
    await fleet?.[Symbol.asyncDispose]();
  });

  function sh(script: string): Promise<string> {
    return fleet.host('units').exec('/bin/sh', '-c', script);
  }

  async function planned(spec: AnyStepSpec, params: object): Promise<readonly Change[]> {
    const reader = await way.read(hostNamed('units'));
    const changes = spec.plan?.(await spec.observe(reader, params), params) ?? [];
    if (isFailure(changes)) throw new Error(`${changes.code}: ${changes.message}`);
    return changes;
  }

  /** Lasting state, and the links behind it. */
  async function state(unit: string): Promise<string> {
    return (await sh(`systemctl show -p ActiveState -p UnitFileState -p LoadState ${unit}`)) + (await sh(LINKS));
  }

  it.each<[string, string, object, string]>([
    ['starts', 'true', { started: true }, 'active disabled loaded'],
    ['starts and enables', 'true', { started: true, enabled: true }, 'active enabled loaded'],
    ['stops and disables', 'systemctl enable --now app', { started: false, enabled: false }, 'inactive disabled loaded'],
    ['stops and masks', 'systemctl enable --now app', { started: false, masked: true }, 'inactive masked masked'],
    ['masks what goes on running', 'systemctl enable --now app', { masked: true }, 'active masked masked'],
    ['unmasks and starts', 'systemctl disable --now app; systemctl mask app', { masked: false, started: true }, 'active disabled loaded'],
  ])('%s a unit, and takes it back', async (_what, given, wanted, now) => {
    await sh(`systemctl unmask app; systemctl disable --now app; systemctl daemon-reload; ${given}`);
    const before = await state('app');
    const changes = await planned(systemdUnitState, { unit: 'app', ...wanted });
    expect(await apply(way, 'units', changes)).toEqual([{ kind: 'done' }]);
    expect((await sh('systemctl show -P ActiveState -P UnitFileState -P LoadState app')).trim().split(/\s+/).sort()).toEqual(
      now.split(' ').sort(),
    );
    expect(await planned(systemdUnitState, { unit: 'app', ...wanted })).toEqual([]);
    expect(await takeBack(way, 'units', changes)).toEqual([{ kind: 'done' }]);
    expect(await state('app')).toBe(before);
  });

  it('does not plan what systemd would refuse half-way, or not put back', async () => {
    await expect(planned(systemdUnitState, { unit: 'ours', masked: true })).rejects.toThrow('refused: ours.service has its file in /etc');
    await sh('systemctl unmask app; systemctl mask --runtime app');
    await expect(planned(systemdUnitState, { unit: 'app', masked: false })).rejects.toThrow('masked-runtime');
    await sh('systemctl unmask --runtime app');
  });

  it('says so when systemd has not enabled again what was enabled by a link of somebody else', async () => {
    await sh(`ln -s /usr/lib/systemd/system/plain.service ${OURS}/multi-user.target.wants/; systemctl daemon-reload`);
    const changes = await planned(systemdUnitState, { unit: 'plain', enabled: false });
    expect(await apply(way, 'units', changes)).toEqual([{ kind: 'done' }]);
    expect(await takeBack(way, 'units', changes)).toMatchObject([
      { kind: 'failed', message: expect.stringContaining('still not enabled: systemd calls it static') },
    ]);
  });

  it.each([
    ['fails to start', 'once', 'error code'],
    ['never says that it is ready', 'never', 'timeout was exceeded'],
  ])('reports a restart of a unit that %s, and takes it back', async (_what, unit, says) => {
    const changes = await planned(systemdRestart, { unit });
    const [reset, restart] = await apply(way, 'units', changes);
    expect(reset).toEqual({ kind: 'done' });
    expect(restart).toMatchObject({ kind: 'failed', message: expect.stringContaining(says) });
    expect(await takeBack(way, 'units', changes)).toEqual([{ kind: 'done' }, { kind: 'done' }]);
    expect((await sh(`systemctl show -P ActiveState ${unit}`)).trim()).toBe('inactive');
  });

  it('heals a unit past its start limit without telling systemd of files that are none of its own, and takes it back', async () => {
    await sh('systemctl start loop; until systemctl is-failed -q loop; do :; done');
    const seen = await systemdUnit.observe(await way.read(hostNamed('units')), { unit: 'loop' });
    expect(systemdUnit.outputs?.of(seen, { unit: 'loop' })).toMatchObject({ crash_looping: true, active: false });
    await sh('printf "WHAT=/bin/sleep\\nARGS=\\"--bad infinity\\"\\n" >/etc/default/loop');
    const edit = await planned(systemdArgs, { unit: 'loop', remove: ['--none'], set: {} });
    expect(edit).toEqual([]);
    const restart = await planned(systemdRestart, { unit: 'loop' });
    expect(await apply(way, 'units', restart)).toEqual([{ kind: 'done' }, { kind: 'done' }]);
    expect(await takeBack(way, 'units', restart)).toEqual([{ kind: 'done' }, { kind: 'done' }]);
    expect((await sh('systemctl show -P ActiveState loop')).trim()).toBe('inactive');
  });
});
