import { ok, type Result } from '../domain/failure.ts';
import type { Host } from '../domain/host.ts';
import { refuseVariable, truthOf } from '../inventory/connection-variables.ts';

/** The variable that says it. */
const LAB = 'runbook_lab';

/** A host of the practice fleet, whose keys are its own, and to which no other configuration speaks. */
export function isOfLab({ vars }: Pick<Host, 'vars'>): boolean {
  return truthOf({ variable: LAB, value: String(vars[LAB] ?? false) }) === true;
}

/** Refuses a host of which it is not clear. */
export function checkLab(host: Host): Result<void> {
  const value = String(host.vars[LAB] ?? false);
  if (truthOf({ variable: LAB, value }) !== undefined) return ok(undefined);
  return refuseVariable(host, LAB, `is neither yes nor no: "${value}"`);
}
