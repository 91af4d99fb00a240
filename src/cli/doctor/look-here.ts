import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nodeInventoryIo } from '../../inventory/node-inventory-io.ts';
import { revokedKeysIn } from '../../journal/revoked-keys.ts';
import { nearest } from '../../load/suggest.ts';
import { type PolicyLook, PROGRAMS, type TerminalLook, type VariablesLook } from '../../views/doctor/here.ts';
import { readRules } from '../plan-policy.ts';
import type { Screen } from '../screen.ts';
import type { World } from '../world.ts';

/** Variables of the environment, by which this program is set up. */
export const VARIABLES: readonly string[] = ['RUNBOOK_INVENTORY', 'RUNBOOK_PATH', 'RUNBOOK_AGE_IDENTITY', 'RUNBOOK_NOTIFY'];

/** A sensitive input of a runbook: its name is the runbook's, and its value is nobody's business. */
const INPUT = /^RUNBOOK_INPUT_/;

/** Which of the programs that are of use are found in PATH. */
export async function lookForPrograms({ env }: World): Promise<ReadonlySet<string>> {
  const directories = (env['PATH'] ?? '').split(':').filter((directory) => directory !== '');
  const isThere = async (path: string) => (await nodeInventoryIo.mayExecute(path)) && (await nodeInventoryIo.kind(path)) === 'file';
  const found = new Set<string>();
  for (const program of PROGRAMS) {
    const here = await Promise.all(directories.map((directory) => isThere(join(directory, program))));
    if (here.includes(true)) found.add(program);
  }
  return found;
}

/** Reads the policies, and what they name. `paths`: where policies stand, absent: where they always do. */
export async function lookAtPolicy(world: World, paths?: readonly string[]): Promise<PolicyLook> {
  const told: string[] = [];
  const rules = await readRules(world, { tell: (lines) => void told.push(...lines) }, paths);
  if (!rules.ok) {
    const message = [...told.flatMap((line) => line.split('\n')[0] || []), rules.failure.message].join('; ');
    return { failure: { ...rules.failure, message }, asksSignatures: false, signers: [], revoked: [] };
  }
  const { runbookSignature, planSignature, signers, runKey } = rules.value;
  return {
    asksSignatures: runbookSignature || planSignature,
    signers: await Promise.all([...new Set(signers.map(({ allowed }) => allowed))].map(signersIn)),
    revoked: await Promise.all([...new Set(signers.flatMap(({ revoked }) => revoked ?? []))].map((path) => revokedIn(path, world))),
    ...(runKey === undefined ? {} : { runKey: { path: runKey, isThere: existsSync(runKey) } }),
  };
}

async function revokedIn(path: string, { env }: World): Promise<PolicyLook['revoked'][number]> {
  const read = await revokedKeysIn(path, env);
  return read.ok ? { path, keys: read.value } : { path, keys: 0, problem: read.failure.message };
}

/** Each line that is neither empty nor a comment is a key (ssh-keygen(1), ALLOWED SIGNERS). */
async function signersIn(path: string): Promise<PolicyLook['signers'][number]> {
  try {
    const lines = (await readFile(path, 'utf8')).split('\n').map((line) => line.trim());
    return { path, keys: lines.filter((line) => line !== '' && !line.startsWith('#')).length };
  } catch (error) {
    return { path, keys: 0, problem: error instanceof Error ? error.message : String(error) };
  }
}

/** The terminal of the data, and whether somebody can be asked. */
export function lookAtTerminal({ out, terminal }: World, screen: Screen): TerminalLook {
  const asks = terminal.input.isTTY === true && terminal.output.isTTY === true;
  return { isTTY: out.isTTY, columns: out.columns(), isColoured: screen.out.style.coloured, asks };
}

/**
 * How many files this process may have open; undefined where there is no bound, or no /proc. Node has raised the soft limit to the hard one
 * when it started, so that this is what processes below it get as well.
 */
export async function openFileLimit(): Promise<number | undefined> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
  return soft === undefined ? undefined : Number(soft);
}

/** Variables that are set for this program, and those that look so and mean nothing. */
export function lookAtVariables({ env }: World): VariablesLook {
  const named = Object.keys(env).filter((name) => name.startsWith('RUNBOOK_') && env[name] !== undefined);
  const unknown = named.filter((name) => !VARIABLES.includes(name) && !INPUT.test(name));
  return {
    set: named.filter((name) => VARIABLES.includes(name)).map((name) => `${name}=${env[name]}`),
    unknown: unknown.map((name) => {
      const meant = nearest(name, VARIABLES);
      return meant === undefined ? { name } : { name, meant };
    }),
  };
}
