import type { UnitState } from '../domain/change.ts';
import { defineStep } from '../domain/step.ts';
import { unitStateOf } from '../formats/unit-properties.ts';
import { fullUnitName, UNIT_NAME } from './unit-source.ts';

/** The link that masks a unit would have to stand where its file is. */
const OWN_FILES = '/etc/systemd/system/';

/** Whether a unit runs, starts at boot, may be started at all. */
export const systemdUnitState = defineStep({
  name: 'systemd.unit-state',
  summary: 'Make a unit be started or stopped, enabled or disabled, masked or not',
  docs: `What is not given stays as it is. A unit that systemd is about to start again counts as started. A unit without an
\`[Install]\` section (\`static\`) cannot be enabled; one that is masked can be neither started nor enabled, unless it is
unmasked in the same step.`,
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['unit'],
    properties: {
      unit: UNIT_NAME,
      started: { type: 'boolean', description: 'it runs, or does not' },
      enabled: { type: 'boolean', description: 'it is started at boot, or not' },
      masked: { type: 'boolean', description: 'it cannot be started by anything, or can' },
    },
  },
  examples: [
    {
      title: 'Stop a unit and keep it from starting',
      params: { unit: 'swapfile.swap', started: false, masked: true },
      host: { units: { 'swapfile.swap': { LoadState: 'loaded', ActiveState: 'active', UnitFileState: 'enabled' } } },
      says: ['~ swapfile.swap is stopped', '~ swapfile.swap is masked'],
    },
    {
      title: 'Already so',
      params: { unit: 'containerd', started: true, enabled: true },
      host: { units: { 'containerd.service': { LoadState: 'loaded', ActiveState: 'active', UnitFileState: 'enabled' } } },
      says: [],
    },
  ],
  observe: (host, { unit }) => host.unit(fullUnitName(unit)),
  plan(properties, params) {
    const unit = fullUnitName(params.unit);
    const before = unitStateOf(properties);
    const masked = params.masked ?? before.masked;
    const after: UnitState = { active: params.started ?? before.active, enabled: params.enabled ?? before.enabled, masked };
    const says = differences(unit, before, after);
    if (says.length === 0) return [];
    if (properties['LoadState'] === 'not-found') return { code: 'not-found', message: `there is no unit ${unit}`, at: unit };
    if (masked && ((after.active && !before.active) || (after.enabled && !before.enabled))) {
      return { code: 'refused', message: `${unit} is masked, and can be neither started nor enabled`, at: unit, hint: 'say masked: false' };
    }
    const file = properties['UnitFileState'] ?? '';
    if (after.masked && !before.masked && (properties['FragmentPath'] ?? '').startsWith(OWN_FILES)) {
      const hint = 'disable and stop it, or remove the file';
      return { code: 'refused', message: `${unit} has its file in /etc, and systemd masks only what has it elsewhere`, at: unit, hint };
    }
    if (file.startsWith('linked') && (after.masked !== before.masked || after.enabled !== before.enabled)) {
      // systemctl disable would take the link away by which systemd knows the unit at all (man systemctl, disable).
      const hint = 'put the unit file itself into /etc/systemd/system, or leave it as it is';
      return { code: 'refused', message: `${unit} is ${file}: its file lies elsewhere, and to disable it would unlink it`, at: unit, hint };
    }
    if (file.endsWith('-runtime') && (after.masked !== before.masked || after.enabled !== before.enabled)) {
      return {
        code: 'refused',
        message: `${unit} is ${file}: what lasts only until the next boot cannot be changed, and put back as it was`,
        at: unit,
      };
    }
    if (after.enabled && !before.enabled && ['static', 'generated', 'transient'].includes(file)) {
      return { code: 'refused', message: `${unit} is ${file}: there is no [Install] section by which to enable it`, at: unit };
    }
    return [{ kind: 'unit', unit, before, after, says, sensitive: false }];
  },
});

function differences(unit: string, before: UnitState, after: UnitState): readonly string[] {
  const says: string[] = [];
  if (before.active !== after.active) says.push(`~ ${unit} is ${after.active ? 'started' : 'stopped'}`);
  if (before.enabled !== after.enabled) says.push(`~ ${unit} is ${after.enabled ? 'enabled' : 'disabled'}`);
  if (before.masked !== after.masked) says.push(`~ ${unit} is ${after.masked ? 'masked' : 'unmasked'}`);
  return says;
}
