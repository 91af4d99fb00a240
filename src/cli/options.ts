import { type Command, InvalidArgumentError, Option } from 'commander';
import { durationMs, MAX_DURATION_MS } from '../domain/duration.ts';
import { fail, ok, type Result } from '../domain/failure.ts';
import { LEAST_COMMIT_CONFIRM_MS, type Rollout, type Runbook } from '../domain/runbook.ts';
import type { TypedPlan } from '../domain/saved-plan.ts';
import type { ColorChoice } from '../ui/style.ts';
import type { Typed } from '../views/recap.ts';

/** Options of every command. */
export interface CommonOptions {
  readonly json?: true;
  readonly color: ColorChoice;
  readonly verbose?: true;
  readonly plain?: true;
  readonly stateDir?: string;
}

/** Options that say where hosts and secrets are read. */
export interface SourceOptions extends CommonOptions {
  readonly inventory?: readonly string[];
  readonly vaultPasswordFile?: readonly string[];
  readonly vaultId?: readonly string[];
  readonly ageIdentity?: readonly string[];
}

/** Which SSH client reaches a host; `auto`: the built-in one, unless ssh's configuration asks for what it lacks. */
export type TransportChoice = 'auto' | 'ssh2' | 'openssh';

/** Options of every command that reads an inventory and chooses hosts of it. */
export interface InventoryOptions extends SourceOptions {
  readonly limit?: string;
}

/** Options of every command that reaches hosts. */
export interface TargetOptions extends InventoryOptions {
  readonly hosts?: string;
  readonly askBecomePass?: true;
  readonly transport?: TransportChoice;
  readonly sshConfig?: string;
  readonly sshMatchExec?: true;
  /** Only of commands that change nothing. */
  readonly planUser?: string;
}

/** How many hosts `apply` and `rollback` may change unless more are said. */
export const GUARD_DEFAULT = 50;

/** Options of the commands that change hosts. */
export interface GuardOptions {
  readonly maxHosts?: number;
  readonly allowProtected?: true;
}

/** When hosts are changed although the policy says not now. */
export interface WindowOptions {
  readonly overrideWindow?: string;
}

/** How long hosts that are changed wait to be told to keep it. */
export interface PatienceOptions {
  readonly confirmTimeout?: string;
}

/** Options that say where a run is told to beside the screen. */
export interface OutletOptions {
  readonly notify?: readonly string[];
  readonly prometheusTextfile?: string;
}

/** Options of every command that runs a runbook. */
export interface RunOptions extends TargetOptions, PatienceOptions {
  readonly input?: readonly string[];
  readonly allowShell?: true;
}

/** Adds the options that every command has. */
export function withCommonOptions(command: Command): Command {
  return command
    .option('--json', 'print data as JSON: one document for a query, one line an event for a run')
    .addOption(new Option('--color <when>', 'colours').choices(['auto', 'always', 'never']).default('auto'))
    .option('--plain', 'for screen readers: a sentence a line, no colours, no signs, nothing that is drawn over')
    .option('-v, --verbose', 'name all hosts and show all diffs')
    .option('--state-dir <directory>', 'where runs are kept (default: $XDG_STATE_HOME/runbook)');
}

/** Adds the options that say where hosts and secrets are read. */
export function withSourceOptions(command: Command): Command {
  return withCommonOptions(command)
    .option('-i, --inventory <source>', 'inventory file, directory, script, "host1,host2," or kubernetes:; may be repeated', collected)
    .option('--vault-password-file <file>', 'password of ansible-vault: a file, or a program that prints it; may be repeated', collected)
    .option('--vault-id <label@file>', 'the same with a label; "label@prompt" asks; may be repeated', collected)
    .option('--age-identity <file>', 'identity for files that age encrypted; may be repeated', collected);
}

/** Adds the options that say what is read of which inventory. */
export function withInventoryOptions(command: Command): Command {
  return withSourceOptions(command).option('-l, --limit <pattern>', 'narrow the target');
}

/** Adds the option that says which configuration of ssh is read. */
export function withSshConfig(command: Command): Command {
  return command.option('--ssh-config <file>', 'in the place of ~/.ssh/config and /etc/ssh/ssh_config; "none": no file at all');
}

/** Adds the options that choose hosts and the way to them. */
export function withTargetOptions(command: Command): Command {
  return withWayOptions(withInventoryOptions(command).option('--hosts <pattern>', "target, in place of the runbook's own"));
}

/** Adds the options of a command whose hosts are named already: where they are listed, and the way to them. */
export function withHostOptions(command: Command): Command {
  return withWayOptions(withSourceOptions(command));
}

function withWayOptions(command: Command): Command {
  command
    .option('-K, --ask-become-pass', 'ask for the sudo password')
    .addOption(
      new Option(
        '--transport <name>',
        "ssh2: the built-in client; openssh: this machine's ssh, for certificates and tokens; auto: whichever the configuration of ssh asks for (default: auto)",
      ).choices(['auto', 'ssh2', 'openssh']),
    );
  return withSshConfig(command).option('--ssh-match-exec', 'run the commands of Match exec in the configuration of ssh, where they decide');
}

/** Adds the option that names the login which plans. */
export function withPlanUser(command: Command, when = ''): Command {
  return command.option('--plan-user <login>', `log in as somebody else than to change hosts, who needs no root${when}`);
}

/** Adds the options of a run. */
export function withRunOptions(command: Command): Command {
  return withInputs(withTargetOptions(command), 'set an input of the runbook; may be repeated').option(
    '--allow-shell',
    'run a runbook that nobody signed although commands of it are shell text (sh -c …)',
  );
}

