import { describe, expect, it } from 'vitest';
import { contentOf } from '../../src/domain/file.ts';
import type { InputSpec } from '../../src/domain/runbook.ts';
import type { Scope } from '../../src/domain/step.ts';
import { apply } from '../../src/engine/run-runbook.ts';
import { contextOf, readContext } from '../../src/engine/verify-context.ts';
import { events, host, rig, runbook, step, well } from './rig.ts';

const SCOPE: Scope = {
  inputs: { unit: 'kubelet', token: 'hunter2' },
  steps: { conf: { text: 'mode=bad' } },
  facts: { hostname: 'a' },
  host: { name: 'a', groups: ['all'], vars: { port: 1 } },
};
const INPUTS = new Map<string, InputSpec>([
  ['unit', { type: 'string', description: '', sensitive: false }],
  ['token', { type: 'string', description: '', sensitive: true }],
]);
const BOOK = runbook({ inputs: INPUTS });
const known = [...BOOK.verify, ...BOOK.remediate.slice(0, 1)];

describe('what another process needs to verify a host', () => {
  it('comes back as it was, but for sensitive inputs, which are not kept and are given anew', () => {
    const context = contextOf(SCOPE, known, INPUTS);
    expect(Buffer.from(context.bytes).toString()).not.toContain('hunter2');
    expect(readContext(context, BOOK, { token: 'hunter2' })).toEqual({ scope: SCOPE, steps: known });
    expect(readContext(context, BOOK, {})).toEqual({ scope: { ...SCOPE, inputs: { unit: 'kubelet' } }, steps: known });
  });

  it.each([
    ['of another runbook', contextOf(SCOPE, [step('gone', well, {})], INPUTS)],
    ['that is cut short', contentOf(contextOf(SCOPE, known, INPUTS).bytes.slice(0, -1))],
    ['that is something else', contentOf(Buffer.from('null'))],
  ])('is not there in a context %s', (_, context) => {
    expect(readContext(context, BOOK, {})).toBeUndefined();
  });

  it('is in what is announced before a host is changed', async () => {
    const { ports, assignment } = rig([host('a')]);
    const all = await events(apply(assignment(), ports));
    const [intended] = all.filter((event) => event.type === 'transaction.intended');
    const context = intended?.type === 'transaction.intended' ? intended.context : undefined;
    expect(context && readContext(context, runbook(), {})?.scope).toMatchObject({
      host: { name: 'a' },
      steps: { conf: { text: 'mode=bad\n' } },
      facts: { hostname: 'a' },
    });
  });
});
