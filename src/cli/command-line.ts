import { Command, CommanderError } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { visible } from '../formats/visible.ts';
import { addApply } from './apply.ts';
import { addApprove } from './approve-plan.ts';
import { addCompletion } from './completion.ts';
import { addDiagnose } from './diagnose.ts';
import { addDoctor } from './doctor.ts';
import { addDrift } from './drift.ts';
import { addHostkeys } from './hostkeys.ts';
import { addInventory } from './inventory.ts';
import { addLab } from './lab.ts';
import { addList } from './list.ts';
import { addPing } from './ping.ts';
import { addPlan } from './plan.ts';
import { addReport } from './report.ts';
import { addResume } from './resume.ts';
import { addRollback } from './rollback.ts';
import { addRuns } from './runs.ts';
import { addSchema } from './schema.ts';
import { addSelftest } from './selftest.ts';
import { addShow } from './show.ts';
import { addSign } from './sign-runbook.ts';
import { addContinue, addHalt, addPause } from './steer.ts';
import { addSteps } from './steps.ts';
import { addSudoers } from './sudoers.ts';
import { addUnlock } from './unlock.ts';
import { addValidate } from './validate.ts';
import { outputIsLost, processWorld, type World } from './world.ts';

/** Adds one command to the program. Its action loads what it needs when it runs, so that `--help` stays quick. */
export type AddCommand = (program: Command, world: World, exit: (code: number) => void) => void;

/** Runs one command line; its exit code. */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  const world = processWorld();
  let code = 0;
  const program = programOf(world, (given) => {
    code = given;
  });
  let changes = false;
  program.hook('preAction', async (_, action) => {
    changes = CHANGING.has(action.name()) && action.opts()['dryRun'] !== true;
    if (REACHING.has(action.name()) && action.opts()['transport'] !== 'openssh')
      (await import('../transport/worker-child.ts')).startAhead();
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    // What was done stands, whoever was told; of a command that only tells, nothing is left.
    return code === 0 && !changes && (await outputIsLost()) ? 1 : code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 1;
    return unexpected(world, error);
  }
}

/** Commands whose work is something else than what they print. */
const CHANGING: ReadonlySet<string> = new Set([
  ...['apply', 'rollback', 'resume', 'unlock', 'selftest', 'pause', 'continue', 'halt'],
  ...['sign', 'approve', 'add', 'up', 'down', 'break'],
]);

/** Commands that will log in to hosts. */
const REACHING: ReadonlySet<string> = new Set(['diagnose', 'plan', 'drift', 'apply', 'rollback', 'resume', 'ping', 'unlock', 'selftest']);

function programOf(world: World, exit: (code: number) => void): Command {
  const program = new Command('runbook')
    .description(packageJson.description)
    .version(packageJson.version)
    .exitOverride()
    .showHelpAfterError('(runbook --help lists the commands)')
    .configureOutput({ writeOut: (text) => world.out.write(text), writeErr: (text) => world.err.write(text) });
  program.commandsGroup('Fix a fleet:');
  for (const add of [
    addDiagnose,
    addPlan,
    addDrift,
    addApprove,
    addApply,
    addPause,
    addContinue,
    addHalt,
    addRollback,
    addResume,
    addUnlock,
    addRuns,
    addReport,
    addSelftest,
  ])
    add(program, world, exit);
  program.commandsGroup('Know a fleet:');
  for (const add of [addDoctor, addInventory, addPing, addHostkeys]) add(program, world, exit);
  program.commandsGroup('Write and read runbooks:');
  for (const add of [addList, addShow, addValidate, addSign, addSudoers, addSteps, addSchema]) add(program, world, exit);
  program.commandsGroup('Practise:');
  addLab(program, world, exit);
  program.commandsGroup('Help:');
  addCompletion(program, world, exit);
  program.helpCommand('help [command]', 'tell about a command');
  return program;
}

/** A failure to keep the journal is 6; everything else that is thrown is a bug. */
function unexpected(world: World, error: unknown): number {
  // What is thrown may quote what a host said.
  const tell = (text: string) => world.err.write(`${visible(text)}\n`);
  if (error instanceof Error && error.name === 'JournalFault') {
    tell(`The journal could not be kept: ${error.message}`);
    tell('Nothing new was begun after that. Hosts that were not confirmed take themselves back; "runbook resume RUN" asks them.');
    return 6;
  }
  tell(`This is a bug in runbook: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return 70;
}
