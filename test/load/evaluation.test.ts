import { describe, expect, it } from 'vitest';
import type { Scope } from '../../src/domain/step.ts';
import { loaded, scopeWith } from './load-sample.ts';

const UNIT = {
  unit: 'a.service',
  active: true,
  restarts: 3,
  load: 2,
  argv: ['/bin/a', '--x'],
  origins: [{ arg: '--x', line: 7 }],
  flags: { '--x': '1' },
  value: { deep: [1, 2.5, null, 'text'] },
};

const SCOPE = scopeWith({
  inputs: { name: 'kube', count: 4, ratio: 2, tags: ['a', 'b'], more: { k: 1 } },
  steps: { unit: UNIT, 'still-there': UNIT },
  facts: { hostname: 'node1', uid: 0, systemd: true },
  host: { name: 'n1', groups: ['all', 'web'], vars: { port: 22 } },
});

/** A runbook whose last diagnose step has `anything` set to a template. */
function evaluated(template: string, scope: Scope = SCOPE) {
  const runbook = loaded(`
inputs:
  name: { type: string, default: x }
  count: { type: integer, default: 1 }
  ratio: { type: number, default: 1 }
  tags: { type: array, default: [] }
  more: { type: object, default: {} }
diagnose:
  - { id: unit, uses: look.unit, with: { unit: ab } }
  - { id: still-there, uses: look.unit, with: { unit: ab } }
  - uses: look.unit
    with:
      unit: ab
      anything: ${JSON.stringify(template)}
`);
  const params = runbook.diagnose[2]?.params(scope);
  return params?.ok ? (params.value as { anything: unknown }).anything : params;
}

const x = (expression: string) => `\${{ ${expression} }}`;

it('a variable that is held back is said to be, and one that the inventory lacks is not', () => {
  const message = (name: string) => evaluated(x(`host.vars.${name}`));
  const held =
    'the expression cannot be evaluated: there is no join_token_ttl: a variable with such a name is held back, for it looks like a secret';
  expect(message('join_token_ttl')).toMatchObject({ failure: { message: held } });
  expect(message('prt')).toMatchObject({ failure: { message: 'the expression cannot be evaluated: there is no prt' } });
});

