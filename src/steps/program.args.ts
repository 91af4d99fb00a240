import type { Probe } from '../domain/access.ts';
import { type DeniedRead, deniedProbe } from '../domain/denied.ts';
import { DURATION_PATTERN, durationMs } from '../domain/duration.ts';
import { HostFault } from '../domain/failure.ts';
import type { Finding } from '../domain/finding.ts';
import { defineStep, type Unmet } from '../domain/step.ts';
import { type FlagVerdict, judgeFlags, openQuestions } from '../formats/flag-verdict.ts';
import { type PflagAnswer, readPflagAnswer } from '../formats/pflag-answer.ts';
import { programText } from './program-text.ts';
import { ARGUMENT_ORIGIN } from './unit-source.ts';

interface State {
  /** The program answered at all, so that the verdicts mean something. */
  readonly asked: boolean;
  readonly verdicts: readonly FlagVerdict[];
  readonly denied: readonly DeniedRead[];
}

/** Each is one run of the program. */
const MOST_ARGUMENTS = 1_000;

/** Which arguments a program knows, by its own word. */
export const programArgs = defineStep({
  name: 'program.args',
  summary: 'Ask an installed program which of its arguments it does not know',
  docs: `Runs \`PROGRAM PROBE… ARGUMENT\` for each flag among \`argv\`, all at the same time, and reads what the program says. \`probe\` stands
first and must make the program exit at once without doing anything, with any further argument: \`--version\` for programs that
parse their flags with Go's pflag (\`dialect: pflag\`: kubelet, kube-apiserver, and others). Only declare it for programs that are
safe to ask so. A bare \`--flag\` that needs a value is asked again together with the word that follows it; a word
that follows an unknown bare flag, and begins with no dash, is taken for its value. Other words are never handed to the program.

Nothing is asked, and \`asked\` is false, when argv[0] is no absolute path, or \`PROGRAM PROBE…\` alone does not succeed.
A flag that is known but has a bad value is reported in \`invalid\`: only a person knows what it should be.`,
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['argv', 'dialect', 'probe'],
    properties: {
      argv: { type: 'array', items: { type: 'string' }, description: 'the program, by its absolute path, and its arguments' },
      origins: { type: 'array', items: ARGUMENT_ORIGIN, description: 'where each of argv comes from, as systemd.unit gives it' },
      dialect: { type: 'string', enum: ['pflag'], description: 'how the program parses its arguments' },
      probe: { type: 'array', minItems: 1, items: { type: 'string', minLength: 1 }, description: 'arguments with which it exits at once' },
      timeout: { type: 'string', pattern: DURATION_PATTERN, default: '5s', description: 'how long one question may take on the host' },
      expect: {
        type: 'object',
        additionalProperties: false,
        description: 'what must hold',
        properties: { known: { type: 'boolean', description: 'true: it was asked, and knows all flags and takes all values' } },
      },
    },
  },
  examples: [
    {
      title: 'A flag that this kubelet does not know',
      params: {
        argv: ['/usr/bin/kubelet', '--v=2', '--improve-speed', '--node-ip', '10.0.0.4'],
        origins: [
          { arg: '/usr/bin/kubelet', file: '/lib/systemd/system/kubelet.service', line: 8, variable: '' },
          { arg: '--v=2', file: '/etc/default/kubelet', line: 1, variable: 'KUBELET_EXTRA_ARGS' },
          { arg: '--improve-speed', file: '/etc/default/kubelet', line: 1, variable: 'KUBELET_EXTRA_ARGS' },
        ],
        dialect: 'pflag',
        probe: ['--version'],
        timeout: '5s',
        expect: { known: true },
      },
      host: {
        programs: {
          '/usr/bin/kubelet --version': { stdout: 'Kubernetes v1.20.2\n' },
          '/usr/bin/kubelet --version --v=2': { stdout: 'Kubernetes v1.20.2\n' },
          '/usr/bin/kubelet --version --improve-speed': {
            code: 255,
            stderr: 'F1122 08:04:20.329994     352 server.go:156] unknown flag: --improve-speed\ngoroutine 1 [running]:\n',
          },
          '/usr/bin/kubelet --version --node-ip': {
            code: 255,
            stderr: 'F1122 08:04:20 352 server.go:156] flag needs an argument: --node-ip\n',
          },
          '/usr/bin/kubelet --version --node-ip 10.0.0.4': { stdout: 'Kubernetes v1.20.2\n' },
        },
      },
      outputs: { asked: true, unknown: ['--improve-speed'], invalid: [], known: ['--v', '--node-ip'] },
      unmet: ['/usr/bin/kubelet knows all its flags: expected, but it does not know --improve-speed'],
    },
    {
      title: 'A program that is not there',
      params: { argv: ['/usr/bin/kubelet', '--v=2'], dialect: 'pflag', probe: ['--version'], timeout: '5s' },
      host: {},
      outputs: { asked: false, unknown: [], invalid: [], known: [] },
      unmet: [],
    },
  ],
  async observe(host, { argv, probe, timeout }): Promise<State> {
    const [program = '', ...args] = argv;
    if (!program.startsWith('/')) return { asked: false, verdicts: [], denied: [] };
    if (args.length > MOST_ARGUMENTS) {
      const message = `${program} has ${args.length} arguments, and at most ${MOST_ARGUMENTS} are asked about`;
      throw new HostFault({ code: 'too-large', message });
    }
    const start = [program, ...probe];
    // A dump of goroutines is long, and comes after the one line that matters.
    const limits = { timeoutMs: durationMs(timeout) ?? 5_000, maxBytes: 65_536 };
    const ask: Ask = async (words) => answerOf(words, await host.probe([...start, ...words], limits));
    const alone = new Map<string, PflagAnswer>();
    const [baseline] = await Promise.all([
      host.probe(start, limits),
      ...openQuestions(args).map(async (flag) => alone.set(flag, await ask([flag]))),
    ]);
    if (answerOf([], baseline).kind !== 'known') return { asked: false, verdicts: [], denied: deniedProbe(start, baseline) };
    const first = judgeFlags(args, (flag) => alone.get(flag));
    const pairs = first.filter(({ answer, value }) => answer.kind === 'needs-value' && value !== undefined);
    const together = new Map(
      await Promise.all(pairs.map(async ({ arg, value }) => [`${arg}\0${value}`, await ask([arg, value ?? ''])] as const)),
    );
    const verdicts = first.map((verdict) => ({ ...verdict, answer: together.get(`${verdict.arg}\0${verdict.value}`) ?? verdict.answer }));
    return { asked: true, verdicts, denied: [] };
  },
  outputs: {
    schema: {
      type: 'object',
      properties: {
        unknown: { type: 'array', items: { type: 'string' }, description: 'names of flags that the program does not know, in order' },
        invalid: {
          type: 'array',
          items: {
            type: 'object',
            properties: {
              flag: { type: 'string', description: 'its name' },
              value: { type: 'string', description: "its value, '' when it lacks one" },
              message: { type: 'string', description: "the program's words" },
            },
          },
          description: 'flags that it knows with values that it does not take',
        },
        known: { type: 'array', items: { type: 'string' }, description: 'names of flags that it knows and takes' },
        asked: { type: 'boolean', description: 'false: the program could not be asked, and nothing is known' },
      },
    },
    of: ({ asked, verdicts }) => ({
      unknown: namesOf(verdicts, 'unknown'),
      invalid: invalidOf(verdicts).map(({ name, value, answer }) => ({ flag: name, value: value ?? '', message: messageOf(answer) })),
      known: namesOf(verdicts, 'known'),
      asked,
    }),
  },
  denied: ({ denied }) => denied,
  findings: ({ verdicts }, { argv, origins = [] }) =>
    verdicts.flatMap((verdict) => finding(verdict, argv[0] ?? '', origins[verdict.index + 1]) ?? []),
  verify({ asked, verdicts }, { argv, expect = {} }): readonly Unmet[] {
    if (expect.known !== true) return [];
    const what = `${argv[0] ?? 'the program'} knows all its flags: expected, but`;
    if (!asked) return [{ what: `${what} it could not be asked` }];
    const wrong = [
      ...namesOf(verdicts, 'unknown').map((name) => `it does not know ${name}`),
      ...invalidOf(verdicts).map(({ name, value }) => `it does not take "${value ?? ''}" for ${name}`),
    ];
    return wrong.map((why) => ({ what: `${what} ${why}` }));
  },
});

