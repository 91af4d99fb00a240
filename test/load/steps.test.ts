import { describe, expect, it } from 'vitest';
import { loaded, scopeWith } from './load-sample.ts';

const UNIT = { unit: 'a', argv: ['x'], active: false, restarts: 0, origins: [], flags: {} };

describe('a checked step', () => {
  it('has the id, the place and the settings that hold when nothing is said', () => {
    const [step] = loaded('diagnose:\n  - uses: look.quiet').diagnose;
    expect(step).toMatchObject({
      id: 'diagnose-1',
      phase: 'diagnose',
      place: { file: 'sample.yaml', line: 5, column: 5 },
      needs: [],
      onChange: [],
      timeoutMs: 30_000,
      retries: 1,
      sensitive: false,
      continueOnError: false,
    });
    expect(Object.keys(step ?? {})).not.toEqual(expect.arrayContaining(['condition', 'items', 'on', 'become', 'confirm']));
  });

  it('has the settings that are said', () => {
    const { remediate } = loaded(`
remediate:
  - { id: a, uses: fix.unit, with: { unit: a } }
  - id: b
    uses: fix.unit
    with: { unit: a }
    on_change: [a]
    become: true
    timeout: 1m30s
    retries: 0
    confirm: Sure?
    sensitive: true
    continue_on_error: true
verify: [{ uses: look.unit, with: { unit: ab, expect: { active: true } } }]
`);
    expect(remediate[1]).toMatchObject({
      onChange: ['a'],
      become: true,
      timeoutMs: 90_000,
      retries: 0,
      confirm: 'Sure?',
      sensitive: true,
      continueOnError: true,
    });
  });

  it('says how files are judged and written, where it is said, and writes them whole otherwise', () => {
    const settingsOf = (words: string) => {
      const [step] = loaded(
        `remediate:\n  - { uses: fix.file, with: { path: /a }${words} }\nverify: [{ uses: look.unit, with: { unit: ab, expect: { active: true } } }]`,
      ).remediate;
      return { validate: step?.validate, inPlace: step?.inPlace };
    };
    expect(settingsOf('')).toEqual({ validate: undefined, inPlace: undefined });
    expect(settingsOf(', write_mode: replace')).toEqual({ validate: undefined, inPlace: undefined });
    expect(settingsOf(", write_mode: inplace, validate: [nginx, -t, '-c%s', '%s']")).toEqual({
      validate: ['nginx', '-t', '-c%s', '%s'],
      inPlace: true,
    });
  });

  it('needs the steps that any of its expressions refers to, each once', () => {
    const { verify } = loaded(`
diagnose:
  - { id: a, uses: look.unit, with: { unit: ab } }
  - { id: b, uses: look.unit, with: { unit: ab } }
  - { id: c, uses: look.unit, with: { unit: ab } }
  - { id: d, uses: look.unit, with: { unit: ab } }
verify:
  - uses: look.unit
    if: steps.a.active
    for_each: steps.b.argv
    with: { unit: '\${{ item }}\${{ steps.a.unit }}', since: '\${{ steps["c"].unit }}', expect: { active: '\${{ steps.d.active }}' } }
`);
    expect([...(verify[0]?.needs ?? [])].sort()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('evaluates its condition, its elements and the host to ask', () => {
    const { diagnose, affected } = loaded(`
inputs: { group: { type: string, default: control } }
diagnose:
  - { id: unit, uses: look.unit, with: { unit: ab } }
  - uses: look.unit
    if: '\${{ !steps.unit.active }}'
    for_each: [ab, cd]
    on: '\${{ inputs.group }}[0]'
    with: { unit: '\${{ item }}' }
  - { uses: look.quiet, if: false, for_each: '\${{ steps.unit.argv }}', on: controller }
affected: steps.unit.restarts == 0
`);
    const scope = scopeWith({ inputs: { group: 'web' }, steps: { unit: UNIT } });
    const [, second, third] = diagnose;
    expect(second?.condition?.(scope)).toEqual({ ok: true, value: true });
    expect(second?.items?.(scope)).toEqual({ ok: true, value: ['ab', 'cd'] });
    expect(second?.on?.(scope)).toEqual({ ok: true, value: 'web[0]' });
    expect(second?.params({ ...scope, item: 'cd' })).toEqual({ ok: true, value: { unit: 'cd', since: '15m', lines: 20 } });
    expect(third?.condition?.(scope)).toEqual({ ok: true, value: false });
    expect(third?.items?.(scope)).toEqual({ ok: true, value: ['x'] });
    expect(third?.on?.(scope)).toEqual({ ok: true, value: 'controller' });
    expect(affected?.(scope)).toEqual({ ok: true, value: true });
  });

  it('types the elements of for_each, and gives a list of outputs', () => {
    const { diagnose, affected } = loaded(`
diagnose:
  - { id: unit, uses: look.unit, with: { unit: ab } }
  - { id: each, uses: look.unit, for_each: steps.unit.origins, with: { unit: '\${{ item.arg }}', lines: '\${{ item.line }}' } }
affected: steps.each.exists(e, e.restarts > 1)
`);
    const item = { arg: 'ab', line: 9 };
    expect(diagnose[1]?.params(scopeWith({ item }))).toMatchObject({ ok: true, value: { unit: 'ab', lines: 9 } });
    expect(affected?.(scopeWith({ steps: { each: [UNIT, { ...UNIT, restarts: 2 }] } }))).toEqual({ ok: true, value: true });
  });

  it('fails with a value when a condition of which nothing was known is neither true nor false', () => {
    const { affected } = loaded('inputs: { any: { type: object } }\ndiagnose: [{ uses: look.quiet }]\naffected: inputs.any.x');
    expect(affected?.(scopeWith({ inputs: { any: { x: 'S3CRET' } } }))).toEqual({
      ok: false,
      failure: { code: 'bad-expression', message: 'affected is neither true nor false', at: 'sample.yaml:6:11' },
    });
  });

  it('checks parameters again when their values are known, without showing them', () => {
    const { diagnose } = loaded(`
inputs: { unit: { type: string }, any: { type: object } }
diagnose:
  - uses: look.unit
    with:
      unit: '\${{ inputs.unit }}'
      match: '\${{ inputs.any.match }}'
      dialect: '\${{ inputs.any.dialect }}'
`);
    const inputs = { unit: 'S3CRET', any: { match: '(S3CRET', dialect: 'S3CRET' } };
    expect(diagnose[0]?.params(scopeWith({ inputs }))).toEqual({
      ok: false,
      failure: {
        code: 'bad-params',
        message:
          'the parameters of step diagnose-1 do not fit: unit does not have the form that look.unit takes; match: no regular expression; dialect must be pflag or getopt',
        at: 'sample.yaml:9:13',
      },
    });
  });

  it('gives fresh parameters each time', () => {
    const [step] = loaded('diagnose: [{ uses: look.unit, with: { unit: ab, argv: [a] } }]').diagnose;
    const first = step?.params(scopeWith({}));
    if (first?.ok) (first.value as { argv: string[] }).argv.push('b');
    expect(step?.params(scopeWith({}))).toEqual({ ok: true, value: { unit: 'ab', argv: ['a'], since: '15m', lines: 20 } });
  });
});
