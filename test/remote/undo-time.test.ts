import { expect, test } from 'vitest';
import type { Change, TriggerAction, UnitState } from '../../src/domain/change.ts';
import { inverse } from '../../src/domain/inverse.ts';
import { timeOfChanges, UNIT_JOB_MS } from '../../src/domain/undo-time.ts';
import { transactionScript } from '../../src/remote/transaction-script.ts';
import { SYSTEMCTL_SECONDS } from '../../src/remote/unit-functions.ts';
import { fileChange } from '../ui/streams.ts';
import { defaultHost } from './local-fleet.ts';
import { transactionOf } from './transactions.ts';

const says = { says: [], sensitive: false };
const UP: UnitState = { active: true, enabled: true, masked: false };
const DOWN: UnitState = { active: false, enabled: false, masked: true };
const trigger = (action: TriggerAction): Change => ({ kind: 'trigger', action, unit: 'a.service', before: UP, ...says });
const CHANGES: readonly Change[] = [
  fileChange('/etc/a', 'old', 'new'),
  trigger('daemon-reload'),
  { kind: 'command', argv: ['x'], timeoutMs: 600_000, undo: { argv: ['y'] }, ...says },
  { kind: 'unit', unit: 'a.service', before: DOWN, after: UP, ...says },
  trigger('reset-failed'),
  trigger('reload'),
  trigger('restart'),
];
const carrier = { host: defaultHost, encoding: 'base64', machine: '' } as const;

test('what a unit is counted with is what the host lets a call take', () => {
  expect(UNIT_JOB_MS).toBe(SYSTEMCTL_SECONDS * 1_000);
});

test.each<[string, readonly Change[], boolean]>([
  ['all of them', CHANGES, false],
  ['their inverses', inverse(CHANGES), true],
  ...CHANGES.map((change): [string, readonly Change[], boolean] => [
    change.kind === 'trigger' ? change.action : change.kind,
    [change],
    false,
  ]),
])('an exchange is waited for longer than its changes are counted with: %s', (_, changes, rollback) => {
  expect(transactionScript(transactionOf(changes, rollback), carrier).timeoutMs).toBeGreaterThan(timeOfChanges(changes));
});