/** Adds the options of `resume`. What narrows is taken only to be refused with a reason: a run is settled whole. */
export function withResumeOptions(command: Command): Command {
  return withInputs(withHostOptions(command), 'give a sensitive input of the run again; may be repeated')
    .addOption(new Option('-l, --limit <pattern>').hideHelp())
    .addOption(new Option('--hosts <pattern>').hideHelp());
}

function withInputs(command: Command, what: string): Command {
  return command.option('-e, --input <name=value>', what, collectedInput);
}

/** Adds the options that say where a run is told to beside the screen. */
export function withOutlets(command: Command): Command {
  return command
    .option(
      '--notify <url>',
      'tell a webhook, Slack-compatible; may be repeated (default: $RUNBOOK_NOTIFY, which no list of processes shows)',
      collected,
    )
    .option('--prometheus-textfile <file>', "write metrics of the run at its end, for node_exporter's textfile collector");
}

/** Adds the option that bounds how many hosts are changed. */
export function withMaxHosts(command: Command): Command {
  const text = `how many hosts may be changed; more are refused before anybody is asked (default: ${GUARD_DEFAULT})`;
  return command.option('--max-hosts <n>', text, wholeNumber);
}

/** Adds the option that says how long a changed host waits; `otherwise`: how long it does without. */
export function withConfirmTimeout(command: Command, otherwise: string): Command {
  const text = `how long a changed host waits to be confirmed before it takes itself back, on top of the time for the changes themselves (default: ${otherwise})`;
  return command.option('--confirm-timeout <duration>', text);
}

/** How long a changed host waits to be confirmed, where the operator says so. */
export function confirmTimeoutOf({ confirmTimeout }: PatienceOptions): Result<Partial<Pick<Rollout, 'commitConfirmMs'>>> {
  if (confirmTimeout === undefined) return ok({});
  const ms = durationMs(confirmTimeout);
  if (ms !== undefined && ms >= LEAST_COMMIT_CONFIRM_MS && ms <= MAX_DURATION_MS) return ok({ commitConfirmMs: ms });
  return fail('bad-input', `--confirm-timeout must be a duration from 10s to 7d, but is ${confirmTimeout}`, { hint: 'such as 2m' });
}

/** Which inputs of a runbook are sensitive, and whether they have a default. */
type Declared = Pick<Runbook, 'inputs'>;

const NONE: Declared = { inputs: new Map() };

/** What was typed to name a run, without values of sensitive inputs. */
export function typedWords(runbook: string, options: RunOptions, declared: Declared): TypedPlan {
  const { hosts, limit, input = [], allowShell } = options;
  return {
    runbook,
    ...(hosts === undefined ? {} : { hosts }),
    ...(limit === undefined ? {} : { limit }),
    inputs: input.filter((assignment) => !declared.inputs.get(inputName(assignment))?.sensitive),
    ...(allowShell ? { allowShell } : {}),
  };
}

/** Options that go on with a run: where hosts are found as typed now, and which they are as typed then. */
export function asTyped(options: RunOptions, { runbook: _, inputs, ...then }: TypedPlan): RunOptions {
  const { hosts: _hosts, limit: _limit, allowShell: _shell, ...places } = options;
  return { ...places, ...then, input: inputs };
}

/** The name in NAME=VALUE. */
export function inputName(assignment: string): string {
  return assignment.slice(0, assignment.indexOf('='));
}

/**
 * The options of a run as they were typed, for a command that goes on with it. Of sensitive inputs that were typed, or must be
 * given, there are the names alone.
 */
export function typed(options: RunOptions, declared: Declared = NONE): Required<Omit<Typed, 'runbook'>> {
  const { inventory = [], stateDir, askBecomePass, transport, sshConfig, sshMatchExec, hosts, limit, input = [] } = options;
  const { vaultPasswordFile = [], vaultId = [], ageIdentity = [] } = options;
  return {
    places: [
      ...inventory.flatMap((source) => ['-i', source]),
      ...vaultPasswordFile.flatMap((file) => ['--vault-password-file', file]),
      ...vaultId.flatMap((id) => ['--vault-id', id]),
      ...ageIdentity.flatMap((file) => ['--age-identity', file]),
      ...(stateDir === undefined ? [] : ['--state-dir', stateDir]),
      ...(askBecomePass ? ['-K'] : []),
      ...(transport === undefined ? [] : ['--transport', transport]),
      ...(sshConfig === undefined ? [] : ['--ssh-config', sshConfig]),
      ...(sshMatchExec ? ['--ssh-match-exec'] : []),
    ],
    inputs: [
      ...(hosts === undefined ? [] : ['--hosts', hosts]),
      ...typedWords('', options, declared).inputs.flatMap((assignment) => ['-e', assignment]),
      ...(options.allowShell ? ['--allow-shell'] : []),
    ],
    limit: limit === undefined ? [] : ['-l', limit],
    secrets: [...declared.inputs].flatMap(([name, { sensitive, default: otherwise }]) =>
      sensitive && (otherwise === undefined || input.some((assignment) => inputName(assignment) === name)) ? [name] : [],
    ),
  };
}

function collected(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** Reads a number from 1 that was typed. Throws what the command line tells. */
export function wholeNumber(value: string): number {
  if (!/^[1-9]\d{0,6}$/.test(value)) throw new InvalidArgumentError('it is a number from 1.');
  return Number(value);
}

function collectedInput(value: string, before: readonly string[] = []): readonly string[] {
  if (!/^[^=]+=/.test(value)) throw new InvalidArgumentError('write it as NAME=VALUE.');
  return [...before, value];
}
