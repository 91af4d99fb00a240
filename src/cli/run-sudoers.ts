import packageJson from '../../package.json' with { type: 'json' };
import type { Fleet } from '../domain/access.ts';
import { readWords } from '../domain/denied.ts';
import { type FailureCode, fail, HostFault, ok, type Result } from '../domain/failure.ts';
import type { Host } from '../domain/host.ts';
import type { JsonObject } from '../domain/json.ts';
import type { StepPlan } from '../domain/plan.ts';
import type { Runbook, Step } from '../domain/runbook.ts';
import { type Trace, type TracedRead, traceReads } from '../engine/trace-reads.ts';
import { type SudoersSnippet, sudoersText } from '../formats/sudoers-text.ts';
import { type Allowed, allowedReads, type HostPaths, pathsOf, USUAL_PATHS } from './allowed-reads.ts';
import { BLANK_HOST, blankFleet } from './blank-host.ts';
import { connect, withoutSecrets } from './connect.ts';
import { inputsOf, requireRunbook } from './load-runbook-file.ts';
import { readRules } from './plan-policy.ts';
import { vouchForRunbook } from './runbook-signature.ts';
import { type Screen, screenOf } from './screen.ts';
import { clockOf } from './session.ts';
import { shellProblem } from './shell-guard.ts';
import type { SudoersOptions } from './sudoers.ts';
import { type Chosen, chooseHosts } from './targets.ts';
import { unfitParams } from './unfit-params.ts';
import type { World } from './world.ts';

/** What a runbook reads, as far as it is known. */
interface Found {
  readonly allowed: Allowed;
  readonly notes: readonly string[];
  /** Names of the hosts that were read; none: nobody was asked. */
  readonly hosts: readonly string[];
  /** `runbook_plan_user` of the hosts. */
  readonly user?: string;
}

const NOT_REACHED: ReadonlySet<FailureCode> = new Set(['unreachable', 'host-key', 'auth', 'lost', 'timed-out']);

/** `sudoers NAME`: 1 for bad input, 4 when a host was not reached, else 0. */
export async function runSudoers(world: World, name: string, options: SudoersOptions): Promise<number> {
  const screen = screenOf(world, options);
  const runbook = await requireRunbook(world, screen, name);
  if (!runbook) return 1;
  const inputs = inputsOf(runbook, options.input ?? [], screen);
  if (!inputs.ok) return screen.refuse(inputs.failure);
  const isReal = (options.limit ?? options.hosts) !== undefined;
  const found = isReal ? await onHosts(world, screen, options, runbook, inputs.value) : ok(await onNone(runbook, inputs.value));
  if (!found.ok) {
    const code = screen.refuse(found.failure);
    return NOT_REACHED.has(found.failure.code) ? 4 : code;
  }
  const snippet = snippetOf(runbook, found.value, options.user);
  if (!snippet.ok) return screen.refuse(snippet.failure);
  if (options.json) screen.data(snippet.value);
  else screen.print(sudoersText(snippet.value).map(screen.mask));
  return 0;
}

async function onNone(runbook: Runbook, inputs: JsonObject): Promise<Found> {
  const hostFor = () => ok(BLANK_HOST);
  const trace = await traceReads(BLANK_HOST, { runbook, inputs, fleet: blankFleet, clock: clockOf(() => false), hostFor });
  const reads = trace.reads.filter(({ step }) => !isSensitive(runbook, step));
  return { allowed: allowedReads(reads, USUAL_PATHS), notes: [...later(trace, runbook), ...hidden(runbook)], hosts: [] };
}

/** What steps will read besides, once a host has answered. */
function later({ reads }: Trace, runbook: Runbook): readonly string[] {
  const asked = reads.flatMap(({ step, read }) => (read.kind === 'unit' ? [{ step, unit: read.unit }] : []));
  const files = [...Map.groupBy(asked, ({ unit }) => unit)].map(
    ([unit, by]) => `  ${[...new Set(by.map(({ step }) => step))].join(', ')}: files of ${unit}, which systemd names`,
  );
  const needing = stepsOf(runbook).flatMap(({ id, needs }) => (needs.length > 0 ? [`  ${id}: what follows from ${needs.join(', ')}`] : []));
  if (files.length + needing.length === 0) return [];
  return ['Not here, since only a host can tell what is read (runbook sudoers NAME -l HOST asks one):', ...files, ...needing];
}

async function onHosts(
  world: World,
  screen: Screen,
  options: SudoersOptions,
  runbook: Runbook,
  inputs: JsonObject,
): Promise<Result<Found>> {
  const rules = await readRules(world, screen);
  if (!rules.ok) return rules;
  const vouched = await vouchForRunbook(world, rules.value, runbook);
  if (!vouched.ok) return vouched;
  const shell = shellProblem(runbook, options, vouched.value.signedBy);
  if (shell) return { ok: false, failure: shell };
  const chosen = await chooseHosts(world, screen, options, runbook);
  if (!chosen.ok) return chosen;
  const unfit = unfitParams(runbook, inputs, chosen.value.hosts);
  if (unfit) return { ok: false, failure: unfit };
  return readHosts(world, screen, options, { runbook, inputs, chosen: chosen.value });
}

