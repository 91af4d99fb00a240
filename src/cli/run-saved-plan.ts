import { join } from 'node:path';
import { type Failure, fail, ok, type Result } from '../domain/failure.ts';
import type { Host, Inventory } from '../domain/host.ts';
import type { JsonObject } from '../domain/json.ts';
import type { PlannedHost } from '../engine/plan-host.ts';
import type { GroupLimit } from '../engine/roll-out.ts';
import { applyPlanned } from '../engine/run-runbook.ts';
import { FileJournal } from '../journal/file-journal.ts';
import type { KnownHost } from '../remote/fleet.ts';
import { savedPlanData } from '../ui/json-saved-plan.ts';
import { showPlan } from '../ui/show-plan.ts';
import { showRecap } from '../ui/show-recap.ts';
import { showSavedPlan, type Vouched } from '../ui/show-saved-plan.ts';
import { recap } from '../views/recap.ts';
import { approve } from './approve.ts';
import { closingOf, overriddenBy, timeProblem } from './change-time.ts';
import { connect, type Ways, withoutSecrets } from './connect.ts';
import { type Guard, groupLimitsOf, guardOf, zoneProblem } from './host-guard.ts';
import { inventoryDifferences } from './inventory-digests.ts';
import { lastWords } from './last-words.ts';
import { inputsOf, maskedInputs } from './load-runbook-file.ts';
import { afterBreach } from './on-breach.ts';
import { expiryProblem, hashNames, type OpenPlan, openPlan, vouchersOf } from './open-plan.ts';
import { confirmTimeoutOf, type GuardOptions, inputName, type OutletOptions, type RunOptions, type WindowOptions } from './options.ts';
import { type Outlets, outletsFor } from './outlets/open-outlets.ts';
import type { OutletHead } from './outlets/outlet.ts';
import { type Rules, readRules } from './plan-policy.ts';
import { shownPath } from './save-plan.ts';
import { again, planAgain } from './saved-plan-advice.ts';
import { type Screen, screenOf } from './screen.ts';
import { provesSecrets, sensitiveNames } from './secrets-proof.ts';
import { withSecrets } from './sensitive-inputs.ts';
import { drive, type Ended, newRunId } from './session.ts';
import { shellProblem } from './shell-guard.ts';
import { signEnd } from './sign-run.ts';
import { directoryOf, readSources } from './targets.ts';
import { unsealPasswords } from './unseal.ts';
import { viewOf } from './view-of.ts';
import { stateDirectory, type World } from './world.ts';

/** What `apply FILE` was told. */
export interface SavedPlanRequest {
  /** Absolute. */
  readonly file: string;
  readonly options: RunOptions & GuardOptions & WindowOptions & OutletOptions & { readonly planHash?: string };
  readonly yes: boolean;
  /** Only show it. */
  readonly dryRun: boolean;
}

/** `apply FILE`: carries a saved plan out as it is, or refuses it whole before any host is reached. */
export async function runSavedPlan(world: World, request: SavedPlanRequest): Promise<number> {
  const { options, file } = request;
  const screen = screenOf(world, options);
  const opened = await openPlan(file);
  if (!opened.ok) return screen.refuse(opened.failure);
  const isNamed = hashNames(opened.value, options.planHash);
  if (!isNamed.ok) return screen.refuse(isNamed.failure);
  const rules = await readRules(world, screen);
  if (!rules.ok) return screen.refuse(rules.failure);
  const closed = request.dryRun ? undefined : timeProblem(rules.value, options);
  if (closed) return screen.refuse(closed);
  const vouched = await vouchersOf(world, rules.value, opened.value);
  if (!vouched.ok) return screen.refuse(vouched.failure);
  const patience = confirmTimeoutOf(options);
  if (!patience.ok) return screen.refuse(patience.failure);
  const shell = request.dryRun ? undefined : shellProblem(opened.value.runbook, options, vouched.value.runbookSignedBy);
  if (shell) return screen.refuse(shell);
  const foreign = notOfPlan(opened.value, options);
  if (foreign) return screen.refuse(foreign);
  if (request.dryRun) return shown(world, screen, opened.value, vouched.value, options.json === true);
  const outlets = outletsFor(world, screen, options, true);
  if (!outlets.ok) return screen.refuse(outlets.failure);
  const given = await withSecrets(world, screen, opened.value.runbook, options);
  if (!given.ok) return screen.refuse(given.failure);
  const inputs = inputsFor(opened.value, given.value, screen);
  if (!inputs.ok) return screen.refuse(inputs.failure);

  const { runbook } = opened.value;
  const open = { ...opened.value, runbook: { ...runbook, rollout: { ...runbook.rollout, ...patience.value } } };
  const { sources } = open.plan.inventory;
  const read = await readSources(
    world,
    screen,
    options.inventory ? options : { ...options, inventory: sources },
    directoryOf(world, runbook),
  );
  if (!read.ok) return screen.refuse(read.failure);
  const inventory = read.value;
  const limits = groupLimitsOf(inventory);
  if (!limits.ok) return screen.refuse(limits.failure);
  const planned = new Set(open.plan.hosts.map(({ plan: { host } }) => host));
  const of = inventory.hosts.filter(({ name }) => planned.has(name));
  const unsealed = await unsealPasswords(inventory, of);
  if (!unsealed.ok) return screen.refuse(unsealed.failure);
  const ways = await connect(world, options, screen, inventory, of, { known: identities(open) });
  try {
    const hosts = hostsFor(open, inventory, ways);
    if (!hosts.ok) return screen.refuse(hosts.failure);
    const lost = zoneProblem(hosts.value, runbook.rollout);
    if (lost) return screen.refuse(lost);
    const ended = await carryOut(world, screen, request, open, {
      rules: rules.value,
      inputs: inputs.value,
      hosts: hosts.value,
      vouched: vouched.value,
      ways,
      isNamed: isNamed.value,
      guard: guardOf(options, inventory),
      limits: limits.value,
      outlets: outlets.value,
    });
    return await afterBreach(world, screen, ended, { options, inventory, ways });
  } finally {
    await ways.close();
  }
}

