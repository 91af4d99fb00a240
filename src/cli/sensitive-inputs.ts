import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fail, ok, type Result } from '../domain/failure.ts';
import type { Runbook } from '../domain/runbook.ts';
import { askSecret } from './ask-secret.ts';
import { inputName, type RunOptions } from './options.ts';
import type { Screen } from './screen.ts';
import type { World } from './world.ts';

/**
 * The assignments of a run with all that its sensitive inputs can be given by: `-e NAME=@FILE`, `RUNBOOK_INPUT_NAME` in the
 * environment, and a question at a terminal where one must be given and was not. What stands in a command line, `ps` shows to
 * everybody on this machine, and a shell keeps.
 */
export async function withSecrets(
  world: World,
  screen: Screen,
  runbook: Pick<Runbook, 'name' | 'inputs'>,
  { input = [], json }: RunOptions,
): Promise<Result<readonly string[]>> {
  const given: string[] = [];
  for (const assignment of input) {
    const read = runbook.inputs.get(inputName(assignment))?.sensitive ? await fromFile(world, assignment) : ok(assignment);
    if (!read.ok) return read;
    given.push(read.value);
  }
  const names = new Set(given.map(inputName));
  for (const [name, { sensitive, default: otherwise }] of runbook.inputs) {
    if (!sensitive || names.has(name)) continue;
    const value = world.env[variableOf(name)] ?? (otherwise === undefined && !json ? await asked(world, screen, runbook, name) : undefined);
    if (value !== undefined) given.push(`${name}=${value}`);
  }
  return ok(given);
}

function asked(world: World, screen: Screen, { name: runbook }: Pick<Runbook, 'name'>, name: string): Promise<string | undefined> {
  return askSecret(world, screen, `input ${name} of ${runbook}`);
}

/** The environment variable of an input. */
function variableOf(name: string): string {
  return `RUNBOOK_INPUT_${name.toUpperCase()}`;
}

/** `NAME=@FILE` as `NAME=` and what the file holds, without its last end of line; `@@` is an @ that is meant. */
async function fromFile({ cwd }: World, assignment: string): Promise<Result<string>> {
  const name = inputName(assignment);
  const text = assignment.slice(name.length + 1);
  if (!text.startsWith('@')) return ok(assignment);
  const rest = text.slice(1);
  if (rest.startsWith('@')) return ok(`${name}=${rest}`);
  try {
    const read = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(resolve(cwd, rest)));
    return ok(`${name}=${read.replace(/\r?\n$/, '')}`);
  } catch (error) {
    // A value that begins with @ may have been meant, and is a secret.
    return fail('bad-input', `input ${name}: the file after @ cannot be read (${codeOf(error)})`, {
      hint: `-e ${name}=@FILE reads a file; for a value that begins with @, double it: @@`,
    });
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
