import type { Failure } from '../../domain/failure.ts';
import { count } from '../../formats/count.ts';
import { bad, type Check, failed, warn } from './check.ts';

/** The inventory that commands would read. */
export interface InventoryLook {
  /** Absent: none was given and none was found. */
  readonly sources?: readonly string[];
  /** Where it was found; absent: it was given. */
  readonly why?: string;
  /** What came of it; `not-read`: that would ask a cluster. */
  readonly read: { readonly hosts: number; readonly warnings: readonly string[] } | { readonly failure: Failure } | 'not-read';
}

/** Judges which inventory would be used. To have none is no fault: one can be given. */
export function judgeInventory({ sources, why, read }: InventoryLook): Check {
  const which = sources === undefined ? 'none' : `${sources.join(', ')} (${why ?? 'as given'})`;
  const check = (says: string, findings: Check['findings']): Check => ({ check: 'inventory', says, findings });
  if (read === 'not-read') return check(`${which}: not asked here; runbook inventory does`, []);
  if ('failure' in read) return check(which, [failed(isOnlyMissing(sources, read.failure) ? 'warn' : 'bad', read.failure)]);
  const none = read.hosts > 0 ? [] : [warn('it has no hosts', 'runbook inventory --list shows what was read')];
  const doubts = read.warnings.map((says) => warn(says, 'mend it, or nothing: Ansible warns of it as well'));
  return check(`${which}: ${count(read.hosts, 'host')}`, [...none, ...doubts]);
}

/** Each command may still be given one. */
function isOnlyMissing(sources: readonly string[] | undefined, { code }: Failure): boolean {
  return sources === undefined && (code === 'not-found' || code === 'ambiguous');
}

/** The ansible.cfg that Ansible would read. */
export interface AnsibleConfigLook {
  readonly path?: string;
  /** What it says of the way to hosts, which is not read here. */
  readonly unread: readonly { readonly name: string; readonly line: number }[];
  readonly failure?: Failure;
}

/** Judges the ansible.cfg, of which only the inventory and the vault passwords are read. */
export function judgeAnsibleConfig({ path, unread, failure }: AnsibleConfigLook): Check {
  const findings = unread.map(({ name, line }) =>
    warn(`${path}:${line}: ${name} is not read here`, 'say it by a variable of the inventory, or in ~/.ssh/config'),
  );
  const unreadable = failure ? [failed('bad', failure)] : [];
  return { check: 'ansible.cfg', says: path ?? 'none, and none is needed', findings: [...unreadable, ...findings] };
}

/** The runbooks that can be named. */
export interface RunbooksLook {
  readonly files: number;
  /** Directories of RUNBOOK_PATH that are not there. */
  readonly missing: readonly string[];
  readonly broken: readonly { readonly file: string; readonly problem: string }[];
}

/** Judges whether all runbooks that can be named are valid. */
export function judgeRunbooks({ files, missing, broken }: RunbooksLook): Check {
  const findings = [
    ...broken.map(({ file, problem }) => bad(problem, `runbook validate ${file}`)),
    ...missing.map((directory) => warn(`RUNBOOK_PATH names ${directory}, which is no directory`, 'mend RUNBOOK_PATH')),
  ];
  return { check: 'runbooks', says: `${files - broken.length} of ${files} are valid`, findings };
}
