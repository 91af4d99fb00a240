import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type ChangeWindows, closedAt } from '../domain/change-window.ts';
import { type Failure, fail, ok, type Result } from '../domain/failure.ts';
import type { Signers } from '../journal/ssh-signature.ts';
import { loadPolicy, type Policy } from '../load/read-policy.ts';
import { renderDiagnostic } from '../load/render-diagnostic.ts';
import type { Screen } from './screen.ts';
import type { World } from './world.ts';

/** What all policies together ask. */
export interface Rules {
  readonly runbookSignature: boolean;
  readonly planSignature: boolean;
  readonly approvals: number;
  readonly savedPlanOnly: boolean;
  /** A signature counts when it holds by every one of these. */
  readonly signers: readonly Signers[];
  /** The key that signs the end of each run, absolute; absent: none does. */
  readonly runKey?: string;
  /** When hosts may be changed, and whose word that is; all of them hold. */
  readonly windows: readonly { readonly at: string; readonly of: ChangeWindows }[];
}

/** Where policies stand: this machine's, then the user's own. */
function policyPaths({ env, home }: World): readonly string[] {
  const configHome = env['XDG_CONFIG_HOME'];
  return ['/etc/runbook/policy.yaml', join(configHome?.startsWith('/') ? configHome : join(home, '.config'), 'runbook/policy.yaml')];
}

/**
 * Reads the policies; the stricter of two holds, word by word. One that is there and cannot be read, or is not understood, is a
 * failure: without knowing what is asked, nothing is changed.
 */
export async function readRules(world: World, screen: Pick<Screen, 'tell'>, paths = policyPaths(world)): Promise<Result<Rules>> {
  const policies: Policy[] = [];
  const windows: Rules['windows'][number][] = [];
  for (const path of paths) {
    const policy = await readOne(path, world.home, screen);
    if (!policy.ok) return policy;
    if (!policy.value) continue;
    policies.push(policy.value);
    windows.push({ at: path, of: policy.value.windows });
  }
  return ok({ ...strictest(policies), windows });
}

/** Why a runbook may not be planned and carried out in one go; undefined where it may. */
export function directApplyProblem({ savedPlanOnly }: Rules): Failure | undefined {
  if (!savedPlanOnly) return undefined;
  const message = 'the policy allows saved plans only: what is carried out must have been looked at before';
  return { code: 'refused', message, hint: 'runbook plan NAME -o FILE, and then runbook apply FILE' };
}

/** Why no host may be changed at a moment (ms since the epoch), and by whose word; undefined where one may. */
export function closedBy({ windows }: Pick<Rules, 'windows'>, ms: number): string | undefined {
  for (const { at, of } of windows) {
    const why = closedAt(ms, of);
    if (why !== undefined) return `${why}, by ${at}`;
  }
  return undefined;
}

/** The stricter of several, word by word. */
function strictest(policies: readonly Policy[]): Omit<Rules, 'windows'> {
  const allowed = policies.flatMap(({ allowedSigners }) => allowedSigners ?? []);
  const revoked = policies.flatMap(({ revokedKeys }) => revokedKeys ?? []);
  // Of two keys neither is the stricter: the operator's own word comes last.
  const runKey = policies.findLast(({ signRuns }) => signRuns !== undefined)?.signRuns;
  return {
    runbookSignature: policies.some(({ runbookSignature }) => runbookSignature === 'always'),
    planSignature: policies.some(({ planSignature }) => planSignature === 'always'),
    approvals: Math.max(0, ...policies.map(({ approvals }) => approvals)),
    savedPlanOnly: policies.some(({ savedPlanOnly }) => savedPlanOnly),
    signers: allowed.flatMap((path): readonly Signers[] =>
      revoked.length === 0 ? [{ allowed: path }] : revoked.map((keys) => ({ allowed: path, revoked: keys })),
    ),
    ...(runKey === undefined ? {} : { runKey }),
  };
}

async function readOne(path: string, home: string, screen: Pick<Screen, 'tell'>): Promise<Result<Policy | undefined>> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ok(undefined);
    return fail('refused', `the policy cannot be read: ${error instanceof Error ? error.message : String(error)}`, { at: path });
  }
  const loaded = loadPolicy({ path, text });
  if (loaded.ok) return ok(withPlaces(loaded.policy, dirname(path), home));
  for (const diagnostic of loaded.diagnostics) screen.tell([renderDiagnostic(diagnostic), '']);
  return fail('refused', 'the policy is not understood, so nothing is done', {
    at: path,
    hint: 'put it right, or ask whoever keeps it',
  });
}

function withPlaces({ allowedSigners, revokedKeys, signRuns, ...rest }: Policy, directory: string, home: string): Policy {
  return {
    ...rest,
    // A key is the operator's, so that one policy for a machine can name that of each; whose keys count is not theirs to say.
    ...(signRuns === undefined ? {} : { signRuns: resolve(directory, signRuns.replace(/^~(?=\/)/, home)) }),
    ...(allowedSigners === undefined ? {} : { allowedSigners: resolve(directory, allowedSigners) }),
    ...(revokedKeys === undefined ? {} : { revokedKeys: resolve(directory, revokedKeys) }),
  };
}
