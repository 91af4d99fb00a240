import type { Phase } from '../domain/runbook.ts';
import { celEnvironment } from './cel-environment.ts';
import { type CelType, dyn, objectType, type TypeTable, typeOfSchema } from './cel-type.ts';
import type { Problem } from './cel-walk.ts';
import type { StepDraft } from './draft-step.ts';
import type { Names } from './expression.ts';
import { celTypeOfInput } from './input-type.ts';
import type { Inputs } from './read-inputs.ts';
import { didYouMean } from './suggest.ts';

const FACTS: ReadonlyMap<string, CelType> = new Map<string, CelType>([
  ['hostname', { kind: 'string' }],
  ['machine_id', { kind: 'string' }],
  ['boot_id', { kind: 'string' }],
  ['kernel', { kind: 'string' }],
  ['os_id', { kind: 'string' }],
  ['os_version', { kind: 'string' }],
  ['undo_by', { kind: 'string' }],
  ['systemd', { kind: 'bool' }],
  ['uid', { kind: 'int' }],
]);

const HOST: ReadonlyMap<string, CelType> = new Map<string, CelType>([
  ['name', { kind: 'string' }],
  ['groups', { kind: 'list', of: { kind: 'string' } }],
  ['vars', { kind: 'map', of: dyn }],
]);

/** Where an expression stands: in a step, or in `affected`, which comes after all of diagnose. Gates are of no host, so they see none. */
interface Standpoint {
  readonly phase: Phase;
  readonly index: number;
}

/** What the expressions of one runbook may refer to. */
export interface Vocabulary {
  /** Names at a place; with the type of `item` inside a step that has `for_each`. */
  at(standpoint: Standpoint, item?: CelType): Names;
  /** Names in which no host has a say: what an owned host prints must not choose which other one is asked, or the operator's machine. */
  ofOperator(phase: Phase): Names;
}

/**
 * Types all names from what is declared: inputs by their types, steps by the schemas of their outputs.
 *
 * @param inputs `undefined` when they could not be read
 * @param complete whether all steps could be read, so that an unknown id is a slip
 */
export function vocabularyOf(inputs: Inputs | undefined, steps: readonly StepDraft[], complete: boolean): Vocabulary {
  const types: TypeTable = new Map();
  const names = new Map<string, CelType>([
    ['inputs', typeOfInputs(inputs, types)],
    ['steps', typeOfSteps(steps, complete, types)],
    ['facts', objectType(types, { label: 'facts', missing: 'unknown-fact' }, FACTS)],
    ['host', objectType(types, { label: 'host', missing: 'unknown-field' }, HOST)],
  ]);
  const plain = celEnvironment(types, names);
  const only = (...kept: readonly string[]) => new Map([...names].filter(([name]) => kept.includes(name)));
  const ofOperator = celEnvironment(types, only('inputs', 'host'));
  const ofGate = celEnvironment(types, only('inputs'));
  return {
    ofOperator: (phase) => ({ cel: phase === 'gate' ? ofGate : ofOperator, objection: () => undefined }),
    at(standpoint, item) {
      const here = standpoint.phase === 'gate' ? only('inputs', 'steps') : names;
      const cel = item || here !== names ? celEnvironment(types, new Map(item ? [...here, ['item', item]] : here)) : plain;
      return { cel, objection: (id) => objectionTo(id, standpoint, steps, complete) };
    },
  };
}

function typeOfInputs(inputs: Inputs | undefined, types: TypeTable): CelType {
  if (!inputs) return { kind: 'map', of: dyn };
  const fields = [...inputs].map(([name, spec]) => [name, spec ? celTypeOfInput(spec.type) : dyn] as const);
  return objectType(types, { label: 'inputs', missing: 'unknown-input' }, new Map(fields));
}

function typeOfSteps(steps: readonly StepDraft[], complete: boolean, types: TypeTable): CelType {
  if (!complete) return { kind: 'map', of: dyn };
  const fields = new Map<string, CelType>();
  for (const step of steps) if (step.phase !== 'remediate' && !fields.has(step.id)) fields.set(step.id, typeOfStep(step, types));
  return objectType(types, { label: 'this runbook', missing: 'unknown-step' }, fields);
}

function typeOfStep({ id, spec, repeated }: StepDraft, types: TypeTable): CelType {
  if (!spec?.outputs) return dyn;
  const about = { label: `step ${id} (${spec.name})`, missing: 'unknown-output' } as const;
  const one = typeOfSchema(spec.outputs.schema, about, types);
  return repeated ? { kind: 'list', of: one } : one;
}

function objectionTo(id: string, from: Standpoint, steps: readonly StepDraft[], complete: boolean): Omit<Problem, 'range'> | undefined {
  const step = steps.find((one) => one.id === id);
  if (!step) {
    if (!complete) return undefined;
    const known = steps.filter((one) => isBefore(one, from)).map((one) => one.id);
    return { code: 'unknown-step', message: `there is no step ${id}`, hint: didYouMean(id, known, 'steps before it') };
  }
  if (from.phase === 'gate' && step.phase !== 'gate') {
    const message = `step ${id} is asked of each host, and a gate is of none`;
    return { code: 'step-not-before', message, hint: 'a gate refers to inputs, and to the steps of gate above it' };
  }
  if (step.phase === 'remediate') {
    const hint = 'read it in diagnose: those outputs are known everywhere after';
    return { code: 'changing-step', message: `the outputs of ${id} are not there to refer to: it is a step of remediate`, hint };
  }
  if (!isBefore(step, from)) {
    const itself = step.phase === from.phase && step.index === from.index;
    const message = itself ? `step ${id} cannot refer to its own outputs` : `step ${id} comes later`;
    return { code: 'step-not-before', message, hint: 'a step refers to those above it, remediate and verify to those of diagnose' };
  }
  if (step.spec && !step.spec.outputs) return { code: 'no-outputs', message: `${step.spec.name} gives no outputs` };
  return undefined;
}

function isBefore(step: StepDraft, from: Standpoint): boolean {
  if (step.phase === 'remediate') return false;
  if (step.phase === from.phase) return step.index < from.index;
  return step.phase === 'diagnose' && from.phase !== 'gate';
}
