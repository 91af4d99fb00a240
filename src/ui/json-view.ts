import type { RunEvent } from '../domain/event.ts';
import type { HostPlan, StepPlan } from '../domain/plan.ts';
import { jsonChange } from './json-change.ts';
import { jsonText } from './json-text.ts';
import type { Output, View } from './output.ts';
import type { Mask } from './secrets-mask.ts';

/** Every event as one line of JSON. Keys come in one fixed order: what identifies the event, then the rest by name. */
export function jsonView(output: Output, mask: Mask): View {
  return {
    event: (event) => output.write(`${jsonLine(event, mask)}\n`),
    // A script learns of it by `run.interrupted`.
    stopping() {},
    paused() {},
    abandon() {},
    close: () => Promise.resolve(),
  };
}

/** One event as JSON, without a newline. */
export function jsonLine(event: RunEvent, mask: Mask): string {
  return jsonText(ordered(plainEvent(event)), mask);
}

function plainEvent(event: RunEvent): object {
  if (event.type === 'host.planned') return { ...event, plan: plainPlan(event.plan) };
  if (event.type === 'transaction.intended') {
    const { context: _, ...told } = event;
    return { ...told, changes: event.changes.map(jsonChange) };
  }
  if (event.type === 'run.started') {
    const { source: _, ...told } = event;
    return told;
  }
  return event;
}

/** A plan as data. A step names how many changes it brings; what they are stands once, merged and ordered, in the plan. */
export function plainPlan(plan: HostPlan): object {
  const step = (each: StepPlan) =>
    each.status.kind === 'planned' ? { ...each, status: { kind: each.status.kind, changes: each.status.changes.length } } : each;
  return { ...plan, steps: plan.steps.map(step), changes: plan.changes.map(jsonChange) };
}

const FIRST: readonly string[] = ['type', 'at', 'run', 'host', 'kind', 'outcome'];

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, ordered(each)]));
}

function rank(key: string): number {
  const index = FIRST.indexOf(key);
  return index === -1 ? FIRST.length : index;
}
