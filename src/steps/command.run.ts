import type { CommandChange } from '../domain/change.ts';
import { durationMs } from '../domain/duration.ts';
import type { Failure } from '../domain/failure.ts';
import { defineStep } from '../domain/step.ts';
import { ARGV, DURATION } from './parameter-schemas.ts';

/** Runs a program that changes something, with its undo declared. */
export const commandRun = defineStep({
  name: 'command.run',
  summary: 'Run a program that changes something, with a declared undo',
  docs: `Runs one program without a shell. What it does cannot be known beforehand, so the plan shows the command itself, and the author
says either how it is taken back (\`undo\`) or why it cannot be (\`irreversible\`): exactly one of the two. Prefer a step
type that knows what it changes.

\`unless\` makes it repeatable: the program there only reads, and is run while planning; when it ends with \`code\` (0 where
none is given), all is as it should be and nothing is done. After an earlier step that changes something on the same host
\`unless\` cannot be asked; use \`on_change\` there.`,
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['argv'],
    oneOf: [{ required: ['undo'] }, { required: ['irreversible'] }],
    properties: {
      argv: ARGV,
      undo: { ...ARGV, description: 'the command that takes it back, one word each' },
      irreversible: { type: 'string', minLength: 1, description: 'why it cannot be taken back; shown in the plan' },
      timeout: { ...DURATION, default: '1m', description: 'how long it may take on the host' },
      unless: {
        type: 'object',
        additionalProperties: false,
        required: ['argv'],
        description: 'a program that only reads and tells whether there is nothing to do',
        properties: {
          argv: ARGV,
          code: { type: 'integer', minimum: 0, maximum: 255, default: 0, description: 'the exit code that means there is nothing to do' },
        },
      },
    },
  },
  examples: [
    {
      title: 'Load a kernel module where it is not loaded',
      params: {
        argv: ['modprobe', 'br_netfilter'],
        undo: ['modprobe', '-r', 'br_netfilter'],
        timeout: '1m',
        unless: { argv: ['test', '-d', '/sys/module/br_netfilter'], code: 0 },
      },
      host: { programs: { 'test -d /sys/module/br_netfilter': { code: 1 }, 'modprobe br_netfilter': {}, 'modprobe -r br_netfilter': {} } },
      says: ['~ run modprobe br_netfilter'],
    },
    {
      title: 'Nothing to do',
      params: {
        argv: ['modprobe', 'br_netfilter'],
        undo: ['modprobe', '-r', 'br_netfilter'],
        timeout: '1m',
        unless: { argv: ['test', '-d', '/sys/module/br_netfilter'], code: 0 },
      },
      host: { programs: { 'test -d /sys/module/br_netfilter': {} } },
      says: [],
    },
    {
      title: 'Something that cannot be taken back',
      params: { argv: ['journalctl', '--vacuum-size=500M'], irreversible: 'old logs are gone', timeout: '1m' },
      host: { programs: { 'journalctl --vacuum-size=500M': {} } },
      says: ['~ run journalctl --vacuum-size=500M', '~ cannot be taken back: old logs are gone'],
    },
  ],
  async observe(host, { unless, timeout }) {
    if (unless === undefined) return { done: false };
    const { code } = await host.probe(unless.argv, { timeoutMs: durationMs(timeout) ?? 60_000 });
    return { done: code === unless.code };
  },
  plan({ done }, { argv, undo, irreversible, timeout }) {
    if (undo !== undefined && irreversible !== undefined) return badParams('has both undo and irreversible');
    if (done) return [];
    const change = { kind: 'command', argv, timeoutMs: durationMs(timeout) ?? 60_000, sensitive: false } as const;
    const run = `~ run ${argv.join(' ')}`;
    if (undo !== undefined) return [{ ...change, undo: { argv: undo }, says: [run] } satisfies CommandChange];
    if (irreversible === undefined) return badParams('has neither undo nor irreversible');
    return [{ ...change, undo: { irreversible }, says: [run, `~ cannot be taken back: ${irreversible}`] } satisfies CommandChange];
  },
});

function badParams(what: string): Failure {
  return {
    code: 'bad-params',
    message: `the command ${what}; it needs exactly one of them`,
    hint: 'undo: [program, argument] takes it back; irreversible: says why nothing can',
  };
}
