import { resolve } from 'node:path';
import type { JsonObject } from '../domain/json.ts';
import type { Runbook } from '../domain/runbook.ts';
import { auditPath, keepAudit, readAudit } from '../journal/audit-store.ts';
import { driftData, showDrift } from '../ui/show-drift.ts';
import { type Drift, driftOf } from '../views/drift.ts';
import { maskedInputs } from './load-runbook-file.ts';
import { type RunOptions, typed } from './options.ts';
import type { Screen } from './screen.ts';
import type { Ended } from './session.ts';
import { directoryOf } from './targets.ts';
import { stateDirectory, type World } from './world.ts';

/** What an audit was made from and came to. */
export interface AuditMade {
  readonly name: string;
  readonly options: RunOptions;
  readonly runbook: Runbook;
  readonly inputs: JsonObject;
  readonly sources: readonly string[];
  readonly ended: Ended;
  /** Say nothing where there is no news. */
  readonly quiet: boolean;
}

/** The exit code where what was found could not be kept for the next audit. */
const NOT_KEPT = 6;

/** Compares what was found with the last audit of the same runbook, inputs and target; tells it, and keeps it for the next one. */
export async function tellAudit(world: World, screen: Screen, made: AuditMade): Promise<{ readonly code: number; readonly drift?: Drift }> {
  const { name, options, runbook, ended, quiet } = made;
  // Of hosts that were not looked at any more, nothing is known: the last audit stands.
  if (ended.events.some(({ type }) => type === 'run.interrupted')) return { code: ended.exitCode };
  const path = auditPath(stateDirectory(world, options.stateDir), whatOf(world, made));
  const before = await readAudit(path);
  if (!before.ok) {
    screen.refuse(before.failure);
    screen.tell(['All that is off is told as new.']);
  }
  const head = { runbook: runbook.name, runbookSha256: runbook.source.sha256, at: ended.events.at(-1)?.at ?? Date.now() };
  const { drift, audit } = driftOf(head, before.ok ? before.value : undefined, ended.plans);
  const kept = await keepAudit(path, audit);
  if (drift.isNews || !quiet) {
    const { places, inputs, limit } = typed(options, runbook);
    if (options.json) screen.data(driftData(drift, ended.exitCode));
    else screen.print(showDrift(screen.out, drift, ['runbook', 'plan', name, ...places, ...inputs, ...limit]));
  }
  if (!kept.ok) screen.refuse(kept.failure);
  return { code: kept.ok ? ended.exitCode : NOT_KEPT, drift };
}

/** Two audits are of the same where all of this is. */
function whatOf(world: World, { options, runbook, inputs, sources }: AuditMade): JsonObject {
  const isPath = (source: string) => !source.includes(',') && !source.endsWith(':');
  return {
    runbook: runbook.name,
    directory: directoryOf(world, runbook),
    hosts: options.hosts ?? runbook.hosts ?? '',
    limit: options.limit ?? '',
    sources: sources.map((source) => (isPath(source) ? resolve(world.cwd, source) : source)),
    inputs: maskedInputs(runbook, inputs),
  };
}
