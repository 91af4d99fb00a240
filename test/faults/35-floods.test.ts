import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fleetIsMissing } from '../lab/commands.ts';
import { Bench, bookOf } from './bench.ts';
import { memoryHook } from './memory.ts';

const missing = fleetIsMissing();

/** What a program prints, and what of it must be shown as written here. */
const FLOODS: readonly (readonly [string, string, RegExp])[] = [
  ['2 GB in lines', 'yes | head -c 2000000000', /y\\n|y y|"y/],
  ['2 GB of zeros', 'head -c 2000000000 /dev/zero', /\\x00/],
  ['10 MB without a newline', "head -c 10000000 /dev/zero | tr '\\0' x", /xxxx/],
  ['NUL bytes', "printf 'a\\0b\\0c'", /a\\x00b\\x00c/],
  ['what is no UTF-8', "printf 'a\\377\\376\\300\\257b'", /a(\ufffd|\\x[0-9a-f]{2})+b/],
  ['random bytes', 'head -c 3000000 /dev/urandom', /printed/],
  ['CRLF', "printf 'one\\r\\ntwo\\r\\n'", /one\\(r|x0d)/],
  ['lone carriage returns', "printf 'bad\\rgood'", /bad\\(r|x0d)good/],
  ['half a character at the end', "printf 'a\\303'", /a(\ufffd|\\xc3)/],
  ['a million lines', 'seq 1000000', /1/],
];

const book = (stream: string) =>
  bookOf(
    'flood',
    `
inputs: { script: { type: string } }
affected: 'false'
diagnose: [{ id: it, uses: command.probe, with: { argv: [sh, -c, '{ \${{ inputs.script }}; } ${stream}'], read_only: true, timeout: 60s } }]
verify:
  - { uses: command.probe, with: { argv: [sh, -c, '{ \${{ inputs.script }}; } ${stream}'], read_only: true, timeout: 60s, expect: { stdout_matches: '^only this$' } } }
`,
  );

/** Runs what floods as a change; its undo is quiet. */
const RUN_BOOK = bookOf(
  'run',
  `
inputs: { script: { type: string } }
remediate: [{ uses: command.run, with: { argv: [sh, -c, '{ \${{ inputs.script }}; }; exit 3'], undo: ['true'], timeout: 60s } }]
`,
);

/** What must never come out. */
const UNSAFE = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u2028]/;

describe.skipIf(missing)(`programs that print too much, or what is no text${missing ? ` (${missing})` : ''}`, () => {
  let bench: Bench;

  beforeAll(async () => {
    bench = await Bench.up({ flood: {}, quiet: {} });
  });
  afterAll(() => bench?.[Symbol.asyncDispose]());

  async function flooded(verb: 'diagnose' | 'apply', text: string, script: string) {
    const hook = memoryHook(bench.work);
    const ended = await bench.run(verb, text, { limit: 'flood', inputs: { script }, more: ['--allow-shell'], env: hook.env });
    expect(hook.mostMib()).toBeLessThan(300);
    expect(ended.out).not.toMatch(UNSAFE);
    expect(ended.err).not.toMatch(UNSAFE);
    expect(ended.out.length).toBeLessThan(200_000);
    return ended;
  }

  it.each(FLOODS)('fault 35: a read that prints %s is cut, shown as text, and takes little memory', async (_what, script, shown) => {
    const ended = await flooded('diagnose', book(''), script);
    expect(ended.outcomes).toEqual({ flood: 'other-cause' });
    expect(JSON.stringify(ended.events.find(({ type }) => type === 'host.planned')).replaceAll('\\\\', '\\')).toMatch(shown);
    const mute = await flooded('diagnose', book('>&2'), script);
    expect(mute.outcomes).toEqual({ flood: 'other-cause' });
  });

  it.each(FLOODS)('fault 35: a change that prints %s and fails says so in a few words', async (_what, script) => {
    const ended = await flooded('apply', RUN_BOOK, script);
    expect(ended.outcomes).toEqual({ flood: expect.stringMatching(/^failed .*ended with 3/s) });
    expect(ended.code).toBe(3);
    expect(ended.outcomes['flood']?.length).toBeLessThan(10_000);
  });

  it('fault 35: a host that floods does not keep another one from its end', async () => {
    const text = book('').replaceAll('{ ${{ inputs.script }}; }', '[ $(uname -n) = quiet ] && echo only this || yes');
    const ended = await bench.run('diagnose', text.replaceAll('timeout: 60s', 'timeout: 5s'), {
      inputs: { script: 'true' },
      more: ['--allow-shell'],
    });
    expect(ended.outcomes).toMatchObject({ quiet: 'healthy', flood: expect.stringMatching(/^(other-cause|unknown)/) });
  });
});
