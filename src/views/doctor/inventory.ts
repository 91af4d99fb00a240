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

/** The ansible.cfg that Ansible would read, and the environment over it. */
export interface AnsibleConfigLook {
  readonly path?: string;
  /** What they say of the way to hosts. */
  readonly followed?: readonly { readonly name: string }[];
  /** The same, where it is not followed: what, where it is said, and why. */
  readonly notFollowed?: readonly { readonly name: string; readonly at: string; readonly why: string }[];
  readonly failure?: Failure;
}

/** Judges Ansible's configuration, of which the inventory, the vault passwords and the way to hosts are read. */
export function judgeAnsibleConfig({ path, followed = [], notFollowed = [], failure }: AnsibleConfigLook): Check {
  const findings = notFollowed.map(({ name, at, why }) =>
    warn(`${at}: ${name} is not followed: ${why}`, 'take it out, or leave it to Ansible; variables of the inventory win over it'),
  );
  const unreadable = failure ? [failed('bad', failure)] : [];
  const names = followed.length === 0 ? '' : `: ${followed.map(({ name }) => name).join(', ')}`;
  return { check: 'ansible.cfg', says: `${path ?? 'none, and none is needed'}${names}`, findings: [...unreadable, ...findings] };
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
