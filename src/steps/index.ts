import type { AnyStepSpec } from '../domain/step.ts';
import { commandProbe } from './command.probe.ts';
import { commandRun } from './command.run.ts';
import { containersRunning } from './containers.running.ts';
import { fileContent } from './file.content.ts';
import { fileEnv } from './file.env.ts';
import { fileLine } from './file.line.ts';
import { fileRead } from './file.read.ts';
import { httpCheck } from './http.check.ts';
import { kubernetesNode } from './kubernetes.node.ts';
import { programArgs } from './program.args.ts';
import { prometheusQuery } from './prometheus.query.ts';
import { systemdArgs } from './systemd.args.ts';
import { systemdJournal } from './systemd.journal.ts';
import { systemdRestart } from './systemd.restart.ts';
import { systemdUnit } from './systemd.unit.ts';
import { systemdUnitState } from './systemd.unit-state.ts';

const ALL = [
  commandProbe,
  commandRun,
  containersRunning,
  fileContent,
  fileEnv,
  fileLine,
  fileRead,
  httpCheck,
  kubernetesNode,
  programArgs,
  prometheusQuery,
  systemdArgs,
  systemdJournal,
  systemdRestart,
  systemdUnit,
  systemdUnitState,
] satisfies readonly AnyStepSpec[];

/** Every step type by name: what `uses` may say. */
export const stepTypes: ReadonlyMap<string, AnyStepSpec> = new Map(ALL.map((spec): [string, AnyStepSpec] => [spec.name, spec]));
