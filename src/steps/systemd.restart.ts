import { defineStep } from '../domain/step.ts';
import { unitStateOf } from '../formats/unit-properties.ts';
import { fullUnitName, UNIT_NAME } from './unit-source.ts';

/** A fresh start of a unit. */
export const systemdRestart = defineStep({
  name: 'systemd.restart',
  summary: 'Restart a unit, after clearing its count of failed starts',
  docs: `Makes a program take up what earlier steps changed. The count of failed starts is cleared first (\`reset-failed\`), since
a unit that hit its start limit would refuse. All steps of a runbook together restart a unit at most once.
Restarting needs no reason of its own: give \`on_change\` so that it only happens when something changed.`,
  schema: { type: 'object', additionalProperties: false, required: ['unit'], properties: { unit: UNIT_NAME } },
  examples: [
    {
      title: 'A unit that systemd starts again and again',
      params: { unit: 'kubelet' },
      host: {
        units: { 'kubelet.service': { Id: 'kubelet.service', LoadState: 'loaded', ActiveState: 'activating', SubState: 'auto-restart' } },
      },
      says: ['~ clear the count of failed starts of kubelet.service', '~ restart kubelet.service'],
    },
  ],
  observe: (host, { unit }) => host.unit(fullUnitName(unit)),
  plan(properties, params) {
    const unit = fullUnitName(params.unit);
    const load = properties['LoadState'] ?? '';
    if (load === 'not-found') return { code: 'not-found', message: `there is no unit ${unit}`, at: unit };
    if (load === 'masked')
      return { code: 'refused', message: `${unit} is masked, and cannot be started`, at: unit, hint: 'unmask it: systemd.unit-state' };
    const before = unitStateOf(properties);
    const common = { kind: 'trigger', unit, before, sensitive: false } as const;
    return [
      { ...common, action: 'reset-failed', says: [`~ clear the count of failed starts of ${unit}`] },
      { ...common, action: 'restart', says: [`~ restart ${unit}`] },
    ];
  },
});
