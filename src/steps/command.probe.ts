import { deniedProbe } from '../domain/denied.ts';
import { durationMs } from '../domain/duration.ts';
import { HostFault } from '../domain/failure.ts';
import { defineStep, type Unmet } from '../domain/step.ts';
import { ARGV, DURATION, REGEX } from './parameter-schemas.ts';
import { programText } from './program-text.ts';
import { requiredRegex } from './required-regex.ts';

/** Runs a program that only reads, as its author declares. */
export const commandProbe = defineStep({
  name: 'command.probe',
  summary: 'Run a program that changes nothing, and look at what it answers',
  docs: `Runs one program without a shell: words are handed over as they are, and standard input is empty. \`read_only: true\` is
the author's declaration that the program changes nothing; it runs while planning. What does change something is
\`command.run\`. A program that is not there answers 127, one that takes longer than \`timeout\` 124.

\`stdout\` and \`stderr\` are the first 1 MiB of each, with bytes that are no UTF-8 replaced.`,
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['argv', 'read_only'],
    properties: {
      argv: ARGV,
      read_only: { type: 'boolean', const: true, description: 'must be true: the declaration that this program changes nothing' },
      timeout: { ...DURATION, default: '10s', description: 'how long it may take on the host' },
      expect: {
        type: 'object',
        additionalProperties: false,
        description: 'what must hold',
        properties: {
          code: { type: 'integer', minimum: 0, maximum: 255, description: 'the exit code it must end with' },
          stdout_matches: { ...REGEX, description: 'a regular expression (RE2) that must match somewhere in its standard output' },
        },
      },
    },
  },
  examples: [
    {
      title: 'A setting of the kernel',
      params: { argv: ['sysctl', '-n', 'vm.swappiness'], read_only: true, timeout: '10s', expect: { code: 0, stdout_matches: '^10$' } },
      host: { programs: { 'sysctl -n vm.swappiness': { stdout: '60\n' } } },
      outputs: { code: 0, stdout: '60\n', stderr: '' },
      unmet: ['sysctl -n vm.swappiness prints something that matches "^10$": expected, but it printed "60"'],
    },
    {
      title: 'A program that is not there',
      params: { argv: ['nft', 'list', 'ruleset'], read_only: true, timeout: '10s', expect: { code: 0 } },
      host: {},
      outputs: { code: 127 },
      unmet: ['nft list ruleset ends with 0: expected, but it ended with 127'],
    },
  ],
  async observe(host, params) {
    // Compiled before anything is asked: a broken expression must not be found out after a long command.
    const pattern = params.expect?.stdout_matches;
    const regex = pattern === undefined ? undefined : requiredRegex(pattern, 'expect.stdout_matches');
    if (!params.read_only) throw new HostFault({ code: 'bad-params', message: 'read_only must be true', hint: 'use command.run' });
    const probe = await host.probe(params.argv, { timeoutMs: durationMs(params.timeout) ?? 10_000, raise: 'denied' });
    const stdout = programText(probe.stdout);
    const denied = deniedProbe(params.argv, probe);
    return { code: probe.code, stdout, stderr: programText(probe.stderr), denied, matches: regex?.test(stdout.replace(/\n$/, '')) ?? true };
  },
  outputs: {
    schema: {
      type: 'object',
      properties: {
        code: { type: 'integer', description: 'exit code; 127 when there is no such program, 124 when it took too long' },
        stdout: { type: 'string', description: 'what it printed, the last newline included' },
        stderr: { type: 'string', description: 'what it printed to standard error' },
      },
    },
    of: ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  },
  denied: ({ denied }) => denied,
  verify({ code, stdout, denied, matches }, { argv, expect = {} }) {
    const unmet: Unmet[] = [];
    const unknown = denied.length === 0 ? {} : { inconclusive: true as const };
    const command = argv.join(' ');
    if (expect.code !== undefined && expect.code !== code) {
      unmet.push({ what: `${command} ends with ${expect.code}: expected, but it ended with ${code}`, ...unknown });
    }
    if (expect.stdout_matches !== undefined && !matches) {
      const printed = stdout.trim() === '' ? 'nothing' : `"${beginning(stdout)}"`;
      unmet.push({
        what: `${command} prints something that matches "${expect.stdout_matches}": expected, but it printed ${printed}`,
        ...unknown,
      });
    }
    return unmet;
  },
});

function beginning(text: string): string {
  const line = text.trim().split('\n', 1)[0] ?? '';
  return line.length > 120 ? `${line.slice(0, 120)}…` : line;
}