interface Means {
  readonly inputs: JsonObject;
  readonly hosts: readonly Host[];
  readonly vouched: Vouched;
  readonly ways: Ways;
  /** `--plan-hash` named this plan, which is to approve it. */
  readonly isNamed: boolean;
  readonly rules: Rules;
  readonly guard: Guard;
  readonly limits: readonly GroupLimit[];
  readonly outlets: (head: OutletHead) => Outlets;
}

async function carryOut(
  world: World,
  screen: Screen,
  { options, yes }: SavedPlanRequest,
  open: OpenPlan,
  { inputs, hosts, vouched, ways, isNamed, rules, guard, limits, outlets: openOutlets }: Means,
): Promise<Ended> {
  const { runbook, plan, sha256 } = open;
  const json = options.json === true;
  const stop = new AbortController();
  const view = viewOf(world, screen, json, true);
  const run = newRunId();
  const asking = {
    world,
    screen,
    kind: 'apply' as const,
    runbook: runbook.name,
    yes: yes || isNamed,
    flag: isNamed ? '--plan-hash' : '-y',
    otherFlag: '--plan-hash',
    preface: showSavedPlan(screen.out, shownPath(world, open.file), open, vouched, Date.now()),
    json,
    stop,
    guard,
  };
  const head = {
    run,
    kind: 'apply' as const,
    runbook: runbook.name,
    runbookSha256: runbook.source.sha256,
    runbookDirectory: directoryOf(world, runbook),
    inputs: maskedInputs(runbook, inputs),
    operator: world.user,
    ...(vouched.runbookSignedBy === undefined ? {} : { runbookSignedBy: vouched.runbookSignedBy }),
    ...(ways.overSsh.length === 0 ? {} : { overSsh: ways.overSsh }),
    ...overriddenBy(rules, options),
    source: runbook.source,
    typed: plan.typed,
    plan: { sha256, run: plan.run, operator: plan.operator, ...signers(vouched) },
  };
  const { hosts: target = runbook.hosts ?? '', limit = '' } = plan.typed;
  const outlets = openOutlets({ ...head, verb: 'apply', target, limit });
  try {
    const ended = await drive(
      {
        run,
        kind: 'apply',
        plan: sha256,
        fleet: ways.fleet,
        hostFor: ways.hostFor,
        view: outlets.around(view),
        stop,
        mask: screen.mask,
        leave: (events) => lastWords(screen, events),
        detailedExitCode: false,
        ...closingOf(rules, options),
        approve: async (gate, plans) => {
          const approval = await approve(asking, gate, plans);
          // The question may have stood there for hours.
          const late = gate.name === 'run' && approval.answer !== 'none' ? expiryProblem(open, Date.now()) : undefined;
          if (!late || late.ok) return approval;
          screen.refuse(late.failure);
          return { answer: 'none', by: 'nobody' };
        },
        operator: world.user,
        journal: () => FileJournal.create(join(stateDirectory(world, options.stateDir), 'runs', run)),
      },
      (ports) => applyPlanned({ head, runbook, hosts, inputs, limits }, plannedHosts(open, hosts, inputs), ports),
    );
    const summary = recap(ended.events, planAgain(open, options));
    const isUntouched = summary?.declined && summary.counts.every(({ outcome }) => outcome === 'skipped');
    if (!json && summary) screen.print(showRecap(screen.out, isUntouched ? { ...summary, next: [again(world, open, options)] } : summary));
    await signEnd(world, screen, ended, json);
    return ended;
  } finally {
    await outlets.close();
  }
}

