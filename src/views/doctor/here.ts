import type { Failure } from '../../domain/failure.ts';
import type { CheckFinding } from '../check-report.ts';
import { bad, type Check, failed, warn } from './check.ts';

/** The oldest Node that runs this program, as `[major, minor]`. */
export const LEAST_NODE = [24, 15] as const;

/** Judges the Node that runs this; `version` as `24.15.0`. */
export function judgeNode(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isNew = major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1]);
  const least = LEAST_NODE.join('.');
  return { check: 'node', says: version, findings: isNew ? [] : [bad(`it is older than ${least}`, 'npm ci brings one along')] };
}

/** What each program of this machine is for. */
const USES: Readonly<Record<string, string>> = {
  ssh: '--transport openssh',
  'ssh-keygen': 'signatures of runbooks, plans and runs',
  kubectl: '-i kubernetes:',
  age: 'variables that age encrypted',
  'ansible-vault': 'editing of encrypted variables; they are read without it',
};

/** Programs of this machine that are looked for. */
export const PROGRAMS: readonly string[] = Object.keys(USES);

/** Judges which programs there are. To have none of them is no fault, unless the policy needs one. */
export function judgePrograms(found: ReadonlySet<string>, needsSignatures: boolean): Check {
  const there = PROGRAMS.filter((program) => found.has(program));
  const missing = PROGRAMS.filter((program) => !found.has(program)).map((program) => `no ${program}, so no ${USES[program]}`);
  const findings =
    needsSignatures && !found.has('ssh-keygen')
      ? [bad('the policy asks for signatures, and there is no ssh-keygen', 'install the OpenSSH client')]
      : [];
  return { check: 'programs', says: [there.join(', ') || 'none', ...missing].join('; '), findings };
}

/** The policies that are in force. */
export interface PolicyLook {
  readonly failure?: Failure;
  /** Whether a signature is asked for, of a runbook or a plan. */
  readonly asksSignatures: boolean;
  /** Each file of allowed signers. */
  readonly signers: readonly { readonly path: string; readonly keys: number; readonly problem?: string }[];
  /** Each file of revoked keys, with its keys and rules. */
  readonly revoked: readonly { readonly path: string; readonly keys: number; readonly problem?: string }[];
  /** The key that signs the ends of runs. */
  readonly runKey?: { readonly path: string; readonly isThere: boolean };
}

/** Judges the policies: one that is not understood keeps anything from being changed. */
export function judgePolicy({ failure, asksSignatures, signers, revoked, runKey }: PolicyLook): Check {
  const findings: CheckFinding[] = failure ? [failed('bad', failure)] : [];
  for (const { path, keys, problem } of signers) {
    if (problem !== undefined) findings.push(bad(`allowed_signers ${path} cannot be read: ${problem}`, 'make it readable'));
    else if (keys === 0 && asksSignatures)
      findings.push(bad(`allowed_signers ${path} has no key, so that nobody's signature counts`, 'add one'));
  }
  for (const { path, problem } of revoked) {
    if (problem === undefined) continue;
    const says = `revoked_keys ${path} cannot be used, so that nobody's signature counts: ${problem}`;
    findings.push(bad(says, 'put it right: a list of public keys, or what ssh-keygen -k makes'));
  }
  if (runKey && !runKey.isThere) findings.push(warn(`sign_runs names ${runKey.path}, which is not there`, 'runs end unsigned until it is'));
  const keys = [
    ...signers.map((file) => `${file.path}: ${file.keys} keys`),
    ...revoked.map((file) => `${file.path}: ${file.keys} revoked`),
  ];
  const asks = asksSignatures ? ['signatures are asked for'] : signers.length === 0 && !runKey ? ['nothing is asked for'] : [];
  return { check: 'policy', says: failure ? 'cannot be read' : [...asks, ...keys].join('; '), findings };
}

/** Where the output goes. */
export interface TerminalLook {
  readonly isTTY: boolean;
  readonly columns: number;
  readonly isColoured: boolean;
  /** Whether questions can be asked. */
  readonly asks: boolean;
}

/** Narrower than this, diffs and hosts are broken within words. */
const LEAST_COLUMNS = 60;

/** Judges the terminal. */
export function judgeTerminal({ isTTY, columns, isColoured, asks }: TerminalLook): Check {
  const narrow = isTTY && columns < LEAST_COLUMNS ? [warn(`it has only ${columns} columns`, 'make it wider: 80 are enough')] : [];
  const output = isTTY ? `${columns} columns, ${isColoured ? 'colour' : 'no colour'}` : 'the output is no terminal';
  return {
    check: 'terminal',
    says: `${output}; ${asks ? 'questions can be asked' : 'nobody can be asked: apply needs -y'}`,
    findings: narrow,
  };
}

/** No clock that is right is before this, in ms since the epoch. */
const PLAUSIBLE = Date.UTC(2026, 0, 1);

/** Judges the clock, in ms since the epoch; `newest` is the last time that the record of runs tells. */
export function judgeClock(now: number, newest: number | undefined): Check {
  const text = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;
  const next = 'set it (chronyd, systemd-timesyncd): plans expire and runs are in order by it';
  const findings =
    now < PLAUSIBLE
      ? [warn('it is years behind', next)]
      : newest !== undefined && newest > now
        ? [warn(`it is behind the last run, which ended at ${text(newest)}`, next)]
        : [];
  return { check: 'clock', says: text(now), findings };
}

/** What this program itself has open, beside one connection a host. */
const OWN_FILES = 128;

/** Judges how many files may be open; `limit` undefined: not known, or without bound. Each host that is connected is one. */
export function judgeOpenFiles(limit: number | undefined, hosts: number): Check {
  const needed = hosts + OWN_FILES;
  const says = limit === undefined ? 'no limit is known' : `${limit} may be open`;
  const findings =
    limit !== undefined && limit < needed
      ? [warn(`${hosts} hosts at once may need ${needed}`, `ulimit -n ${needed}, or fewer hosts at a time (-l)`)]
      : [];
  return { check: 'open files', says, findings };
}

/** Variables of the environment whose names are those of this program. */
export interface VariablesLook {
  /** Those that mean something, as `NAME=value`. */
  readonly set: readonly string[];
  /** Those that mean nothing, and what each is probably a misspelling of. */
  readonly unknown: readonly { readonly name: string; readonly meant?: string }[];
}

/** Judges variables of the environment. */
export function judgeVariables({ set, unknown }: VariablesLook): Check {
  const findings = unknown.map(({ name, meant }) =>
    warn(`${name} means nothing to this program`, meant === undefined ? 'unset it, or nothing' : `did you mean ${meant}?`),
  );
  return { check: 'variables', says: set.length === 0 ? 'no RUNBOOK_… is set' : set.join(', '), findings };
}
