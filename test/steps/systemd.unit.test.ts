import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { UnitProperties } from '../../src/domain/access.ts';
import { systemdUnit } from '../../src/steps/systemd.unit.ts';
import { FakeHost } from '../fakes/fake-host.ts';

type Params = Parameters<typeof systemdUnit.observe>[1];

async function look(host: FakeHost, expectation: NonNullable<Params['expect']> = {}, unit = 'x') {
  const params = { unit, expect: expectation };
  const state = await systemdUnit.observe(host, params);
  return {
    outputs: systemdUnit.outputs?.of(state, params) ?? {},
    unmet: systemdUnit.verify?.(state, params) ?? [],
    findings: systemdUnit.findings?.(state, params) ?? [],
  };
}

function unitHost(properties: UnitProperties, files: Record<string, string> = {}): FakeHost {
  const uptime = { '/proc/uptime': '1000.50 3000.00\n' };
  return new FakeHost({ units: { 'x.service': { Id: 'x.service', LoadState: 'loaded', ...properties } }, files: { ...uptime, ...files } });
}

const active = { ActiveState: 'active', SubState: 'running', ActiveEnterTimestampMonotonic: '990500000' };

describe('systemd.unit: whether a unit crash-loops', () => {
  it.each<[string, UnitProperties, boolean, number]>([
    ['waits to be started again', { ActiveState: 'activating', SubState: 'auto-restart', NRestarts: '1' }, true, 0],
    ['was given up by itself', { ActiveState: 'failed', SubState: 'failed', Result: 'exit-code', NRestarts: '3' }, true, 0],
    ['failed once', { ActiveState: 'failed', SubState: 'failed', Result: 'exit-code', NRestarts: '0' }, false, 0],
    ['was given up, and started by a person', { ActiveState: 'failed', SubState: 'failed', Result: 'start-limit-hit' }, true, 0],
    ['failed once', { ActiveState: 'failed', SubState: 'failed', Result: 'exit-code' }, false, 0],
    ['was restarted just now', { ...active, NRestarts: '3' }, true, 10_000],
    ['was restarted long ago', { ...active, NRestarts: '3', ActiveEnterTimestampMonotonic: '900000000' }, false, 100_500],
    ['was started just now', { ...active, NRestarts: '0' }, false, 10_000],
    ['is stopped', { ActiveState: 'inactive', SubState: 'dead', ActiveEnterTimestampMonotonic: '990500000' }, false, 0],
  ])('one that %s', async (_what, properties, looping, stableMs) => {
    const { outputs, findings } = await look(unitHost(properties));
    expect([outputs['crash_looping'], outputs['stable_ms'], findings.length > 0]).toEqual([looping, stableMs, looping]);
  });
});

describe('systemd.unit: what is expected', () => {
  it.each<[string, UnitProperties, NonNullable<Params['expect']>, readonly string[], number | undefined]>([
    [
      'holds',
      { ...active, UnitFileState: 'enabled' },
      { active: true, sub: 'running', enabled: true, loaded: true, stable_for: '10s' },
      [],
      undefined,
    ],
    [
      'not yet for long enough',
      active,
      { stable_for: '15s' },
      ['x.service has been active for 15 s without a restart: expected, but only for 10 s so far'],
      5_000,
    ],
    [
      'stable, but stopped',
      { ActiveState: 'inactive', SubState: 'dead' },
      { stable_for: '1s' },
      ['x.service has been active for 1 s without a restart: expected, but it is not active'],
      undefined,
    ],
    [
      'active, but about to be restarted',
      { ActiveState: 'activating', SubState: 'auto-restart' },
      { active: true, stable_for: '1s' },
      ['x.service is active: expected, but it is activating (auto-restart)'],
      undefined,
    ],
    [
      'not active, but about to be restarted',
      { ActiveState: 'activating', SubState: 'auto-restart' },
      { active: false },
      ['x.service is not active: expected, but it is activating (auto-restart)'],
      undefined,
    ],
    ['not active', { ActiveState: 'inactive', SubState: 'dead' }, { active: false, enabled: false }, [], undefined],
    ['enabled, but not', { UnitFileState: 'static' }, { enabled: true }, ['x.service is enabled: expected, but it is static'], undefined],
    ['another sub-state', active, { sub: 'exited' }, ['x.service is exited: expected, but it is active (running)'], undefined],
    ['not loaded', { LoadState: 'not-found' }, { loaded: true }, ['x.service is loaded: expected, but it is not-found'], undefined],
  ])('%s', async (_what, properties, expectation, unmet, pendingMs) => {
    const found = (await look(unitHost(properties), expectation)).unmet;
    expect(found.map(({ what }) => what)).toEqual(unmet);
    expect(found[0]?.pendingMs).toBe(pendingMs);
  });
});

