import { type FailureCode, fail, ok, type Result } from '../domain/failure.ts';
import type { InventoryIo, ProgramEnd, ProgramLimits, ProgramOutput } from './inventory-io.ts';

/** Two minutes: clouds are slow to list. 64 MiB: ten thousand hosts with a page of variables each. */
export const PROGRAM_LIMITS: ProgramLimits = { timeoutMs: 120_000, maxBytes: 64 * 1024 * 1024 };

/** A program to be run, as messages name it. */
export interface Program {
  readonly argv: readonly string[];
  /** `the inventory script`, `kubectl`. */
  readonly what: string;
  /** Where it stands, for the place of failures. */
  readonly at: string;
}

/** The last line of standard error that speaks of an error, else the last one: what went wrong stands there, and advice below it. */
function lastWord(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim());
  const last = lines.findLast((line) => /(?:^|: )error:/i.test(line)) ?? lines.findLast((line) => line !== '');
  return last === undefined ? '' : `: ${last.length > 300 ? `${last.slice(0, 300)}…` : last}`;
}

function endFault(end: ProgramEnd, limits: ProgramLimits): { readonly code: FailureCode; readonly why: string } | undefined {
  switch (end.kind) {
    case 'exited':
      return end.code === 0 ? undefined : { code: 'command-failed', why: `ended with exit code ${end.code}` };
    case 'signalled':
      return { code: 'command-failed', why: `was ended by ${end.signal}` };
    case 'timed-out':
      return { code: 'timed-out', why: `took more than ${limits.timeoutMs / 1_000} s and was ended` };
    case 'flooded':
      return { code: 'too-large', why: `printed more than ${limits.maxBytes} bytes and was ended` };
    case 'not-started':
      if (end.why === 'ENOENT')
        return { code: 'missing-program', why: 'cannot be started: there is no such program, or none that its first line names' };
      return { code: 'command-failed', why: `cannot be started (${end.why})` };
  }
}

function decoded({ stdout }: ProgramOutput): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(stdout);
  } catch {
    return undefined;
  }
}

/** What a program printed. A program that does not end well, in time and with text is a failure that says how it ended. */
export async function programText({ argv, what, at }: Program, io: InventoryIo, limits = PROGRAM_LIMITS): Promise<Result<string>> {
  const output = await io.run(argv, limits);
  const fault = endFault(output.end, limits);
  if (fault !== undefined) return fail(fault.code, `${what} ${fault.why}${lastWord(output.stderr)}`, { at });
  const text = decoded(output);
  return text === undefined ? fail('not-text', `${what} printed something else than UTF-8 text`, { at }) : ok(text);
}
