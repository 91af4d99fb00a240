import type { NamedPlan } from '../domain/saved-plan.ts';
import { plainPlan } from './json-view.ts';
import type { Vouched } from './show-saved-plan.ts';

/** A plan file as data: what it is, who stands for it, and what it would do. Contents of files are named by digest. */
export function savedPlanData(file: string, { sha256, plan }: NamedPlan, vouched: Vouched): object {
  const { runbook, hosts, secrets: _, inventory: _inventory, ...told } = plan;
  return {
    file,
    sha256,
    ...told,
    runbook: { name: runbook.name, path: runbook.path, sha256: runbook.source.sha256 },
    ...vouched,
    hosts: hosts.map(({ plan: host }) => plainPlan(host)),
  };
}
