import { join } from 'node:path';
import { type Failure, fail, ok, type Result } from '../domain/failure.ts';
import type { Inventory } from '../domain/host.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Runbook } from '../domain/runbook.ts';
import { type Resumption, resume, type Unsettled } from '../engine/run-resume.ts';
import { readContext } from '../engine/verify-context.ts';
import type { GroupedInventory } from '../inventory/assemble.ts';
import { FileJournal } from '../journal/file-journal.ts';
import { isOwned, ownerOf } from '../journal/owner.ts';
import type { ArchivedRun } from '../journal/run-archive.ts';
import { loadRunbook } from '../load/load-runbook.ts';
import { stepTypes } from '../steps/index.ts';
import { jsonView } from '../ui/json-view.ts';
import { plainView } from '../ui/plain-view.ts';
import { showRecap } from '../ui/show-recap.ts';
import { recap } from '../views/recap.ts';
import { isUnsettled, type RunRecord, recordRun } from '../views/run-record.ts';
import { connect, withoutSecrets } from './connect.ts';
import { cutOffRun, underWay } from './cut-off-run.ts';
import { lastWords } from './last-words.ts';
import { inputsOf } from './load-runbook-file.ts';
import { asTyped, inputName, type OutletOptions, type RunOptions, typed } from './options.ts';
import { outletsFor } from './outlets/open-outlets.ts';
import { type Screen, screenOf } from './screen.ts';
import { sensitiveNames } from './secrets-proof.ts';
import { withSecrets } from './sensitive-inputs.ts';
import { drive } from './session.ts';
import { signEnd } from './sign-run.ts';
import { readSources } from './targets.ts';
import { unsealPasswords } from './unseal.ts';
import { stateDirectory, type World } from './world.ts';

/** `resume`: from a run's name to an exit code. */
export async function runResume(world: World, name: string, options: RunOptions & OutletOptions): Promise<number> {
  const screen = screenOf(world, options);
  const found = await cutOffRun(join(stateDirectory(world, options.stateDir), 'runs'), name);
  if (!found.ok) return screen.refuse(found.failure);
  const run = found.value;
  const record = recordRun(run.events);
  const runbook = runbookOf(record);
  const foreign = notOfRun(runbook, options);
  if (foreign) return screen.refuse(foreign);
  if (!record.transactions.some(isUnsettled)) {
    screen.tell([`Every host of run ${run.id} is settled.`]);
    if (options.json) screen.data({ run: run.id, settled: true, hosts: [] });
    return 0;
  }
  const read = await readSources(world, screen, options, record.started?.runbookDirectory);
  if (!read.ok) return screen.refuse(read.failure);
  const inventory = read.value;
  const names = new Set(record.transactions.filter(isUnsettled).map(({ host }) => host));
  const unsealed = await unsealPasswords(
    inventory,
    inventory.hosts.filter(({ name: each }) => names.has(each)),
  );
  if (!unsealed.ok) return screen.refuse(unsealed.failure);
  const unsettled = await unsettledOf(world, screen, record, inventory, runbook, options);
  if (!unsettled.ok) return screen.refuse(unsettled.failure);
  return settleAll(world, screen, options, run, record, inventory, unsettled.value, runbook);
}

/** What was given that a run has settled already. */
function notOfRun(runbook: Runbook | undefined, { input = [], hosts, limit }: RunOptions): Failure | undefined {
  const failure = (message: string, hint: string): Failure => ({ code: 'bad-input', message, hint });
  if (hosts !== undefined || limit !== undefined)
    return failure('resume settles all hosts of a run, so that none is left in doubt', 'leave -l and --hosts out');
  const other = runbook && input.map(inputName).find((name) => !runbook.inputs.get(name)?.sensitive);
  if (other === undefined) return undefined;
  return failure(`a run keeps its inputs; only sensitive ones are given again, and ${other} is none`, `leave -e ${other}=… out`);
}

