import { join } from 'node:path';
import type { Host } from '../domain/host.ts';
import type { AnsibleWay } from '../inventory/ansible-way.ts';
import { showChecked } from '../ui/show-checks.ts';
import { bad, type Check } from '../views/doctor/check.ts';
import { judgeClock, judgeNode, judgeOpenFiles, judgePolicy, judgePrograms, judgeTerminal, judgeVariables } from '../views/doctor/here.ts';
import { judgeAnsibleConfig, judgeInventory, judgeRunbooks } from '../views/doctor/inventory.ts';
import { doctorExitCode, doctorReport } from '../views/doctor/report.ts';
import { judgeKeys, judgeKnownHosts, judgeSshConfig, judgeWays } from '../views/doctor/ssh.ts';
import { judgeRuns, judgeState } from '../views/doctor/state.ts';
import { lookAtPolicy, lookAtTerminal, lookAtVariables, lookForPrograms, openFileLimit } from './doctor/look-here.ts';
import { lookAtAnsibleConfig, lookAtInventory, lookAtRunbooks } from './doctor/look-inventory.ts';
import { lookAtKeys, lookAtKnownHosts, lookAtSsh } from './doctor/look-ssh.ts';
import { lookAtRuns, lookAtState } from './doctor/look-state.ts';
import type { DoctorOptions } from './doctor.ts';
import { isOfLab } from './lab-host.ts';
import { type Screen, screenOf } from './screen.ts';
import { stateDirectory, type World } from './world.ts';

/** `doctor`: 1 when something on this machine would keep runbook from working, else 0. */
export async function runDoctor(world: World, options: DoctorOptions): Promise<number> {
  const screen = screenOf(world, options);
  const checks = doctorReport(await allChecks(world, screen, options));
  if (options.json) screen.data(checks);
  else screen.print(checks.flatMap((check) => showChecked(screen.out, check.check, check, check.says)));
  return doctorExitCode(checks);
}

/** Looks at one part after another: nothing here takes long, and files of the state directory are read whole. */
async function allChecks(world: World, screen: Screen, options: DoctorOptions): Promise<readonly Check[]> {
  const state = stateDirectory(world, options.stateDir);
  let hosts: readonly Host[] = [];
  let newest: number | undefined;
  let ansible: AnsibleWay | undefined;
  return [
    judgeNode(process.versions.node),
    ...(await looked('state', async () => [judgeState(await lookAtState(state))])),
    ...(await looked('runs', async () => {
      const runs = await lookAtRuns(join(state, 'runs'));
      newest = runs.newest;
      return [judgeRuns(runs, Date.now())];
    })),
    ...(await looked('inventory', async () => {
      const look = await lookAtInventory(world, options);
      hosts = look.listed ?? [];
      return [judgeInventory(look)];
    })),
    ...(await looked('ansible.cfg', async () => {
      const look = await lookAtAnsibleConfig(world);
      ansible = look.way;
      return [judgeAnsibleConfig(look)];
    })),
    ...(await looked('runbooks', async () => [judgeRunbooks(await lookAtRunbooks(world))])),
    ...(await looked('ssh config', async () => {
      // The practice fleet has keys of its own, wherever it is kept.
      const real = hosts.filter((host) => !isOfLab(host));
      const { config, ways, logins } = await lookAtSsh(world, options.sshConfig, real, ansible);
      const known = judgeKnownHosts(await lookAtKnownHosts(logins));
      return [judgeSshConfig(config), judgeWays(ways), known, judgeKeys(await Promise.all(logins.map(lookAtKeys)))];
    })),
    ...(await looked('policy', async () => {
      const policy = await lookAtPolicy(world);
      const programs = await lookForPrograms(world);
      return [judgePolicy(policy), judgePrograms(programs, policy.asksSignatures || policy.runKey !== undefined)];
    })),
    ...(await looked('open files', async () => [judgeOpenFiles(await openFileLimit(), hosts.length)])),
    judgeClock(Date.now(), newest),
    judgeTerminal(lookAtTerminal(world, screen)),
    judgeVariables(lookAtVariables(world)),
  ];
}

/** What the system does not let us look at is itself a finding, and hides no other. */
async function looked(check: string, look: () => Promise<readonly Check[]>): Promise<readonly Check[]> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return [{ check, says: 'could not be looked at', findings: [bad(error.message, 'see to it that you may read it')] }];
  }
}
