import { describe, expect, it } from 'vitest';
import type { UnitProperties } from '../../src/domain/access.ts';
import { isFailure } from '../../src/domain/step.ts';
import { systemdRestart } from '../../src/steps/systemd.restart.ts';
import { systemdUnitState } from '../../src/steps/systemd.unit-state.ts';

const running = { LoadState: 'loaded', ActiveState: 'active', UnitFileState: 'enabled' };
const stopped = { LoadState: 'loaded', ActiveState: 'inactive', UnitFileState: 'disabled' };
const masked = { LoadState: 'masked', ActiveState: 'inactive', UnitFileState: 'masked' };

describe('systemd.unit-state', () => {
  it.each<[string, UnitProperties, object, unknown]>([
    ['stops and disables', running, { started: false, enabled: false }, ['~ x.service is stopped', '~ x.service is disabled']],
    ['starts one that runs not', stopped, { started: true }, ['~ x.service is started']],
    ['takes one that is about to be started again for started', { ...stopped, ActiveState: 'activating' }, { started: true }, []],
    ['leaves what is not given', running, {}, []],
    ['unmasks and starts', masked, { masked: false, started: true }, ['~ x.service is started', '~ x.service is unmasked']],
    ['starts none that is masked', masked, { started: true }, 'refused'],
    ['starts none that is masked at the same time', stopped, { started: true, masked: true }, 'refused'],
    ['enables none without an [Install] section', { ...stopped, UnitFileState: 'static' }, { enabled: true }, 'refused'],
    ['starts none that is not there', { LoadState: 'not-found', ActiveState: 'inactive' }, { started: true }, 'not-found'],
    ['masks none whose file is in /etc', { ...running, FragmentPath: '/etc/systemd/system/x.service' }, { masked: true }, 'refused'],
    ['unmasks none that is masked until the next boot', { ...masked, UnitFileState: 'masked-runtime' }, { masked: false }, 'refused'],
    [
      'starts one that is enabled until the next boot',
      { ...stopped, UnitFileState: 'enabled-runtime' },
      { started: true },
      ['~ x.service is started'],
    ],
    ['enables none whose file lies elsewhere', { ...running, UnitFileState: 'linked' }, { enabled: true }, 'refused'],
    ['enables none that is linked until the next boot', { ...stopped, UnitFileState: 'linked-runtime' }, { enabled: true }, 'refused'],
    ['stops one whose file lies elsewhere', { ...running, UnitFileState: 'linked' }, { started: false }, ['~ x.service is stopped']],
    ['needs no unit that must be stopped', { LoadState: 'not-found', ActiveState: 'inactive' }, { started: false }, []],
  ])('%s', (_what, properties, params, expected) => {
    const planned = systemdUnitState.plan?.(properties, { unit: 'x', ...params }) ?? [];
    expect(isFailure(planned) ? planned.code : planned.flatMap(({ says }) => says)).toEqual(expected);
  });

  it('carries both ends', () => {
    const planned = systemdUnitState.plan?.(running, { unit: 'x', started: false, masked: true });
    expect(planned).toMatchObject([
      { before: { active: true, enabled: true, masked: false }, after: { active: false, enabled: true, masked: true } },
    ]);
  });
});

describe('systemd.restart', () => {
  it('clears the failed starts first, and carries the state that rollback puts back', () => {
    const planned = systemdRestart.plan?.({ ...running, ActiveState: 'activating' }, { unit: 'x' });
    const before = { active: true, enabled: true, masked: false };
    expect(planned).toMatchObject([
      { action: 'reset-failed', unit: 'x.service', before },
      { action: 'restart', unit: 'x.service', before },
    ]);
  });

  it.each([
    ['not-found', { LoadState: 'not-found' }],
    ['refused', masked],
  ])('fails as %s', (code, properties) => {
    expect(systemdRestart.plan?.(properties, { unit: 'x' })).toMatchObject({ code });
  });
});