function shown(world: World, screen: Screen, open: OpenPlan, vouched: Vouched, json: boolean): number {
  if (json) {
    screen.data(savedPlanData(open.file, open, vouched));
    return 0;
  }
  const { out } = screen;
  const plans = open.plan.hosts.map(({ plan }) => plan);
  const file = shownPath(world, open.file);
  const next = ['runbook', 'apply', file];
  screen.print([...showSavedPlan(out, file, open, vouched, Date.now()), ...showPlan(out, { runbook: open.runbook.name, next }, plans)]);
  return 0;
}

/** What was given that a plan has settled already. */
function notOfPlan({ runbook }: OpenPlan, { input = [], hosts, limit }: RunOptions): Failure | undefined {
  const failure = (message: string, hint: string): Failure => ({ code: 'bad-input', message, hint });
  if (hosts !== undefined || limit !== undefined)
    return failure('a saved plan names its hosts, and is carried out on all of them', 'plan again with --hosts or -l');
  const other = input.map(inputName).find((name) => !runbook.inputs.get(name)?.sensitive);
  if (other === undefined) return undefined;
  return failure(`a saved plan holds its inputs; only sensitive ones are given again, and ${other} is none`, 'plan again with -e');
}

/** The inputs of the plan, with the sensitive ones that were given anew: none other than those that it was made with. */
function inputsFor({ plan, runbook }: OpenPlan, input: readonly string[], screen: Screen): Result<JsonObject> {
  const names = sensitiveNames(runbook);
  const sensitive = { ...runbook, inputs: new Map([...runbook.inputs].filter(([name]) => names.includes(name))) };
  const given = inputsOf({ ...sensitive, inputsFrom: (values) => runbook.inputsFrom({ ...plan.inputs, ...values }) }, input, screen);
  if (!given.ok) return given;
  if (plan.secrets && !provesSecrets(plan.secrets, given.value)) {
    const { names: given } = plan.secrets;
    const what = given.length === 1 ? `${given[0]} is` : `${given.join(', ')} are`;
    return fail('bad-input', `${what} not what the plan was made with`, { hint: 'give the same values with -e, or plan again' });
  }
  return ok(given.value);
}

/** The hosts of the plan, when the inventory still says of all of them what it said then. */
function hostsFor({ plan }: OpenPlan, inventory: Inventory, { hostFor }: Ways): Result<readonly Host[]> {
  const known = new Map(inventory.hosts.map((host) => [host.name, withoutSecrets(host)]));
  const different = inventoryDifferences(plan.inventory, known, hostFor);
  const hosts = plan.hosts.map(({ plan: { host } }) => known.get(host)).filter((host) => host !== undefined);
  const same = plan.hosts.every(({ plan: { host } }) => Object.hasOwn(plan.inventory.hosts, host));
  if (different.length === 0 && same && hosts.length === plan.hosts.length) return ok(hosts);
  const names = different.length > 0 ? different : plan.hosts.map(({ plan: { host } }) => host);
  const message = `the inventory says something else of ${names.slice(0, 8).join(', ')}${names.length > 8 ? ' and others' : ''} than when the plan was made`;
  return fail('stale', message, { at: inventory.sources.join(', '), hint: 'pass the inventory of the plan with -i, or plan again' });
}

function identities({ plan }: OpenPlan): ReadonlyMap<string, KnownHost> {
  return new Map(
    plan.hosts.map(({ plan: { host, facts } }) => {
      const { machine_id: machineId, host_key: hostKey } = facts;
      return [host, { machineId: typeof machineId === 'string' ? machineId : '', ...(typeof hostKey === 'string' ? { hostKey } : {}) }];
    }),
  );
}

function plannedHosts({ plan }: OpenPlan, hosts: readonly Host[], inputs: JsonObject): readonly PlannedHost[] {
  const known = new Map(hosts.map((host) => [host.name, host]));
  return plan.hosts.flatMap(({ plan: saved, outputs }) => {
    const host = known.get(saved.host);
    if (!host) return [];
    const { name, groups, vars } = host;
    return [{ host, plan: saved, scope: { inputs, steps: outputs, facts: saved.facts, host: { name, groups, vars } } }];
  });
}

function signers({ signedBy, approvedBy }: Vouched): { readonly signedBy?: string; readonly approvedBy: readonly string[] } {
  return { approvedBy, ...(signedBy === undefined ? {} : { signedBy }) };
}