async function settleAll(
  world: World,
  screen: Screen,
  options: RunOptions & OutletOptions,
  run: ArchivedRun,
  record: RunRecord,
  inventory: GroupedInventory,
  unsettled: readonly Unsettled[],
  runbook: Runbook | undefined,
): Promise<number> {
  const json = options.json === true;
  const openOutlets = outletsFor(world, screen, options, true);
  if (!openOutlets.ok) return screen.refuse(openOutlets.failure);
  const journal = await takenOver(run);
  if (!journal) return screen.refuse(underWay(run));
  const { fleet, hostFor, close } = await connect(
    world,
    options,
    screen,
    inventory,
    unsettled.map(({ host }) => host),
  );
  const open = new Set(unsettled.map(({ host }) => host.name));
  const resumption: Resumption = {
    operator: world.user,
    hosts: record.started?.hosts ?? [...open],
    outcomes: endedBefore(record, open),
    ...(runbook ? { runbook } : {}),
  };
  const kind = record.started?.kind ?? 'apply';
  const { hosts: target = '', limit = '' } = record.started?.typed ?? {};
  const runbookName = record.started?.runbook ?? '';
  const outlets = openOutlets.value({ run: run.id, kind, verb: 'resume', runbook: runbookName, operator: world.user, target, limit });
  try {
    const ended = await drive(
      {
        run: run.id,
        kind,
        fleet,
        hostFor,
        view: outlets.around(json ? jsonView(world.out, screen.mask) : plainView(world.err, screen.err)),
        stop: new AbortController(),
        operator: world.user,
        journal: async () => journal,
        mask: screen.mask,
        leave: (events) => lastWords(screen, [...run.events, ...events]),
        detailedExitCode: false,
        approve: async () => ({ answer: 'none', by: 'nobody' }),
      },
      (ports) => resume(resumption, unsettled, ports),
    );
    const words = record.started?.typed;
    const go = words ? { runbook: words.runbook, ...typed(asTyped(options, words), runbook) } : typed({ ...options, input: [] });
    const summary = recap([...run.events, ...ended.events], go);
    if (!json && summary) screen.print(showRecap(screen.out, summary));
    await signEnd(world, screen, ended, json);
    return ended.exitCode;
  } finally {
    await close();
    await outlets.close();
  }
}

/** The run's journal; undefined when another process was faster. Throws `JournalFault`. */
async function takenOver({ directory }: ArchivedRun): Promise<FileJournal | undefined> {
  try {
    return await FileJournal.resume(directory);
  } catch (fault) {
    if (ownerOf(directory) === process.pid || !isOwned(directory)) throw fault;
    return undefined;
  }
}

/** How hosts had ended that are not `open`. One that was only planned was never begun. */
export function endedBefore({ endings }: RunRecord, open: ReadonlySet<string>): Resumption['outcomes'] {
  const ended = endings.filter(({ host, outcome }) => !open.has(host) && outcome !== 'would-fix');
  return new Map(ended.map(({ host, outcome }) => [host, outcome]));
}

/** The runbook as it was approved; undefined when this version of the program reads it no more. */
function runbookOf({ started }: RunRecord): Runbook | undefined {
  if (!started?.source) return undefined;
  const loaded = loadRunbook({ path: started.runbook, text: Buffer.from(started.source.bytes).toString('utf8') }, stepTypes);
  return loaded.ok ? loaded.runbook : undefined;
}

async function unsettledOf(
  world: World,
  screen: Screen,
  { started, transactions, plans }: RunRecord,
  inventory: Inventory,
  runbook: Runbook | undefined,
  options: RunOptions,
): Promise<Result<readonly Unsettled[]>> {
  const known = new Map(inventory.hosts.map((host) => [host.name, withoutSecrets(host)]));
  const open = transactions.filter(isUnsettled);
  const missing = open.filter(({ host }) => !known.has(host)).map(({ host }) => host);
  if (missing.length > 0) {
    return fail('not-found', `the inventory has no ${missing.join(', ')}, which the run changed`, {
      hint: 'pass the inventory of the run with -i',
    });
  }
  const secrets =
    runbook && open.some(({ context }) => context) ? await sensitiveInputs(world, screen, runbook, started?.inputs ?? {}, options) : ok({});
  if (!secrets.ok) return secrets;
  return ok(
    open.flatMap(({ host: name, tx, changes, become, rollback, at, undoAfterMs, context, results, begun }) => {
      const host = known.get(name);
      const machineId = plans.get(name)?.facts['machine_id'];
      const verify = runbook && context ? readContext(context, runbook, secrets.value) : undefined;
      if (!host) return [];
      return [
        {
          host,
          tx,
          changes,
          become,
          rollback,
          leftMs: at + undoAfterMs - Date.now(),
          ...(results ? { results } : {}),
          ...(begun ? { begun } : {}),
          ...(typeof machineId === 'string' ? { machineId } : {}),
          ...(verify ? { context: verify } : {}),
        },
      ];
    }),
  );
}

/** Inputs that no record keeps, as they are given anew; the others are those of the run. */
async function sensitiveInputs(
  world: World,
  screen: Screen,
  runbook: Runbook,
  kept: JsonObject,
  options: RunOptions,
): Promise<Result<JsonObject>> {
  const names = new Set(sensitiveNames(runbook));
  if (names.size === 0) return ok({});
  const only = (values: JsonObject, wanted: boolean) => Object.entries(values).filter(([name]) => names.has(name) === wanted);
  const secrets = await withSecrets(world, screen, runbook, options);
  if (!secrets.ok) return secrets;
  const given = secrets.value;
  const inputsFrom: Runbook['inputsFrom'] = (values) => runbook.inputsFrom({ ...Object.fromEntries(only(kept, false)), ...values });
  const inputs = inputsOf({ ...runbook, inputsFrom }, given, screen);
  return inputs.ok ? ok(Object.fromEntries(only(inputs.value, true))) : inputs;
}
