import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Runbook } from '../../src/domain/runbook.ts';
import { loadRunbook } from '../../src/load/load-runbook.ts';
import { stepTypes } from '../../src/steps/index.ts';
import { printed, scopeWith } from './load-sample.ts';

const FOLDER = new URL('../../runbooks/', import.meta.url);

function load(file: string) {
  return loadRunbook({ path: `runbooks/${file}`, text: readFileSync(new URL(file, FOLDER), 'utf8') }, stepTypes);
}

describe('the shipped runbooks', () => {
  it.each(readdirSync(FOLDER).filter((file) => /\.ya?ml$/.test(file)))('has nothing wrong in %s', (file) => {
    expect(printed(load(file))).toBe('');
  });
});

describe('what the step types take', () => {
  const load = (step: string) => printed(loadRunbook({ path: 'x.yaml', text: `${HEAD}${step}` }, stepTypes));
  const HEAD = 'apiVersion: runbook/v1\nname: x\nsummary: x\nhosts: all\n';

  it.each([
    [
      'a regular expression that is none',
      'diagnose:\n  - uses: systemd.journal\n    with: { unit: a, explain: [{ match: "(?=x)", as: cause, says: x }] }',
    ],
    ['neither undo nor irreversible', 'remediate:\n  - uses: command.run\n    with: { argv: [x] }'],
    ['both undo and irreversible', 'remediate:\n  - uses: command.run\n    with: { argv: [x], undo: [y], irreversible: z }'],
  ])('is checked before any host is asked: %s', (_, step) => {
    expect(load(step)).toContain('error[params]: ');
  });

  it('names the two of which exactly one is needed', () => {
    expect(load('remediate:\n  - uses: command.run\n    with: { argv: [x] }')).toContain(
      'error[params]: with of command.run needs exactly one of undo and irreversible\n',
    );
  });
});

describe('kubelet-bad-flag', () => {
  const inputs = {
    unit: 'kubelet.service',
    healthz: 'http://127.0.0.1:10248/healthz',
    ask_api_on: 'control_plane[0]',
    stable_for: '20s',
  };
  const origin = { arg: '--improve-speed', file: '/var/lib/kubelet/kubeadm-flags.env', line: 1, variable: 'KUBELET_KUBEADM_ARGS' };
  const scope = scopeWith({
    inputs,
    steps: {
      unit: { unit: 'kubelet.service', argv: ['/usr/bin/kubelet', '--improve-speed'], origins: [origin], flags: { '--improve-speed': '' } },
      args: { unknown: ['--improve-speed'], invalid: [], known: [], asked: true },
      containers: { ids: ['c1', 'c2'], source: 'crictl' },
      log: {},
    },
    facts: { hostname: 'node1' },
  });

  function kubelet(): Runbook {
    const loaded = load('kubelet-bad-flag.yaml');
    if (!loaded.ok) throw new Error(printed(loaded));
    return loaded.runbook;
  }

  it('has inputs that need not be given', () => {
    expect(kubelet().inputsFrom({})).toEqual({ ok: true, value: inputs });
  });

  it('affects a host whose kubelet does not know a flag, and no other', () => {
    expect(kubelet().affected?.(scope)).toEqual({ ok: true, value: true });
    const known = { ...scope, steps: { ...scope.steps, args: { unknown: [], asked: true } } };
    expect(kubelet().affected?.(known)).toEqual({ ok: true, value: false });
  });

  it('removes what the kubelet does not know', () => {
    const [patch, restart] = kubelet().remediate;
    expect(patch?.params(scope)).toMatchObject({ ok: true, value: { unit: 'kubelet.service', remove: ['--improve-speed'] } });
    expect(restart?.onChange).toEqual(['patch']);
  });

  it('verifies against what was diagnosed', () => {
    const { verify } = kubelet();
    const params = Object.fromEntries(verify.map((step) => [step.id, step.params(scope)]));
    expect(params).toMatchObject({
      up: { ok: true, value: { unit: 'kubelet.service', expect: { active: true, stable_for: '20s' } } },
      'still-running': { ok: true, value: { expect: { still: ['c1', 'c2'] } } },
      node: { ok: true, value: { node: 'node1' } },
    });
    expect(verify.map(({ id, needs }) => [id, ...needs])).toEqual([['up'], ['healthz'], ['still-running', 'containers'], ['node', 'unit']]);
    const overridden = { ...scope.steps, unit: { flags: { '--hostname-override': 'other' } } };
    expect(verify[3]?.params({ ...scope, steps: overridden })).toMatchObject({ ok: true, value: { node: 'other' } });
    expect(verify[3]?.on?.(scope)).toEqual({ ok: true, value: 'control_plane[0]' });
  });
});