describe('systemd.unit: files', () => {
  it('reads drop-ins whose names have blanks and backslashes', async () => {
    const odd = '/etc/systemd/system/x.service.d/1 a\\x2db.conf';
    const host = unitHost(
      { FragmentPath: '/u', DropInPaths: '"/etc/systemd/system/x.service.d/1 a\\\\x2db.conf" /run/b.conf' },
      {
        '/u': '[Service]\nExecStart=/x\n',
        [odd]: '[Service]\nEnvironment=A=1\n',
        '/run/b.conf': '[Service]\nExecStart=\nExecStart=/x $A\n',
      },
    );
    expect((await look(host)).outputs).toMatchObject({ argv: ['/x', '1'], drop_ins: [odd, '/run/b.conf'] });
  });

  it('reads the files of a pattern', async () => {
    const host = unitHost(
      { FragmentPath: '/u' },
      { '/u': '[Service]\nEnvironmentFile=/e/*.env\nExecStart=/x $A\n', '/e/b.env': 'A=2\n', '/e/a.env': 'A=1\n' },
    );
    expect((await look(host)).outputs).toMatchObject({ argv: ['/x', '2'], environment_files: ['/e/a.env', '/e/b.env'] });
  });

  it('knows the host in specifiers', async () => {
    const host = unitHost({ FragmentPath: '/u' }, { '/u': '[Service]\nExecStart=/x --h=%H --v %v\n' });
    expect((await look(host)).outputs).toMatchObject({ flags: { '--h': 'host1', '--v': '6.1.0' } });
  });

  it('says that systemd has older files in mind, and derives the arguments from the new ones', async () => {
    const host = unitHost({ FragmentPath: '/u', NeedDaemonReload: 'yes' }, { '/u': '[Service]\nExecStart=/x --new\n' });
    const { outputs, findings } = await look(host);
    expect(outputs).toMatchObject({ need_daemon_reload: true, argv: ['/x', '--new'] });
    expect(findings.map(({ says }) => says)).toEqual(['x.service was changed on disk, and systemd has not read it again']);
  });

  it.each([
    ['is not there', { LoadState: 'not-found' }],
    ['is masked', { LoadState: 'masked', FragmentPath: '/dev/null' }],
  ])('has no arguments for a unit that %s', async (_what, properties) => {
    const host = unitHost(properties);
    host.faults.set('/dev/null', { code: 'not-regular-file', message: '/dev/null is a device' });
    expect((await look(host)).outputs).toMatchObject({ load: properties.LoadState, argv: [], origins: [], flags: {} });
  });
});

const CAPTURE = join(import.meta.dirname, '../../../shared/captures/kubelet-1.20/broken');

describe.skipIf(!existsSync(CAPTURE))('systemd.unit: a genuine kubelet that crash-loops (from ../shared/captures)', () => {
  it('finds the bad flag and the line it stands on', async () => {
    const shown: Record<string, string> = {};
    for (const line of readFileSync(`${CAPTURE}/systemctl-show.txt`, 'utf8').trim().split('\n')) {
      const [name = '', value = ''] = [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)];
      shown[name] = shown[name] === undefined ? value : `${shown[name]}\n${value}`;
    }
    const files: Record<string, string> = { '/proc/uptime': '1363.00 1.00\n' };
    for (const part of readFileSync(`${CAPTURE}/systemctl-cat.txt`, 'utf8').split(/^(?=# \/)/m)) {
      files[part.slice(2, part.indexOf('\n'))] = part.slice(part.indexOf('\n') + 1);
    }
    files['/var/lib/kubelet/kubeadm-flags.env'] = readFileSync(`${CAPTURE}/kubeadm-flags.env`, 'utf8');
    const host = new FakeHost({ units: { 'kubelet.service': shown }, files });
    const { outputs, unmet } = await look(host, { active: true }, 'kubelet');
    expect(outputs).toMatchObject({ crash_looping: true, restarts: 2, active: false, result: 'exit-code' });
    expect((outputs['origins'] as readonly unknown[]).at(-1)).toEqual({
      arg: '--improve-speed',
      file: '/var/lib/kubelet/kubeadm-flags.env',
      line: 1,
      variable: 'KUBELET_KUBEADM_ARGS',
    });
    expect(unmet).toHaveLength(1);
  });
});
