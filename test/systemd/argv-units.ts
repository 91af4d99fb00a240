import { type ArgvUnit, argvUnitsOf } from './argv-unit.ts';
import { commandCases } from './argv-units-command.ts';
import { environmentCases } from './argv-units-environment.ts';

/** Services that exercise every rule by which systemd derives an argv; each has paths of its own. */
export const argvUnits: readonly ArgvUnit[] = [...argvUnitsOf(1, commandCases), ...argvUnitsOf(1 + commandCases.length, environmentCases)];
