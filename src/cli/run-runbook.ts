import { join } from 'node:path';
import type { RunKind } from '../domain/event.ts';
import { ok, type Result } from '../domain/failure.ts';
import type { Host } from '../domain/host.ts';
import type { Runbook } from '../domain/runbook.ts';
import type { PlannedHost } from '../engine/plan-host.ts';
import { apply, look } from '../engine/run-runbook.ts';
import { FileJournal } from '../journal/file-journal.ts';
import { silentView } from '../ui/output.ts';
import { hanging, type Page } from '../ui/page.ts';
import { showDiagnosis } from '../ui/show-diagnosis.ts';
import { showPlan } from '../ui/show-plan.ts';
import { showRecap } from '../ui/show-recap.ts';
import { recap } from '../views/recap.ts';
import { approve } from './approve.ts';
import { askedOfNobody } from './asked-of-nobody.ts';
import { tellAudit } from './audit.ts';
import { closingOf, overriddenBy, timeProblem } from './change-time.ts';
import { connect, withoutSecrets } from './connect.ts';
import { everybodyProblem, groupLimitsOf, guardOf, zoneProblem } from './host-guard.ts';
import { lastWords } from './last-words.ts';
import { inputsOf, maskedInputs, requireRunbook } from './load-runbook-file.ts';
import { afterBreach } from './on-breach.ts';
import {
  confirmTimeoutOf,
  type GuardOptions,
  type OutletOptions,
  type RunOptions,
  typed,
  typedWords,
  type WindowOptions,
} from './options.ts';
import { outletsFor } from './outlets/open-outlets.ts';
import { directApplyProblem, readRules } from './plan-policy.ts';
import { vouchForRunbook } from './runbook-signature.ts';
import { type PlanMade, type SaveOptions, savePlan, saveTask } from './save-plan.ts';
import { quietScreen, screenOf } from './screen.ts';
import { withSecrets } from './sensitive-inputs.ts';
import { drive, type Ended, newRunId } from './session.ts';
import { shellProblem } from './shell-guard.ts';
import { signEnd } from './sign-run.ts';
import { chooseHosts, directoryOf } from './targets.ts';
import { unfitParams } from './unfit-params.ts';
import { viewOf } from './view-of.ts';
import { stateDirectory, type World } from './world.ts';

/** What the three commands that run a runbook differ in. */
export interface RunRequest {
  readonly kind: Exclude<RunKind, 'rollback'>;
  readonly name: string;
  readonly options: RunOptions & GuardOptions & WindowOptions & OutletOptions;
  readonly yes: boolean;
  readonly detailedExitCode: boolean;
  /** Where the plan is to be kept; `plan` only. */
  readonly save?: SaveOptions;
  /** The plan is an audit: it is compared with the one before; `plan` only. */
  readonly audit?: { readonly quiet: boolean };
}

