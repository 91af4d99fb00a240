import { join } from 'node:path';
import { fail, ok, type Result } from '../domain/failure.ts';
import type { Inventory } from '../domain/host.ts';
import type { TypedPlan } from '../domain/saved-plan.ts';
import type { RunHead } from '../engine/run.ts';
import { rollBack, type Undoable } from '../engine/run-rollback.ts';
import type { GroupedInventory } from '../inventory/assemble.ts';
import { FileJournal } from '../journal/file-journal.ts';
import { showRecap } from '../ui/show-recap.ts';
import { recap } from '../views/recap.ts';
import type { UndoEntry } from '../views/undo-log.ts';
import { approve } from './approve.ts';
import { connect, type Ways, withoutSecrets } from './connect.ts';
import { type Guard, guardOf } from './host-guard.ts';
import { lastWords } from './last-words.ts';
import {
  asTyped,
  confirmTimeoutOf,
  type GuardOptions,
  type OutletOptions,
  type PatienceOptions,
  type TargetOptions,
  typed,
} from './options.ts';
import { outletsFor } from './outlets/open-outlets.ts';
import { type Screen, screenOf } from './screen.ts';
import { drive, newRunId } from './session.ts';
import { signEnd } from './sign-run.ts';
import { standingOf } from './standing-run.ts';
import { limitedNames, readSources } from './targets.ts';
import { unsealPasswords } from './unseal.ts';
import { viewOf } from './view-of.ts';
import { stateDirectory, type World } from './world.ts';

/** `rollback`: from a run's name to an exit code. */
export async function runRollback(
  world: World,
  name: string,
  options: TargetOptions & GuardOptions & PatienceOptions & OutletOptions,
  yes: boolean,
): Promise<number> {
  const screen = screenOf(world, options);
  const patience = confirmTimeoutOf(options);
  if (!patience.ok) return screen.refuse(patience.failure);
  const found = await standing(world, name, options);
  if (!found.ok) return screen.refuse(found.failure);
  const read = await readSources(world, screen, options, found.value.of.started.runbookDirectory);
  if (!read.ok) return screen.refuse(read.failure);
  const inventory = read.value;
  const limited = await limitedNames(inventory, options);
  if (!limited.ok) return screen.refuse(limited.failure);
  const only = limited.value === undefined ? {} : { only: limited.value };
  return rollBackStanding(world, screen, found.value, {
    options,
    yes,
    inventory,
    guard: guardOf(options),
    patience: patience.value,
    ...only,
  });
}

/** What a breach of a run takes back: those hosts, over the ways of that run, by the word of the runbook that was approved. */
export async function rollBackBreach(
  world: World,
  screen: Screen,
  run: string,
  task: Pick<RollbackTask, 'options' | 'inventory'> & { readonly only: ReadonlySet<string>; readonly ways: Ways },
): Promise<number> {
  // The metrics in that file are those of the run that breached.
  const { prometheusTextfile: _, ...options } = task.options;
  const found = await standing(world, run, options);
  if (!found.ok) return screen.refuse(found.failure);
  return rollBackStanding(world, screen, found.value, { ...task, options, yes: true, flag: 'on_breach' });
}

function standing(world: World, name: string, { stateDir }: TargetOptions): ReturnType<typeof standingOf> {
  return standingOf(join(stateDirectory(world, stateDir), 'runs'), name);
}

type Standing = Extract<Awaited<ReturnType<typeof standingOf>>, { ok: true }>['value'];

/** Takes back what is left of a run on the hosts that are meant; undefined: on all of them. */
async function rollBackStanding(
  world: World,
  screen: Screen,
  { of, entries }: Standing,
  { only, ...task }: Omit<RollbackTask, 'head' | 'undoables' | 'words'> & { readonly only?: ReadonlySet<string> },
): Promise<number> {
  const { runbook, runbookSha256, runbookDirectory, typed: words } = of.started;
  const undoables = undoablesOf(entries, task.inventory, only);
  if (!undoables.ok) return screen.refuse(undoables.failure);
  if (undoables.value.length === 0) {
    screen.tell([`Nothing that run ${of.id} did is left to take back.`]);
    if (task.options.json) screen.data({ of: of.id, hosts: [] });
    return 0;
  }
  const head = { runbook, runbookSha256, of: of.id, ...(runbookDirectory === undefined ? {} : { runbookDirectory }) };
  return rollBackAll(world, screen, { ...task, head, undoables: undoables.value, ...(words ? { words } : {}) });
}

