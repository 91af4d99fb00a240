import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RunEvent } from '../../src/domain/event.ts';
import { ok } from '../../src/domain/failure.ts';
import type { Step } from '../../src/domain/runbook.ts';
import { rollBack } from '../../src/engine/run-rollback.ts';
import { apply } from '../../src/engine/run-runbook.ts';
import { fileContent } from '../../src/steps/file.content.ts';
import { fileLine } from '../../src/steps/file.line.ts';
import { systemdRestart } from '../../src/steps/systemd.restart.ts';
import { systemdUnitState } from '../../src/steps/systemd.unit-state.ts';
import { undoLog } from '../../src/views/undo-log.ts';
import { events, rig, runbook, step, well } from '../engine/rig.ts';
import { unitStateOf } from '../fakes/fake-apply.ts';
import { inventoryHost } from '../fakes/fake-fleet.ts';
import { FakeHost } from '../fakes/fake-host.ts';

const UNITS = ['one.service', 'two.service'];
const FILES = ['/etc/a', '/etc/b', '/etc/link-to-a'];

const unitProperties = fc.constantFrom(
  { LoadState: 'loaded', ActiveState: 'active', UnitFileState: 'enabled' },
  { LoadState: 'loaded', ActiveState: 'inactive', UnitFileState: 'disabled' },
  { LoadState: 'loaded', ActiveState: 'failed', UnitFileState: 'enabled' },
  { LoadState: 'masked', ActiveState: 'inactive', UnitFileState: 'masked' },
  { LoadState: 'masked', ActiveState: 'active', UnitFileState: 'masked' },
);
const wanted = fc.record({ started: fc.boolean(), enabled: fc.boolean(), masked: fc.boolean() }, { requiredKeys: [] });
const line = fc.constantFrom('x', 'y', 'z');
const state = fc.constantFrom('present', 'absent');

type Make = (index: number) => Step;
const anyStep: fc.Arbitrary<Make> = fc.oneof(
  fc.tuple(fc.constantFrom(...FILES), fc.array(line, { minLength: 1, maxLength: 3 }), state).map(([path, lines, is]): Make => {
    const params: Step['params'] = (scope) => ok({ path, line: scope.item, state: is });
    return (index) => step(`s${index}`, fileLine, null, { items: () => ok(lines), params, continueOnError: true });
  }),
  fc.tuple(fc.constantFrom('/etc/b', '/etc/new'), fc.option(line, { nil: undefined })).map(([path, content]): Make => {
    const params = content === undefined ? { path, absent: true } : { path, content, absent: false };
    return (index) => step(`s${index}`, fileContent, params);
  }),
  fc.tuple(fc.constantFrom(...UNITS), wanted).map(
    ([unit, want]): Make =>
      (index) =>
        step(`s${index}`, systemdUnitState, { unit, ...want }, { continueOnError: true }),
  ),
  fc.constantFrom(...UNITS).map(
    (unit): Make =>
      (index) =>
        step(`s${index}`, systemdRestart, { unit }, { continueOnError: true }),
  ),
);

const scenario = fc.record({
  steps: fc.array(anyStep, { minLength: 1, maxLength: 7 }),
  units: fc.tuple(unitProperties, unitProperties),
  healed: fc.boolean(),
  /** The change of the first transaction that does not succeed; past its end: all do. */
  breaksAt: fc.nat({ max: 14 }),
  half: fc.boolean(),
  /** The host's time is up before it is told to keep the changes. */
  expires: fc.boolean(),
});

function hostOf(units: readonly Readonly<Record<string, string>>[]): FakeHost {
  const fake = new FakeHost({ files: { '/etc/a': 'x\nq\n', '/etc/b': 'y\n' } }, 'a');
  fake.links.set('/etc/link-to-a', '/etc/a');
  for (const [index, unit] of UNITS.entries()) fake.units.set(unit, { Id: unit, ...units[index] });
  return fake;
}

/** Everything that must be back; a unit that had failed counts as stopped, as it is then. */
function look(fake: FakeHost): unknown {
  return {
    files: Object.fromEntries([...fake.files].map(([path, file]) => [path, [file.content.sha256, file.attributes]])),
    units: UNITS.map((unit) => unitStateOf(fake.units.get(unit) ?? {})),
  };
}

const ending = (all: readonly RunEvent[]) => all.find((event) => event.type === 'host.finished')?.outcome;

test('whatever is done to a host, by whichever steps, is taken back whole: by the host, by the run, or by a later rollback', async () => {
  const seen = new Set<string | undefined>();
  await fc.assert(
    fc.asyncProperty(scenario, async ({ steps, units, healed, breaksAt, half, expires }) => {
      const fake = hostOf(units);
      fake.programs.set('how', { stdout: healed ? 'well' : 'ill' });
      const before = look(fake);
      const world = rig([fake]);
      const { ports } = world;
      fake.hooks.fails = (_, index) => (index === breaksAt ? (half ? 'half' : 'whole') : undefined);
      fake.hooks.answer = () => void (expires && fake.states.get('a') === 'applied' && fake.expire('a'));
      const book = runbook({
        diagnose: [],
        affected: () => ok(true),
        remediate: steps.map((make, index) => make(index)),
        verify: [step('well', well, {}, { phase: 'verify' })],
        rollout: { verifyTimeoutMs: 0 },
      });
      const run = await events(apply(world.assignment(book), ports));
      const outcome = ending(run);
      seen.add(outcome);
      if (outcome !== 'fixed') {
        expect([outcome, look(fake)]).toEqual([outcome, before]);
        return;
      }
      const undoables = undoLog(run).map((entry) => ({ ...entry, host: inventoryHost(entry.host) }));
      fake.hooks.fails = () => undefined;
      const again = { ...ports, transactionId: (name: string) => `u-${name}` };
      const back = await events(rollBack({ ...world.head, kind: 'rollback' }, undoables, again));
      expect([ending(back), look(fake)]).toEqual([expect.stringMatching(/rolled-back|healthy/), before]);
      if (ending(back) === 'rolled-back') expect(undoLog([...run, ...back])).toEqual([]);
    }),
    { numRuns: 1_000 },
  );
  expect([...seen].sort()).toEqual(['failed', 'fixed', 'healthy', 'other-cause', 'rolled-back']);
});

test('all steps at once leave a host as one after another would', async () => {
  const runs = fc.record({ steps: fc.array(anyStep, { minLength: 1, maxLength: 7 }), units: fc.tuple(unitProperties, unitProperties) });
  await fc.assert(
    fc.asyncProperty(runs, async ({ steps, units }) => {
      const made = steps.map((make, index) => make(index));
      const [together, inTurn] = [hostOf(units), hostOf(units)];
      const doTo = async (fake: FakeHost, remediate: readonly Step[], run: string) => {
        const { assignment, ports } = rig([fake]);
        const book = runbook({ diagnose: [], affected: () => ok(true), remediate, verify: [] });
        return ending(await events(apply(assignment(book), { ...ports, transactionId: () => run })));
      };
      const planned = (await doTo(together, made, 'all')) !== 'failed';
      for (const [index, one] of made.entries()) await doTo(inTurn, [one], `${index}`);
      if (planned) expect(result(together)).toEqual(result(inTurn));
    }),
    { numRuns: 1_000 },
  );
});

/** Bytes and unit state: the order of writes shows in times. */
function result(fake: FakeHost): unknown {
  return {
    files: [...fake.files].map(([path, file]) => [path, file.content.sha256]).sort(),
    units: UNITS.map((unit) => unitStateOf(fake.units.get(unit) ?? {})),
  };
}
