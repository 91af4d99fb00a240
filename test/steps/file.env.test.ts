import { describe, expect, it } from 'vitest';
import { isFailure } from '../../src/domain/step.ts';
import { fileEnv } from '../../src/steps/file.env.ts';
import { FakeHost } from '../fakes/fake-host.ts';

type Params = Parameters<typeof fileEnv.observe>[1];

async function plan(text: string | undefined, more: Partial<Params>) {
  const host = new FakeHost(text === undefined ? {} : { files: { '/e': text } });
  const params = { path: '/e', set: {}, unset: [], create: false, ...more };
  const planned = fileEnv.plan?.(await fileEnv.observe(host, params), params) ?? [];
  if (isFailure(planned)) return planned.code;
  return planned.map((change) =>
    change.kind === 'file' && change.after.kind === 'file'
      ? [Buffer.from(change.after.content.bytes).toString('utf8'), ...change.says]
      : [],
  );
}

describe('file.env', () => {
  it.each<[string, string | undefined, Partial<Params>, unknown]>([
    ['sets in place', '# c\r\nA="1"\r\nB=2', { set: { A: 'é 3' } }, [['# c\r\nA="é 3"\r\nB=2', '~ A']]],
    ['adds', 'A=1', { set: { B: '2' } }, [['A=1\nB="2"', '+ B']]],
    [
      'does several things in one change',
      'A=1\nB=2\n',
      { set: { A: '3' }, unset: ['B'], args: { variable: 'C', remove: [], set: { '--x': '1' } } },
      [['A=3\nC="--x=1"\n', '~ A', '- B', '+ --x=1 in C']],
    ],
    ['removes a flag', "A='--x --y'\n", { args: { variable: 'A', remove: ['--y'], set: {} } }, [["A='--x'\n", '- --y in A']]],
    ['leaves what is as it should be', 'A=1\n', { set: { A: '1' }, unset: ['B'], args: { variable: 'A', remove: ['--y'], set: {} } }, []],
    ['makes a file where it may', undefined, { set: { A: '1' }, create: true }, [['A="1"\n', '+ A']]],
    ['makes no file for nothing', undefined, { unset: ['A'], create: true }, []],
    ['has nothing to take away where there is no file', undefined, { unset: ['A'], args: { variable: 'B', remove: ['--x'], set: {} } }, []],
    ['makes no file where it may not', undefined, { set: { A: '1' } }, 'not-found'],
    ['gives up on a quote that is never closed', 'B="1\n', { set: { A: '1' } }, 'ambiguous'],
    ['gives up on a flag after the end of flags', 'A="-- x"\n', { args: { variable: 'A', remove: [], set: { '--y': '' } } }, 'ambiguous'],
    ['refuses a name that is none', 'A=1\n', { set: { 'A-B': '1' } }, 'bad-params'],
  ])('%s', async (_what, text, params, expected) => {
    expect(await plan(text, params)).toEqual(expected);
  });
});
