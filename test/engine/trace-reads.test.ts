import { expect, test } from 'vitest';
import type { Reader } from '../../src/domain/access.ts';
import { ok } from '../../src/domain/failure.ts';
import { traceReads } from '../../src/engine/trace-reads.ts';
import { FakeFleet, inventoryHost } from '../fakes/fake-fleet.ts';
import { FILE, host, read, replace, rig, runbook, step } from './rig.ts';

test('what steps of all phases read is written down with the step, whether the host is affected or not', async () => {
  const fake = host('a', 'mode=good\n');
  fake.links.set('/etc/link', FILE);
  const other = host('b');
  const asks = {
    ...read,
    observe: (reader: Reader) => Promise.all([reader.probe(['how'], { raise: 'denied' }), reader.probe(['date']), reader.unit('x')]),
  };
  const book = runbook({
    diagnose: [step('conf', read, { path: '/etc/link' }), step('asks', asks, {})],
    remediate: [
      step('patch', replace, { path: FILE, from: 'bad', to: 'good' }),
      step('never', read, { path: '/no' }, { condition: () => ok(false) }),
    ],
    verify: [step('there', read, { path: '/etc/absent' }, { phase: 'verify', on: () => ok('b') })],
  });
  const { ports } = rig([fake]);
  const fleet = new FakeFleet([fake, other]);
  const trace = await traceReads(inventoryHost('a'), {
    runbook: book,
    inputs: {},
    fleet,
    clock: ports.clock,
    hostFor: (name) => ok(inventoryHost(name)),
  });
  expect(trace.reads).toEqual([
    { step: 'conf', read: { kind: 'file', path: '/etc/link' }, raise: true, real: FILE },
    { step: 'asks', read: { kind: 'probe', argv: ['how'] }, raise: true },
    { step: 'asks', read: { kind: 'probe', argv: ['date'] }, raise: false },
    { step: 'asks', read: { kind: 'unit', unit: 'x' }, raise: true },
    { step: 'patch', read: { kind: 'file', path: FILE }, raise: true, real: FILE },
    { step: 'there', read: { kind: 'file', path: '/etc/absent' }, raise: true },
  ]);
  expect(other.asked).toEqual(['file /etc/absent']);
  expect(trace.plans.map(({ id, status }) => [id, status.kind])).toContainEqual(['never', 'skipped']);
  expect(fake.transactions).toEqual([]);
});

test('a read that is denied is written down as well', async () => {
  const fake = host('a');
  fake.faults.set('/secret', { code: 'permission-denied', message: 'no' });
  const book = runbook({ diagnose: [step('secret', read, { path: '/secret' })], remediate: [], verify: [] });
  const { ports } = rig([fake]);
  const trace = await traceReads(inventoryHost('a'), {
    runbook: book,
    inputs: {},
    fleet: new FakeFleet([fake]),
    clock: ports.clock,
    hostFor: (name) => ok(inventoryHost(name)),
  });
  expect(trace.reads).toEqual([{ step: 'secret', read: { kind: 'file', path: '/secret' }, raise: true }]);
});