describe('expressions on a host', () => {
  it.each([
    ['a string', x('inputs.name'), 'kube'],
    ['a whole number stays one', x('inputs.count + 1'), 5],
    ['a number that happens to be whole is no integer', x('inputs.ratio / 4'), 0.5],
    ['whole and other numbers mix', x('steps.unit.restarts * 1.5 + 1 - inputs.ratio'), 3.5],
    ['whole and other numbers compare', x('steps.unit.restarts > 2.5 && 3 == 3.0'), true],
    ['open values mix as well', x('steps.unit.value.deep[0] + steps.unit.value.deep[1]'), 3.5],
    ['a list', x('steps.unit.argv'), ['/bin/a', '--x']],
    ['a list of objects', x('steps.unit.origins'), [{ arg: '--x', line: 7 }]],
    ['an element of it', x('steps.unit.origins[0].line + 1'), 8],
    ['a loop over it', x('steps.unit.origins.filter(o, o.line > 1).map(o, o.arg)'), ['--x']],
    ['a whole object', x('steps.unit.value'), { deep: [1, 2.5, null, 'text'] }],
    ['a map', x('steps.unit.flags'), { '--x': '1' }],
    ['a key of a map', x('steps.unit.flags["--x"]'), '1'],
    ['a key that may be absent', x('steps.unit.flags[?"--y"].orValue(facts.hostname)'), 'node1'],
    ['a step whose id is no CEL name', x('steps["still-there"].restarts'), 3],
    ['an open input', x('inputs.tags.map(t, t + "!")'), ['a!', 'b!']],
    ['a field of an open input', x('inputs.more.k'), 1],
    ['facts', x('facts.uid == 0 && facts.systemd'), true],
    ['the host', x('host.name + ":" + string(host.vars.port)'), 'n1:22'],
    ['its groups', x('"web" in host.groups'), true],
    ['RE2', x('facts.hostname.matches("^node[0-9]+$")'), true],
    ['a map literal with braces', x('{"a": {"b": 1}}'), { a: { b: 1 } }],
    ['a string that holds the closing marks', x('"}}" + inputs.name'), '}}kube'],
    ['text around', `a ${x('inputs.count')} b ${x('facts.systemd')} c`, 'a 4 b true c'],
    ['the marks themselves', 'a $${{ b }}', 'a ${{ b }}'],
    ['no blanks', '${{inputs.name}}', 'kube'],
    ['optional chaining', x('steps.unit.?value.?none.orValue("no")'), 'no'],
    ['has()', x('has(steps.unit.value.none)'), false],
  ])('gives %s', (_title, template, value) => {
    expect(evaluated(template)).toEqual(value);
  });

  it.each([
    ['a key that is not there', x('steps.unit.flags["--y"]'), 'there is no --y'],
    ['an element past the end', x('steps.unit.argv[9]'), 'the list has no such element'],
    ['a division by zero', x('inputs.count / 0'), 'it divides by zero'],
    ['a number too large for JSON', x('9007199254740993 + 0'), 'beyond 2^53'],
    ['a point in time', x('dyn(timestamp(0))'), 'the result is not plain data'],
    ['a list in a text of which nothing was known', `a ${x('inputs.more.list')}`, 'a part of a text is neither'],
    ['a key that reaches for prototypes', x('inputs.more.proto'), 'the result has the key __proto__, which is refused'],
  ])('fails with a value for %s', (_title, template, why) => {
    const more = { list: ['secret'], proto: JSON.parse('{"__proto__": {"polluted": 1}}') };
    const failed = evaluated(template, { ...SCOPE, inputs: { ...SCOPE.inputs, more } });
    expect(failed).toMatchObject({ ok: false, failure: { code: 'bad-expression', at: expect.stringMatching(/^sample\.yaml:17:\d+$/) } });
    expect(JSON.stringify(failed)).toContain(why);
  });

  it('says that a step gave no outputs', () => {
    expect(evaluated(x('steps.unit.argv'), { ...SCOPE, steps: {} })).toMatchObject({
      failure: { code: 'bad-expression', message: 'step unit gave no outputs' },
    });
  });

  it.each([
    x('inputs.name.matches(inputs.name)'),
    x('int(inputs.name)'),
    x('bool(inputs.name)'),
    x('dyn(timestamp(inputs.name))'),
    x('dyn(duration(inputs.name))'),
    x('steps.unit.flags[inputs.name]'),
    x('inputs.more[inputs.name]'),
    x('inputs.tags[0] + 1'),
    x('inputs.name.substring(99)'),
  ])('keeps values out of the failure of %s', (template) => {
    const inputs = { ...SCOPE.inputs, name: 'S3CRET(', tags: ['S3CRET('] };
    const failed = evaluated(template, { ...SCOPE, inputs });
    expect(failed).toMatchObject({ ok: false });
    expect(JSON.stringify(failed)).not.toContain('S3CRET');
  });

  it.each([
    x('inputs.tags.map(a, inputs.tags.filter(b, a == b).size())'),
    x('inputs.tags.filter(a, a in inputs.tags)'),
    x(
      'cel.bind(a, inputs.tags + inputs.tags + inputs.tags, cel.bind(b, a + a + a + a, cel.bind(c, b + b + b + b + b + b, size(c + c + c + c))))',
    ),
  ])('stops %s on a long list', (template) => {
    const tags = Array.from({ length: 4_000 }, (_, index) => `t${index}`);
    expect(evaluated(template, { ...SCOPE, inputs: { ...SCOPE.inputs, tags } })).toMatchObject({
      failure: { message: expect.stringContaining('works on too much') },
    });
  });

  it('refuses an output that is not what its step type declares', () => {
    expect(evaluated(x('steps.unit.restarts'), { ...SCOPE, steps: { unit: { ...UNIT, restarts: 'S3CRET' } } })).toEqual({
      ok: false,
      failure: {
        code: 'bad-expression',
        message: 'the expression cannot be evaluated: a value is not of the type that its step declares',
        at: 'sample.yaml:17:22',
      },
    });
  });
});
