import type { Reader } from '../../src/domain/access.ts';
import type { RunEvent } from '../../src/domain/event.ts';
import { ok } from '../../src/domain/failure.ts';
import { bytesToText, contentOf, textToBytes, withBytes } from '../../src/domain/file.ts';
import type { Rollout, Runbook, Step } from '../../src/domain/runbook.ts';
import { type AnyStepSpec, defineStep, type Unmet } from '../../src/domain/step.ts';
import type { Approval, Gate, Ports } from '../../src/engine/ports.ts';
import type { EventBatches, RunHead } from '../../src/engine/run.ts';
import type { Assignment } from '../../src/engine/run-runbook.ts';
import { exitCode } from '../../src/views/exit-code.ts';
import { FakeFleet, inventoryHost } from '../fakes/fake-fleet.ts';
import { FakeHost } from '../fakes/fake-host.ts';

const path = { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] } as const;

/** Reads a file's text. */
export const read = defineStep({
  name: 'test.read',
  summary: 'read',
  docs: '',
  schema: path,
  examples: [],
  observe: (host: Reader, params) => host.file(params.path),
  outputs: { schema: { type: 'object' }, of: (state) => ({ text: state.kind === 'file' ? bytesToText(state.content.bytes) : '' }) },
});

/** Replaces a word in a file. */
export const replace = defineStep({
  name: 'test.replace',
  summary: 'replace',
  docs: '',
  schema: {
    type: 'object',
    properties: { path: { type: 'string' }, from: { type: 'string' }, to: { type: 'string' } },
    required: ['path', 'from', 'to'],
  },
  examples: [],
  observe: (host: Reader, params) => host.file(params.path),
  plan(before, { path: file, from, to }) {
    if (before.kind !== 'file') return { code: 'not-found', message: `${file} is not there` };
    const text = bytesToText(before.content.bytes);
    if (!text.includes(from)) return [];
    const after = withBytes(file, before, textToBytes(text.replaceAll(from, to)));
    return [{ kind: 'file', path: file, before, after, says: [`- ${from}`], sensitive: false }];
  },
});

/** Restarts a unit. */
export const restart = defineStep({
  name: 'test.restart',
  summary: 'restart',
  docs: '',
  schema: { type: 'object', properties: { unit: { type: 'string' } }, required: ['unit'] },
  examples: [],
  observe: (host: Reader, params) => host.unit(params.unit),
  plan: (state, { unit }) => {
    const before = { active: state['ActiveState'] !== 'inactive', enabled: true, masked: false };
    return [{ kind: 'trigger', action: 'restart', unit, before, says: [], sensitive: false }];
  },
});

/** Expects a program to answer `well`; `later N` is pending for N ms, `mute` cannot be asked. */
export const well = defineStep({
  name: 'test.well',
  summary: 'well',
  docs: '',
  schema: { type: 'object', properties: {} },
  examples: [],
  observe: async (host: Reader) => bytesToText((await host.probe(['how'])).stdout),
  verify(answer): readonly Unmet[] {
    const [word, ms] = answer.split(' ');
    if (word === 'well') return [];
    if (word === 'later') return [{ what: 'not yet', pendingMs: Number(ms) }];
    return word === 'mute' ? [{ what: 'nobody answers', inconclusive: true }] : [{ what: `it is ${answer}` }];
  },
});

/** A checked step without expressions. */
export function step(id: string, spec: unknown, params: unknown, more: Partial<Step> = {}): Step {
  const phase = more.phase ?? ((spec as AnyStepSpec).plan ? 'remediate' : 'diagnose');
  const place = { file: 'test.yaml', line: 1, column: 1 };
  const fixed = { timeoutMs: 1_000, retries: 0, sensitive: false, continueOnError: false, onChange: [], needs: [] };
  return { id, phase, spec: spec as AnyStepSpec, place, params: () => ok(params), ...fixed, ...more };
}

const ROLLOUT: Rollout = {
  waves: [{ percent: 100 }],
  bakeMs: 0,
  maxFailures: { hosts: 0 },
  confirm: 'run',
  verifyTimeoutMs: 10_000,
  verifyEveryMs: 1_000,
  parallel: 10,
  commitConfirmMs: 60_000,
  onBreach: 'stop',
  recheck: true,
  jitterMs: 0,
};

export const FILE = '/etc/app.conf';

