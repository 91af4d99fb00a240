import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { fail, ok, type Result } from '../domain/failure.ts';
import type { Json } from '../domain/json.ts';
import type { Diagnostic, Runbook } from '../domain/runbook.ts';
import { MASKED } from '../domain/secret.ts';
import { loadRunbook } from '../load/load-runbook.ts';
import { parseInput } from '../load/parse-input.ts';
import { renderDiagnostic } from '../load/render-diagnostic.ts';
import { stepTypes } from '../steps/index.ts';
import { inputName } from './options.ts';
import { findRunbook } from './runbook-files.ts';
import type { Screen } from './screen.ts';
import type { World } from './world.ts';

/** What came of reading a runbook file. */
export interface Reading {
  /** As it is named in messages: relative to the working directory where it is below it. */
  readonly path: string;
  readonly runbook?: Runbook;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads and checks one file. `bad-input` when it cannot be read at all. */
export async function readRunbookFile(world: World, path: string): Promise<Result<Reading>> {
  const near = relative(world.cwd, path);
  const shown = near.startsWith('..') ? path : near;
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    return fail('bad-input', `${shown} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  const loaded = loadRunbook({ path: shown, text: bytes.toString('utf8') }, stepTypes);
  if (!loaded.ok) return ok({ path: shown, diagnostics: loaded.diagnostics });
  const { runbook, warnings } = loaded;
  // What is hashed, signed and kept are the bytes of the file, not something that is read like them.
  if (!bytes.equals(runbook.source.bytes))
    return fail('not-text', `${shown} is not UTF-8`, { at: `${shown}:${lineOfDifference(bytes, runbook.source.bytes)}` });
  return ok({ path: shown, runbook, diagnostics: warnings });
}

/** The line, from 1, on which two texts begin to differ. */
function lineOfDifference(some: Uint8Array, others: Uint8Array): number {
  const at = some.findIndex((byte, index) => byte !== others[index]);
  return some.subarray(0, at).filter((byte) => byte === 0x0a).length + 1;
}

/** The runbook of that name, or undefined after everything that is wrong with it was told. */
export async function requireRunbook(world: World, screen: Screen, name: string): Promise<Runbook | undefined> {
  const path = findRunbook(world, name);
  const reading = path.ok ? await readRunbookFile(world, path.value) : path;
  if (!reading.ok) {
    screen.refuse(reading.failure);
    return undefined;
  }
  const { runbook, diagnostics } = reading.value;
  for (const diagnostic of diagnostics) screen.tell([renderDiagnostic(diagnostic), '']);
  return runbook;
}

/** What stands where a secret is not shown, as it may be pasted back. */
const PLACEHOLDERS: ReadonlySet<string> = new Set([MASKED, '…']);

/** The inputs given as `NAME=VALUE`, checked against the declared ones; sensitive ones are concealed from then on. */
export function inputsOf(runbook: Runbook, given: readonly string[], screen: Screen): Result<Readonly<Record<string, Json>>> {
  const values: [string, Json][] = [];
  for (const assignment of given) {
    const name = inputName(assignment);
    const text = assignment.slice(name.length + 1);
    const spec = runbook.inputs.get(name);
    if (spec?.sensitive && PLACEHOLDERS.has(text))
      return fail('bad-input', `input ${name}: ${text} is what is shown in the place of a value`, {
        hint: `give the value: -e ${name}=@FILE`,
      });
    const value = spec ? parseInput(spec, text) : ok(text);
    if (!value.ok) return { ok: false, failure: { ...value.failure, message: `input ${name}: ${value.failure.message}` } };
    if (spec?.sensitive) screen.conceal(text);
    values.push([name, value.value]);
  }
  const inputs = runbook.inputsFrom(Object.fromEntries(values));
  // Defaults as well, and what stands inside lists and objects: steps refer to their parts.
  for (const [name, value] of inputs.ok ? Object.entries(inputs.value) : []) {
    if (runbook.inputs.get(name)?.sensitive) for (const secret of textsIn(value)) screen.conceal(secret);
  }
  return inputs;
}

function textsIn(value: Json): readonly string[] {
  if (typeof value === 'string' || typeof value === 'number') return [String(value)];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

/** Inputs as a journal may hold them. */
export function maskedInputs(runbook: Runbook, inputs: Readonly<Record<string, Json>>): Readonly<Record<string, Json>> {
  return Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, runbook.inputs.get(name)?.sensitive ? MASKED : value]));
}
