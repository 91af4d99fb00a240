import { join } from 'node:path';
import { fail, ok, type Result } from '../domain/failure.ts';
import type { Inventory } from '../domain/host.ts';
import { rollBack, type Undoable } from '../engine/run-rollback.ts';
import { type ArchivedRun, findRun, readRun, runIds } from '../journal/run-archive.ts';
import type { LiveView } from '../ui/live-view.ts';
import { showRecap } from '../ui/show-recap.ts';
import { recap } from '../views/recap.ts';
import { type UndoEntry, undoLog } from '../views/undo-log.ts';
import { approve } from './approve.ts';
import { connect, withoutSecrets } from './connect.ts';
import { lastWords } from './last-words.ts';
import { type TargetOptions, typed } from './options.ts';
import { viewOf } from './run-runbook.ts';
import { screenOf } from './screen.ts';
import { drive, newRunId } from './session.ts';
import { limitedNames, readSources } from './targets.ts';
import { stateDirectory, type World } from './world.ts';

/** `rollback`: from a run's name to an exit code. */
export async function runRollback(world: World, name: string, options: TargetOptions, yes: boolean): Promise<number> {
  const screen = screenOf(world, options);
  const runsDirectory = join(stateDirectory(world, options.stateDir), 'runs');
  const found = await standingOf(runsDirectory, name);
  if (!found.ok) return screen.refuse(found.failure);
  const { of, entries } = found.value;
  const { runbook, runbookSha256 } = of.started;
  const read = await readSources(world, options);
  if (!read.ok) return screen.refuse(read.failure);
  const { inventory, notes } = read.value;
  screen.tell(notes.map(screen.err.say));
  const limited = await limitedNames(inventory, options);
  if (!limited.ok) return screen.refuse(limited.failure);
  const undoables = undoablesOf(entries, inventory, limited.value);
  if (!undoables.ok) return screen.refuse(undoables.failure);
  if (undoables.value.length === 0) {
    screen.tell([`Nothing that run ${of.id} did is left to take back.`]);
    return 0;
  }

  const stop = new AbortController();
  const { fleet, hostFor, close } = await connect(world, options, screen, inventory);
  const json = options.json === true;
  const view = viewOf(world, screen, json, true);
  const run = newRunId();
  const asking = {
    world,
    screen,
    kind: 'rollback' as const,
    runbook,
    yes,
    json,
    stop,
    ...('pause' in view ? { live: view as LiveView } : {}),
  };
  const head = { run, kind: 'rollback' as const, runbook, runbookSha256, inputs: {}, operator: world.user, of: of.id };
  try {
    const ended = await drive(
      {
        run,
        kind: 'rollback',
        fleet,
        hostFor,
        view,
        stop,
        leave: (events) => lastWords(screen, events),
        runsDirectory,
        detailedExitCode: false,
        approve: (gate, plans) => approve(asking, gate, plans),
      },
      (ports) => rollBack(head, undoables.value, ports),
    );
    const summary = recap(ended.events, typed(options));
    if (!json && summary) screen.print(showRecap(screen.out, summary));
    return ended.exitCode;
  } finally {
    await close();
  }
}

interface Standing {
  readonly of: { readonly id: string; readonly started: { readonly runbook: string; readonly runbookSha256: string } };
  readonly entries: readonly UndoEntry[];
}

/** What a run, less the rollbacks of it, has left standing on hosts. */
async function standingOf(runsDirectory: string, name: string): Promise<Result<Standing>> {
  const id = await findRun(runsDirectory, name);
  const run = id.ok ? await readRun(runsDirectory, id.value) : id;
  if (!run.ok) return run;
  const [started] = run.value.events;
  if (!started && run.value.damage === undefined)
    return fail('not-found', `run ${run.value.id} was ended before its first event; nothing was changed`);
  if (started?.type !== 'run.started') return fail('journal', `the journal of run ${run.value.id} does not begin with its start`);
  if (started.kind !== 'apply') return fail('bad-input', `run ${run.value.id} is a ${started.kind}; only an apply can be rolled back`);
  if (run.value.live)
    return fail('refused', `run ${run.value.id} is still under way`, { hint: 'wait for it, or interrupt it with Ctrl-C where it runs' });
  const later = await rollbacksOf(runsDirectory, run.value.id);
  return ok({ of: { id: run.value.id, started }, entries: undoLog([...run.value.events, ...later.flatMap(({ events }) => events)]) });
}

async function rollbacksOf(runsDirectory: string, id: string): Promise<readonly ArchivedRun[]> {
  const rollbacks: ArchivedRun[] = [];
  for (const other of [...(await runIds(runsDirectory))].reverse()) {
    const run = other > id ? await readRun(runsDirectory, other) : undefined;
    const [started] = run?.ok ? run.value.events : [];
    if (run?.ok && started?.type === 'run.started' && started.of === id) rollbacks.push(run.value);
  }
  return rollbacks;
}

function undoablesOf(
  entries: readonly UndoEntry[],
  inventory: Inventory,
  only: ReadonlySet<string> | undefined,
): Result<readonly Undoable[]> {
  const known = new Map(inventory.hosts.map((host) => [host.name, withoutSecrets(host)]));
  const wanted = entries.filter(({ host }) => only === undefined || only.has(host));
  const missing = wanted.filter(({ host }) => !known.has(host)).map(({ host }) => host);
  if (missing.length > 0) {
    return fail('not-found', `the inventory has no ${missing.join(', ')}, which the run changed`, {
      hint: 'pass the inventory of the run with -i, or narrow with -l',
    });
  }
  return ok(
    wanted.flatMap((entry) => {
      const host = known.get(entry.host);
      return host ? [{ ...entry, host }] : [];
    }),
  );
}
