import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/domain/change.ts';
import type { RunEvent } from '../../src/domain/event.ts';
import { type FailureCode, HostFault } from '../../src/domain/failure.ts';
import { defineStep } from '../../src/domain/step.ts';
import { rollBack } from '../../src/engine/run-rollback.ts';
import { apply } from '../../src/engine/run-runbook.ts';
import { systemdUnitState } from '../../src/steps/systemd.unit-state.ts';
import { undoLog } from '../../src/views/undo-log.ts';
import { inventoryHost } from '../fakes/fake-fleet.ts';
import { events, FILE, host, lines, replace, restart, rig, runbook, step } from './rig.ts';

const UNIT = 'app.service';

/** Runs `vacuum`, which cannot be taken back. */
const vacuum = defineStep({
  name: 'test.vacuum',
  summary: 'vacuum',
  docs: '',
  schema: { type: 'object' },
  examples: [],
  observe: async () => undefined,
  plan: (): readonly Change[] => [
    { kind: 'command', argv: ['vacuum'], timeoutMs: 1, undo: { irreversible: 'old logs are gone' }, says: [], sensitive: false },
  ],
});

/** Edits a file and masks a unit. */
const MIXED = runbook({
  remediate: [
    step('patch', replace, { path: FILE, from: 'bad', to: 'good' }),
    step('mask', systemdUnitState, { unit: UNIT, masked: true }),
    step('restart', restart, { unit: 'other.service' }, { onChange: ['patch'] }),
  ],
  verify: [],
});

function world(book = MIXED) {
  const fake = host('a');
  const made = rig([fake]);
  return {
    ...made,
    fake,
    apply: () => events(apply(made.assignment(book), made.ports)),
    rollBack: (before: readonly RunEvent[], run = 'u') => {
      const undoables = undoLog(before).map((entry) => ({ ...entry, host: inventoryHost(entry.host) }));
      const ports = { ...made.ports, transactionId: (name: string) => `${run}-${name}` };
      return events(rollBack({ ...made.head, run, kind: 'rollback', of: 'r1' }, undoables, ports));
    },
  };
}

describe('a rollback of changes of several kinds', () => {
  it('puts unit state back where somebody has restored the file by hand', async () => {
    const { fake, apply: doIt, rollBack: undo } = world();
    const done = await doIt();
    fake.write(FILE, 'mode=bad\n');
    expect(lines(await undo(done))).toContain('a finished: rolled-back');
    expect(fake.units.get(UNIT)?.['LoadState']).toBe('loaded');
  });

  it('stops a unit that the run started by its restart, though the file is back already', async () => {
    const { fake, apply: doIt, rollBack: undo } = world(runbook({ verify: [] }));
    fake.setUnit(UNIT, { ActiveState: 'inactive' });
    const done = await doIt();
    fake.write(FILE, 'mode=bad\n');
    expect(lines(await undo(done))).toContain('a finished: rolled-back');
    expect(fake.units.get(UNIT)?.['ActiveState']).toBe('inactive');
  });

  it('says what cannot be taken back, before it asks and at the end, and has nothing more to do afterwards', async () => {
    const steps = [step('patch', replace, { path: FILE, from: 'bad', to: 'good' }), step('vacuum', vacuum, {})];
    const { fake, gates, apply: doIt, rollBack: undo } = world(runbook({ remediate: steps, verify: [] }));
    fake.programs.set('vacuum', {});
    const done = await doIt();
    const first = await undo(done);
    expect(gates.at(-1)?.questions).toEqual(['cannot be taken back: old logs are gone']);
    expect(fake.text(FILE)).toBe('mode=bad\n');
    expect(first.find((event) => event.type === 'host.finished')).toMatchObject({
      outcome: 'failed',
      reason: { message: expect.stringContaining('old logs are gone') },
    });
    expect(undoLog([...done, ...first])).toEqual([]);
  });

  it.each<[FailureCode, string]>([
    ['not-regular-file', 'conflict'],
    ['permission-denied', 'failed'],
    ['become', 'failed'],
    ['timed-out', 'unreachable'],
  ])('calls a host whose file cannot be looked at (%s) %s', async (code, outcome) => {
    const { fake, apply: doIt, rollBack: undo } = world();
    const done = await doIt();
    fake.faults.set(FILE, { code, message: 'no' });
    expect(lines(await undo(done))).toContain(`a finished: ${outcome}`);
  });
});

describe('faults of the way while changing', () => {
  it.each<[FailureCode, string]>([
    ['unreachable', 'unreachable'],
    ['host-key', 'unreachable'],
    ['become', 'failed'],
    ['bad-input', 'failed'],
  ])('%s at the door is %s, and nothing is left to take back', async (code, outcome) => {
    const { ports, assignment, fleet } = rig([host('a')]);
    const write = () => Promise.reject(new HostFault({ code, message: 'no' }));
    const shut = { ...ports, fleet: { read: fleet.read.bind(fleet), close: fleet.close.bind(fleet), write } };
    const all = await events(apply(assignment(), shut));
    expect(lines(all)).toContain(`a finished: ${outcome}`);
    expect(undoLog(all)).toEqual([]);
  });
});