/** `diagnose`, `plan` and `apply`: from names and options to an exit code. */
export async function runRunbook(world: World, request: RunRequest): Promise<number> {
  const { kind, options } = request;
  const screen = request.audit?.quiet ? quietScreen(world, options) : screenOf(world, options);
  const loaded = await requireRunbook(world, screen, request.name);
  if (!loaded) return 1;
  const rules = await readRules(world, screen);
  if (!rules.ok) return screen.refuse(rules.failure);
  const forbidden = kind === 'apply' ? (directApplyProblem(rules.value) ?? timeProblem(rules.value, options)) : undefined;
  if (forbidden) return screen.refuse(forbidden);
  const vouched = await vouchForRunbook(world, rules.value, loaded);
  if (!vouched.ok) return screen.refuse(vouched.failure);
  const { signedBy, signature, remark } = vouched.value;
  if (remark !== undefined) screen.tell(hanging(screen.err, 0, 'note: ', screen.err.say(remark)));
  const shell = shellProblem(loaded, options, signedBy);
  if (shell) return screen.refuse(shell);
  const saving = request.save ? await saveTask(world, request.save) : ok(undefined);
  if (!saving.ok) return screen.refuse(saving.failure);
  const patience = confirmTimeoutOf(options);
  if (!patience.ok) return screen.refuse(patience.failure);
  const runbook = { ...loaded, rollout: { ...loaded.rollout, ...patience.value } };
  const openOutlets = outletsFor(world, screen, options, kind === 'apply' || request.audit !== undefined);
  if (!openOutlets.ok) return screen.refuse(openOutlets.failure);
  const given = await withSecrets(world, screen, runbook, options);
  if (!given.ok) return screen.refuse(given.failure);
  const inputs = inputsOf(runbook, given.value, screen);
  if (!inputs.ok) return screen.refuse(inputs.failure);
  const chosen = await chooseHosts(world, screen, options, runbook);
  if (!chosen.ok) return screen.refuse(chosen.failure);
  const { inventory, hosts } = chosen.value;
  const limits = groupLimitsOf(inventory);
  if (!limits.ok) return screen.refuse(limits.failure);
  const unfit =
    zoneProblem(hosts, runbook.rollout) ?? everybodyProblem(request, runbook, hosts) ?? unfitParams(runbook, inputs.value, hosts);
  if (unfit) return screen.refuse(unfit);

  const stop = new AbortController();
  const ways = await connect(world, options, screen, inventory, hosts, { planning: kind !== 'apply' });
  const { fleet, hostFor, overSsh, close } = ways;
  const isSilent = request.audit !== undefined && (request.audit.quiet || options.json === true);
  const view = isSilent ? silentView : viewOf(world, screen, options.json === true, kind === 'apply');
  const asking = {
    world,
    screen,
    kind: 'apply' as const,
    runbook: runbook.name,
    yes: request.yes,
    json: options.json === true,
    stop,
    guard: guardOf(options, inventory),
  };
  const run = newRunId();
  const head = {
    run,
    kind,
    runbook: runbook.name,
    runbookSha256: runbook.source.sha256,
    runbookDirectory: directoryOf(world, runbook),
    inputs: maskedInputs(runbook, inputs.value),
    operator: world.user,
    ...(signedBy === undefined ? {} : { runbookSignedBy: signedBy }),
    ...(overSsh.length === 0 ? {} : { overSsh }),
    ...(kind === 'apply' ? overriddenBy(rules.value, options) : {}),
    ...(kind === 'apply' ? { source: runbook.source, typed: typedWords(request.name, options, runbook) } : {}),
  };
  const outlets = openOutlets.value({
    ...head,
    verb: request.audit ? 'drift' : kind,
    target: options.hosts ?? runbook.hosts ?? '',
    limit: options.limit ?? '',
  });
  const asked = new Map<string, Result<Host>>();
  let planned: readonly PlannedHost[] = [];
  const assignment = { head, runbook, hosts: hosts.map(withoutSecrets), inputs: inputs.value, limits: limits.value };
  try {
    const ended = await drive(
      {
        run,
        kind,
        fleet,
        hostFor: (pattern) => {
          const host = hostFor(pattern);
          asked.set(pattern, host);
          return host;
        },
        view: outlets.around(view),
        stop,
        mask: screen.mask,
        leave: (events) => lastWords(screen, events),
        detailedExitCode: request.detailedExitCode,
        approve: (gate, plans) => approve(asking, gate, plans),
        operator: world.user,
        ...(kind === 'apply' ? closingOf(rules.value, options) : {}),
        ...(kind === 'apply' ? { journal: () => FileJournal.create(join(stateDirectory(world, options.stateDir), 'runs', run)) } : {}),
      },
      (ports) =>
        kind === 'apply'
          ? apply(assignment, ports)
          : look(assignment, ports, (all) => {
              planned = all;
            }),
    );
    screen.tell(askedOfNobody(ended.plans, asked).flatMap((line) => hanging(screen.err, 0, 'warning: ', screen.err.say(line))));
    if (request.audit) {
      const { name, audit } = request;
      const made = { name, options, runbook, inputs: inputs.value, sources: inventory.sources, ended, quiet: audit.quiet };
      const { code, drift } = await tellAudit(world, screen, made);
      if (drift) outlets.drift(drift, code);
      return code;
    }
    if (!options.json) screen.print(endLines(screen.out, request, runbook, ended));
    await signEnd(world, screen, ended, options.json === true);
    if (kind === 'apply') return await afterBreach(world, screen, ended, { options, inventory, ways });
    if (!saving.value || stop.signal.aborted) return ended.exitCode;
    const { name } = request;
    const { plans } = ended;
    const made: PlanMade = { run, name, options, runbook, inputs: inputs.value, sources: inventory.sources, asked, planned, plans };
    const kept = { ...made, ...(signature === undefined ? {} : { signature }) };
    return (await savePlan(world, screen, saving.value, kept)) || ended.exitCode;
  } finally {
    await close();
    await outlets.close();
  }
}

function endLines(page: Page, { kind, name, options, save }: RunRequest, declared: Runbook, ended: Ended): readonly string[] {
  const words = typed(options, declared);
  const { places, inputs, limit, secrets } = words;
  const { name: runbook } = declared;
  const next = (command: string, ...more: readonly string[]) => ['runbook', command, name, ...places, ...inputs, ...limit, ...more];
  const { planUser } = options;
  const planner = planUser === undefined ? [] : ['--plan-user', planUser];
  const sudoers = ['runbook', 'sudoers', name, ...places, ...inputs, ...(planUser === undefined ? [] : ['--user', planUser])];
  switch (kind) {
    case 'diagnose':
      return showDiagnosis(page, { runbook, next: next('plan', ...planner), secrets, sudoers }, ended.plans);
    case 'plan':
      return showPlan(page, { runbook, sudoers, ...(save ? {} : { next: next('apply'), secrets }) }, ended.plans);
    case 'apply': {
      const summary = recap(ended.events, { runbook: name, ...words });
      return summary ? showRecap(page, summary) : [];
    }
  }
}