/** Finds `bad` in a file, replaces it by `good`, restarts, and asks whether all is well. */
export function runbook(more: Partial<Omit<Runbook, 'rollout'>> & { readonly rollout?: Partial<Rollout> } = {}): Runbook {
  return {
    name: 'fix',
    summary: '',
    docs: '',
    path: 'test.yaml',
    source: contentOf(new Uint8Array()),
    inputs: new Map(),
    diagnose: [step('conf', read, { path: FILE })],
    affected: (scope) => ok(String((scope.steps['conf'] as { text: string }).text).includes('bad')),
    remediate: [
      step('patch', replace, { path: FILE, from: 'bad', to: 'good' }),
      step('restart', restart, { unit: 'app.service' }, { onChange: ['patch'] }),
    ],
    verify: [step('well', well, {}, { phase: 'verify' })],
    gate: [],
    inputsFrom: () => ok({}),
    ...more,
    rollout: { ...ROLLOUT, ...more.rollout },
  };
}

/** A host with `text` in its file; a restart makes it answer `well` when the file is good, and `ill` otherwise. */
export function host(name: string, text = 'mode=bad\n', afterFix = 'well'): FakeHost {
  const fake = new FakeHost({ files: { [FILE]: text }, units: { 'app.service': { LoadState: 'loaded', ActiveState: 'active' } } }, name);
  fake.programs.set('how', { stdout: text.includes('bad') ? 'ill' : 'well' });
  fake.hooks.restarted = () => {
    fake.programs.set('how', { stdout: fake.text(FILE)?.includes('bad') ? 'ill' : afterFix });
    return undefined;
  };
  return fake;
}

/** Everything that a run needs, in memory; time passes only by sleeping. */
export function rig(hosts: readonly FakeHost[], answer: Approval['answer'] | ((gate: Gate) => Approval['answer']) = 'yes') {
  const fleet = new FakeFleet(hosts);
  const stop = new AbortController();
  const slept: number[] = [];
  const gates: Gate[] = [];
  let now = 0;
  const clock = {
    now: () => now,
    elapsed: () => now,
    async sleep(ms: number, signal?: AbortSignal) {
      // A limit (a pause with a signal of its own) never passes; any other pause passes at once.
      if (signal && signal !== stop.signal) return new Promise<void>(() => {});
      slept.push(ms);
      now += ms;
    },
  };
  const ports: Ports = {
    fleet,
    clock,
    stop: stop.signal,
    transactionId: (name) => name,
    owner: { run: 'r1', operator: 'test', controller: 'here' },
    hostFor: (pattern) =>
      fleet.hosts.has(pattern) ? ok(inventoryHost(pattern)) : { ok: false, failure: { code: 'not-found', message: `no ${pattern}` } },
    async approve(gate) {
      gates.push(gate);
      return { answer: typeof answer === 'function' ? answer(gate) : answer, by: 'test' };
    },
    control: { pausedBy: () => undefined, pause: () => {}, closed: () => undefined, changed: async () => {} },
    isSecret: () => false,
    exitCode: (ending) => exitCode('apply', ending),
  };
  const head: RunHead = { run: 'r1', kind: 'apply', runbook: 'fix', runbookSha256: '', inputs: {}, operator: 'test' };
  const assignment = (book = runbook(), kind: RunHead['kind'] = 'apply'): Assignment => ({
    head: { ...head, kind },
    runbook: book,
    hosts: hosts.map(({ name }) => inventoryHost(name)),
    inputs: {},
  });
  return { fleet, ports, stop, slept, gates, head, assignment };
}

/** All events of a run. */
export async function events(batches: EventBatches): Promise<readonly RunEvent[]> {
  const all: RunEvent[] = [];
  for await (const batch of batches) all.push(...batch);
  return all;
}

/** A run in short: one line an event, with what matters of it. */
export function lines(all: readonly RunEvent[]): readonly string[] {
  return all.map((event) => {
    switch (event.type) {
      case 'host.planned':
        return `${event.host} planned: ${event.plan.outcome}`;
      case 'transaction.intended':
        return `${event.host} ${event.rollback ? 'undo' : 'do'}: ${event.changes.map((c) => (c.kind === 'file' ? c.path : c.kind === 'trigger' ? c.action : c.kind)).join(', ')}`;
      case 'transaction.finished':
        return `${event.host} results: ${event.results.map(({ kind }) => kind).join(', ')} (${event.state})`;
      case 'transaction.reported':
        return `${event.host} is ${event.state}`;
      case 'verify.attempted':
        return `${event.host} verify ${event.attempt}: ${event.unmet.map(({ what }) => what).join('; ') || 'holds'}`;
      case 'host.finished':
        return `${event.host} finished: ${event.outcome}`;
      case 'wave.started':
        return `wave ${event.wave}/${event.of}: ${event.hosts.join(' ')}`;
      case 'wave.finished':
        return `wave ${event.wave} ended: ${event.failures} failures of ${event.budget}`;
      case 'approval.given':
        return `approval of ${event.gate}: ${event.answer}`;
      case 'run.finished':
        return `exit ${event.exitCode}`;
      default:
        return 'host' in event ? `${event.host} ${event.type}` : event.type;
    }
  });
}