type Ask = (words: readonly string[]) => Promise<PflagAnswer>;

function answerOf(words: readonly string[], probe: Probe): PflagAnswer {
  return readPflagAnswer(words[0] ?? '', probe.code, outputOf(probe));
}

function outputOf({ stderr, stdout }: Probe): string {
  return `${programText(stderr)}\n${programText(stdout)}`;
}

function namesOf(verdicts: readonly FlagVerdict[], kind: PflagAnswer['kind']): readonly string[] {
  return [...new Set(verdicts.filter(({ answer }) => answer.kind === kind).map(({ name }) => name))];
}

/** Bad values, and flags at the very end that lack theirs. */
function invalidOf(verdicts: readonly FlagVerdict[]): readonly FlagVerdict[] {
  return verdicts.filter(({ answer }) => answer.kind === 'invalid' || answer.kind === 'needs-value');
}

function messageOf(answer: PflagAnswer): string {
  return 'message' in answer ? answer.message : '';
}

type Origin = { readonly file: string; readonly line: number };

function finding({ name, value, answer }: FlagVerdict, program: string, origin: Origin | undefined): Finding | undefined {
  if (answer.kind === 'known' || answer.kind === 'undecided') return undefined;
  const says =
    answer.kind === 'unknown'
      ? `\`${name}\` is not a flag of ${program}`
      : `\`${name}\` of ${program} does not take \`${value ?? ''}\`: a person must decide what it should be`;
  const at = origin === undefined ? program : `${origin.file}:${origin.line}`;
  return { kind: 'cause', says, at, evidence: [answer.message] };
}
