import { describe, expect, it } from 'vitest';
import { programArgs } from '../../src/steps/program.args.ts';
import { type Answer, FakeHost } from '../fakes/fake-host.ts';

const VERSION: Answer = { stdout: 'Kubernetes v1.20.2\n' };

/** A program that parses flags as pflag does: it knows `--v` and `--node-ip`, which take values, and the boolean `--fast`. */
function pflag(words: readonly string[]): Answer {
  const left = [...words];
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    const [name = '', value] = word.split('=', 2);
    if (!word.startsWith('-')) return { code: 255, stderr: `unknown command: ${word}` };
    if (name === '--version' || name === '--fast') continue;
    if (name !== '--v' && name !== '--node-ip') return { code: 255, stderr: `F1122 server.go:156] unknown flag: ${name}\ngoroutine 1\n` };
    const given = value ?? left.shift();
    if (given === undefined) return { code: 255, stderr: `F1122 server.go:156] flag needs an argument: ${name}\n` };
    if (name === '--v' && !/^\d+$/.test(given))
      return { code: 255, stderr: `invalid argument "${given}" for "-v, --v" flag: bad number\n` };
  }
  return VERSION;
}

function host(): FakeHost {
  const fake = new FakeHost();
  fake.hooks.answer = (_host, argv) => (argv[0] === '/usr/bin/kubelet' ? pflag(argv.slice(1)) : undefined);
  return fake;
}

async function ask(fake: FakeHost, line: string) {
  const argv = line.split(' ');
  const origins = argv.map((arg, index) => ({ arg, file: '/e', line: index, variable: '' }));
  const params = { argv, origins, dialect: 'pflag', probe: ['--version'], timeout: '5s', expect: { known: true } } as const;
  const state = await programArgs.observe(fake, params);
  return {
    outputs: programArgs.outputs?.of(state, params),
    findings: programArgs.findings?.(state, params) ?? [],
    unmet: programArgs.verify?.(state, params).map(({ what }) => what) ?? [],
  };
}

describe('program.args', () => {
  it.each([
    ['--v=2 --fast', [], [], ['--v', '--fast']],
    ['--bad --v=2 --worse=1 --bad=2', ['--bad', '--worse'], [], ['--v']],
    ['--node-ip 1.2.3.4 --v 2', [], [], ['--node-ip', '--v']],
    ['--bad 1 --v 2', ['--bad'], [], ['--v']],
    ['--bad --v 2', ['--bad'], [], ['--v']],
    ['--v abc --fast', [], [{ flag: '--v', value: 'abc', message: 'invalid argument "abc" for "-v, --v" flag: bad number' }], ['--fast']],
    ['--v=abc', [], [{ flag: '--v', value: 'abc', message: 'invalid argument "abc" for "-v, --v" flag: bad number' }], []],
    ['--fast --node-ip', [], [{ flag: '--node-ip', value: '', message: 'flag needs an argument: --node-ip' }], ['--fast']],
    ['--node-ip --bad', [], [], ['--node-ip']],
    ['--fast -- --bad', [], [], ['--fast']],
  ])('judges %s', async (line, unknown, invalid, known) => {
    expect((await ask(host(), `/usr/bin/kubelet ${line}`)).outputs).toEqual({ asked: true, unknown, invalid, known });
  });

  it('always asks with the probe first, each flag once, and hands over no word but a value that is asked for', async () => {
    const fake = host();
    await ask(fake, '/usr/bin/kubelet --bad extra --fast stray --v 2 --fast');
    expect(fake.asked).toEqual([
      'probe /usr/bin/kubelet --version',
      'probe /usr/bin/kubelet --version --bad',
      'probe /usr/bin/kubelet --version --fast',
      'probe /usr/bin/kubelet --version --v',
      'probe /usr/bin/kubelet --version --v 2',
    ]);
  });

  it('names the file and line of what it does not know, and the words of the program', async () => {
    const { findings, unmet } = await ask(host(), '/usr/bin/kubelet --fast --bad --v=x');
    expect(findings).toEqual([
      { kind: 'cause', says: '`--bad` is not a flag of /usr/bin/kubelet', at: '/e:2', evidence: ['unknown flag: --bad'] },
      {
        kind: 'cause',
        says: '`--v` of /usr/bin/kubelet does not take `x`: a person must decide what it should be',
        at: '/e:3',
        evidence: ['invalid argument "x" for "-v, --v" flag: bad number'],
      },
    ]);
    expect(unmet).toEqual([
      '/usr/bin/kubelet knows all its flags: expected, but it does not know --bad',
      '/usr/bin/kubelet knows all its flags: expected, but it does not take "x" for --v',
    ]);
  });

  it.each([
    ['a program without a path', 'kubelet --bad', 0],
    ['a program that is not there', '/opt/kubelet --bad', 2],
  ])('knows nothing of %s', async (_what, line, questions) => {
    const fake = host();
    const { outputs, findings, unmet } = await ask(fake, line);
    expect([outputs, findings]).toEqual([{ asked: false, unknown: [], invalid: [], known: [] }, []]);
    expect(unmet).toEqual([`${line.split(' ')[0]} knows all its flags: expected, but it could not be asked`]);
    expect(fake.asked).toHaveLength(questions);
  });
});