interface Task {
  readonly runbook: Runbook;
  readonly inputs: JsonObject;
  readonly chosen: Chosen;
}

async function readHosts(world: World, screen: Screen, options: SudoersOptions, { runbook, inputs, chosen }: Task): Promise<Result<Found>> {
  const { fleet: ways, hostFor, close } = await connect(world, options, screen, chosen.inventory, chosen.hosts);
  // Whatever the inventory says: a login that is denied a file does not learn what it would have read next.
  const fleet: Fleet = { ...ways, read: (host, { become = true } = {}) => ways.read(host, { become }) };
  let allowed: Allowed = new Map();
  const notes = new Set<string>(hidden(runbook));
  try {
    const looks = chosen.hosts.map(withoutSecrets).map(async (host) => {
      const trace = await traceReads(host, { runbook, inputs, fleet, hostFor, clock: clockOf(() => false) });
      const reads = trace.reads.filter(({ step }) => !isSensitive(runbook, step));
      return { host, trace, reads, paths: await pathsOf(await ways.read(host, { become: true }), reads) };
    });
    for (const { host, trace, reads, paths } of await Promise.all(looks)) {
      allowed = allowedReads(reads, paths, allowed);
      for (const note of [...notLooked(trace, host), ...looseWays(reads, paths, host)]) notes.add(note);
    }
  } catch (fault) {
    if (!(fault instanceof HostFault)) throw fault;
    return { ok: false, failure: fault.failure };
  } finally {
    await close();
  }
  const user = chosen.hosts.map(({ vars }) => vars['runbook_plan_user']).find((value) => typeof value === 'string');
  const hosts = chosen.hosts.map(({ name }) => name);
  return ok({ allowed, notes: [...notes], hosts, ...(typeof user === 'string' ? { user } : {}) });
}

/** Steps that did not look on a host, and so may read more on another. */
function notLooked({ plans }: Trace, host: Host): readonly string[] {
  return plans.flatMap(({ id, status }: StepPlan) => {
    if (status.kind === 'failed') return [`${id} did not succeed on ${host.name}: ${status.failure.message}`];
    return status.kind === 'skipped' || status.kind === 'deferred' ? [`${id} did not look on ${host.name}: ${status.why}`] : [];
  });
}

/** Whoever can put a link or a file there chooses what the login may read. */
function looseWays(reads: readonly TracedRead[], { isOpen, loose }: HostPaths, { name }: Host): readonly string[] {
  return reads.flatMap(({ read, real }) => {
    const directory = isOpen(read, real) ? undefined : loose(read, real);
    return directory === undefined
      ? []
      : [`Beware: ${readWords(read)} on ${name} lies below ${directory}, where others than root can put what the login may then read`];
  });
}

function stepsOf({ diagnose, remediate, verify }: Runbook): readonly Step[] {
  return [...diagnose, ...remediate, ...verify];
}

function isSensitive(runbook: Runbook, step: string): boolean {
  return stepsOf(runbook).some(({ id, sensitive }) => id === step && sensitive);
}

function hidden(runbook: Runbook): readonly string[] {
  const ids = stepsOf(runbook).filter(({ sensitive }) => sensitive);
  return ids.map(({ id }) => `${id}: it is sensitive, and what it reads is not written down`);
}

/** Names that need no quoting in sudoers. */
const LOGIN = /^[A-Za-z_][A-Za-z0-9_.-]*$/;

function snippetOf(runbook: Runbook, { allowed, notes, hosts, user }: Found, given: string | undefined): Result<SudoersSnippet> {
  const login = given ?? user ?? 'runbook';
  if (!LOGIN.test(login)) return fail('bad-input', `"${login}" is no login that can be written into sudoers`);
  const uses = new Map(stepsOf(runbook).map(({ id, spec }) => [id, spec.name]));
  const of = hosts.length === 0 ? 'from its inputs alone' : `as read on ${hosts.join(', ')}`;
  const nothing = allowed.size === 0 ? ['Nothing: every login may read all of it.'] : [];
  return ok({
    user: login,
    alias: `RUNBOOK_${runbook.name.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`,
    head: [
      `What ${login} may run as root to plan and diagnose ${runbook.name}: its reads, ${of}, and nothing else.`,
      `Written by runbook ${packageJson.version}. Look through it, and check it (visudo -cf FILE) before it becomes /etc/sudoers.d/runbook-${runbook.name} (0440).`,
      'To apply, more is needed: a login that becomes root.',
      ...nothing,
    ],
    allowed: [...allowed].map(([step, commands]) => ({ purpose: `${step} (${uses.get(step) ?? ''})`, commands })),
    notes,
  });
}
