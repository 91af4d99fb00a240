import type { Failure } from '../../domain/failure.ts';
import { count } from '../../formats/count.ts';
import type { CheckFinding } from '../check-report.ts';
import { bad, type Check, failed, warn } from './check.ts';

/** The configuration of ssh, as a host gets it that it does not name. */
export interface SshConfigLook {
  /** The files that are there. */
  readonly files: readonly string[];
  readonly failure?: Failure;
  /** Where commands of `Match exec` stand. */
  readonly matchExec: readonly string[];
}

/** Judges the configuration of ssh. */
export function judgeSshConfig({ files, failure, matchExec }: SshConfigLook): Check {
  const findings: CheckFinding[] = [];
  // Commands and names that would have to be looked up are refused for the hosts that they decide about; no other one minds.
  if (failure) findings.push(failed(failure.code === 'refused' ? 'warn' : 'bad', failure));
  const others = matchExec.filter((at) => at !== failure?.at);
  if (others.length > 0) {
    const next = '--ssh-match-exec runs it; without, a host for which it decides is refused';
    findings.push(warn(`${others.join(', ')}: the command of Match exec is not run`, next));
  }
  return { check: 'ssh config', says: files.length === 0 ? 'no file, so defaults' : files.join(', '), findings };
}

/** How the hosts of the inventory would be reached. */
export interface WaysLook {
  readonly hosts: number;
  /** Why a host cannot be, by what inventory and configuration say of it. */
  readonly failures: readonly Failure[];
}

/** So many are told. */
const TOLD = 5;

/** Judges whether all that is said of the ways to hosts can be honoured. */
export function judgeWays({ hosts, failures }: WaysLook): Check {
  const told = failures.slice(0, TOLD).map((failure) => failed('bad', failure));
  const more = failures.length - told.length;
  const rest = more > 0 ? [bad(`the same, or the like, of ${count(more, 'more host')}`, 'runbook ping tells of each')] : [];
  return { check: 'ways', says: `known for ${hosts - failures.length} of ${count(hosts, 'host')}`, findings: [...told, ...rest] };
}

/** One file of known_hosts. */
export interface KnownHostsLook {
  readonly path: string;
  /** Permission bits; absent: there is no such file. */
  readonly mode?: number;
  /** Why it cannot be read. */
  readonly problem?: string;
  readonly keys: number;
  readonly authorities: number;
  /** Lines that make no sense, from 1. */
  readonly senseless: readonly number[];
}

/** So many lines are named. */
const NAMED = 5;

/** Judges the files by which host keys are checked. */
export function judgeKnownHosts(files: readonly KnownHostsLook[]): Check {
  const there = files.filter(({ mode, problem }) => mode !== undefined || problem !== undefined);
  const findings = there.flatMap(knownHostsFindings);
  const keys = there.reduce((sum, file) => sum + file.keys, 0);
  if (keys === 0 && findings.length === 0) findings.push(warn('no host is known, so that none is connected to', 'runbook hostkeys add'));
  const places = there.length === 0 ? 'no file' : there.map(({ path }) => path).join(', ');
  return { check: 'known_hosts', says: `${places}: ${count(keys, 'key')}`, findings };
}

function knownHostsFindings({ path, mode = 0, problem, authorities, senseless }: KnownHostsLook): readonly CheckFinding[] {
  if (problem !== undefined) return [bad(`${path} cannot be read, so that no host is connected to: ${problem}`, 'make it readable')];
  const lines = `${senseless.slice(0, NAMED).join(', ')}${senseless.length > NAMED ? ', …' : ''}`;
  const number = senseless.length === 1 ? 'line' : `${senseless.length} lines, at`;
  return [
    ...((mode & 0o022) === 0 ? [] : [warn(`others may write to ${path}, and so vouch for hosts`, `chmod go-w ${path}`)]),
    ...(senseless.length === 0 ? [] : [warn(`${path}: ${number} ${lines}, of which no sense can be made`, 'mend or remove them')]),
    ...(authorities === 0
      ? []
      : [warn(`${path}: ${count(authorities, '@cert-authority line')}`, 'they count with --transport openssh only')]),
  ];
}

/** A key that could be shown to a host. */
export interface KeyFileLook {
  readonly path: string;
  readonly isEncrypted: boolean;
  /** The agent has it as well. */
  readonly isInAgent: boolean;
}

/** What there is to log in with, for hosts of which the same is said. */
export interface KeysLook {
  /** The agent; absent: none is named. */
  readonly agent?: { readonly socket: string; readonly keys: number } | { readonly socket: string; readonly problem: string };
  /** Whether only those of its keys are shown that are named as files. */
  readonly identitiesOnly: boolean;
  readonly files: readonly KeyFileLook[];
  /** Sentences about files that are there and not used. */
  readonly unusable: readonly string[];
}

/** MaxAuthTries of sshd_config(5): a host hangs up after so many keys. */
const MOST_KEYS = 6;

/** Judges the agent and the key files, for each way in which hosts are logged in to. */
export function judgeKeys(looks: readonly KeysLook[]): Check {
  const checks = looks.map(judgeOne);
  const findings = checks.flatMap((check) => check.findings);
  const told = findings.filter(({ says }, index) => findings.findIndex((other) => other.says === says) === index);
  return { check: 'keys', says: [...new Set(checks.map(({ says }) => says))].join('; or '), findings: told };
}

function judgeOne({ agent, identitiesOnly, files, unusable }: KeysLook): Pick<Check, 'says' | 'findings'> {
  const held = agent && 'keys' in agent ? agent.keys : 0;
  const shown = (identitiesOnly ? 0 : held) + files.filter(({ isInAgent }) => identitiesOnly || !isInAgent).length;
  const findings: CheckFinding[] = [];
  if (agent && 'problem' in agent) {
    findings.push(warn(`the agent at ${agent.socket} cannot be asked: ${agent.problem}`, 'start it anew, or unset SSH_AUTH_SOCK'));
  }
  findings.push(...unusable.map((sentence) => warn(sentence, 'until then this key is not used')));
  if (shown > MOST_KEYS) {
    const next = 'IdentitiesOnly yes and IdentityFile in ~/.ssh/config, or fewer keys in the agent';
    findings.push(warn(`${shown} keys are shown, and a host usually hangs up after ${MOST_KEYS} (MaxAuthTries)`, next));
  }
  if (shown === 0) findings.push(warn('there is no key to log in with', 'ssh-add, or ansible_ssh_private_key_file in the inventory'));
  const names = files.map((file) => `${file.path}${remark(file)}`);
  return { says: [agent ? `agent: ${count(held, 'key')}` : 'no agent', ...names].join('; '), findings };
}

function remark({ isEncrypted, isInAgent }: KeyFileLook): string {
  if (isInAgent) return ' (in the agent)';
  return isEncrypted ? ' (encrypted: its passphrase is asked for once)' : '';
}