/** What is to be taken back, and by whose word. */
interface RollbackTask {
  readonly options: TargetOptions & OutletOptions;
  readonly yes: boolean;
  readonly inventory: GroupedInventory;
  readonly head: Pick<RunHead, 'runbook' | 'runbookSha256' | 'runbookDirectory' | 'of'>;
  readonly undoables: readonly Undoable[];
  readonly guard?: Guard;
  /** How long a host waits to be confirmed, where the operator says so. */
  readonly patience?: Parameters<typeof rollBack>[3];
  /** How the run that is taken back was typed, for advice on its hosts. */
  readonly words?: TypedPlan;
  /** What says yes where nobody is asked; `-y` unless said. */
  readonly flag?: string;
  /** Ways that are there already, and stay; absent: they are found, and closed. */
  readonly ways?: Ways;
}

/** Plans, asks and takes back: a run of its own, with a record of its own. */
export async function rollBackAll(
  world: World,
  screen: Screen,
  { options, yes, inventory, head, undoables, guard, patience, words, flag, ways }: RollbackTask,
): Promise<number> {
  const openOutlets = outletsFor(world, screen, options, true);
  if (!openOutlets.ok) return screen.refuse(openOutlets.failure);
  const names = new Set(undoables.map(({ host }) => host.name));
  const hosts = inventory.hosts.filter(({ name }) => names.has(name));
  const unsealed = await unsealPasswords(inventory, hosts);
  if (!unsealed.ok) return screen.refuse(unsealed.failure);
  const stop = new AbortController();
  const { fleet, hostFor, overSsh, close } = ways ?? (await connect(world, options, screen, inventory, hosts));
  const json = options.json === true;
  const view = viewOf(world, screen, json, true);
  const run = newRunId();
  const asking = {
    world,
    screen,
    kind: 'rollback' as const,
    runbook: head.runbook,
    yes,
    json,
    stop,
    ...(guard ? { guard } : {}),
    ...(flag ? { flag } : {}),
  };
  const { hosts: target = '', limit = '' } = options;
  const outlets = openOutlets.value({
    run,
    kind: 'rollback',
    verb: 'rollback',
    runbook: head.runbook,
    operator: world.user,
    target,
    limit,
  });
  try {
    const ended = await drive(
      {
        run,
        kind: 'rollback',
        fleet,
        hostFor,
        view: outlets.around(view),
        stop,
        mask: screen.mask,
        leave: (events) => lastWords(screen, events),
        operator: world.user,
        journal: () => FileJournal.create(join(stateDirectory(world, options.stateDir), 'runs', run)),
        detailedExitCode: false,
        approve: (gate, plans) => approve(asking, gate, plans),
      },
      (ports) =>
        rollBack(
          { ...head, ...(overSsh.length === 0 ? {} : { overSsh }), run, kind: 'rollback', inputs: {}, operator: world.user },
          undoables,
          ports,
          patience,
        ),
    );
    const go = words ? { runbook: words.runbook, ...typed(asTyped(options, words)) } : typed(options);
    const summary = recap(ended.events, go);
    if (!json && summary) screen.print(showRecap(screen.out, summary));
    await signEnd(world, screen, ended, json);
    return ended.exitCode;
  } finally {
    if (!ways) await close();
    await outlets.close();
  }
}

function undoablesOf(
  entries: readonly UndoEntry[],
  inventory: Inventory,
  only: ReadonlySet<string> | undefined,
): Result<readonly Undoable[]> {
  const known = new Map(inventory.hosts.map((host) => [host.name, withoutSecrets(host)]));
  const wanted = entries.filter(({ host }) => only === undefined || only.has(host));
  if (wanted.length === 0 && entries.length > 0) {
    const changed = [...new Set(entries.map(({ host }) => host))].join(', ');
    return fail('not-found', `the limit leaves out all hosts that the run changed: ${changed}`, { hint: 'widen -l or --hosts' });
  }
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
