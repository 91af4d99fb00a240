import { fail, ok, type Result } from '../../domain/failure.ts';
import { matchesPatternList } from '../host-pattern.ts';
import { lowerCase } from './config-line.ts';
import type { Draft } from './draft.ts';
import { connectionTokens, expand } from './expand.ts';
import type { SshConfigIo } from './io.ts';
import type { Criterion } from './match-line.ts';

/** Whether commands of `Match exec` are run, or refused where the answer would matter. */
export type ExecPolicy = 'refuse' | 'run';

/** What Match lines are judged by. */
export interface MatchFacts {
  readonly io: SshConfigIo;
  readonly exec: ExecPolicy;
  /** Told where a command of `Match exec` stands, be it one that decides nothing. */
  readonly onExec?: (at: string) => void;
  readonly draft: Draft;
  /** The host as it was asked for. */
  readonly originalHost: string;
  /** Absent in the first pass; in the final one, the name that came out of the first. */
  readonly finalHost?: string;
  readonly defaultPort: number;
}

interface Subject {
  readonly host: string;
  readonly user: string;
}

/**
 * Whether a Match line holds. `counts`: whether it matters at all, which it does not in a file that was included where nothing counts.
 * Fails for tokens that make no sense, for a command that cannot be run, and with `refused` for one that decides and may not be run.
 */
export async function matchHolds(criteria: readonly Criterion[], facts: MatchFacts, counts: boolean, at: string): Promise<Result<boolean>> {
  const host = matchedHost(facts, at);
  if (!host.ok) return host;
  const subject = { host: host.value, user: facts.draft.one('User')?.value ?? facts.io.user.name };
  let holds = true;
  let undecided: string | undefined;
  for (const criterion of criteria) {
    if (criterion.attribute !== 'exec') {
      if (compare(criterion, subject, facts) === criterion.negated) holds = false;
      continue;
    }
    facts.onExec?.(at);
    const command = expand(criterion.argument, { tokens: execTokens(facts, subject) });
    if (!command.ok) return fail('bad-input', `Match exec: ${command.failure.message}`, { at });
    if (!holds || !counts) continue;
    if (facts.exec === 'refuse') undecided ??= command.value;
    else {
      const succeeds = await execute(command.value, facts.io, at);
      if (!succeeds.ok) return succeeds;
      if (succeeds.value === criterion.negated) holds = false;
    }
  }
  return holds && undecided !== undefined ? refused(undecided, at) : ok(holds);
}

/** `Match host` sees what HostName makes of the host, and in the final pass what came out of all. */
function matchedHost({ draft, originalHost, finalHost }: MatchFacts, at: string): Result<string> {
  if (finalHost !== undefined) return ok(finalHost);
  const hostName = expand(draft.one('HostName')?.value ?? '%h', { tokens: { h: originalHost } });
  return hostName.ok ? hostName : fail('bad-input', `HostName: ${hostName.failure.message}`, { at: draft.one('HostName')?.at ?? at });
}

function compare({ attribute, argument }: Criterion, { host, user }: Subject, { io, originalHost, finalHost }: MatchFacts): boolean {
  switch (attribute) {
    case 'host':
      return matchesPatternList(lowerCase(argument), lowerCase(host));
    case 'originalhost':
      return matchesPatternList(lowerCase(argument), lowerCase(originalHost));
    case 'user':
      return matchesPatternList(argument, user);
    case 'localuser':
      return matchesPatternList(argument, io.user.name);
    case 'canonical':
    case 'final':
      return finalHost !== undefined;
    default:
      return true;
  }
}

/** The values are those known so far. The alias defaults to the host name, other than in the tokens of keywords. */
function execTokens({ io, draft, originalHost, defaultPort }: MatchFacts, { host, user }: Subject) {
  const facts = {
    host: originalHost,
    hostName: host,
    port: Number(draft.one('Port')?.value ?? defaultPort),
    user,
    hostKeyAlias: draft.one('HostKeyAlias')?.value,
    localUser: io.user.name,
    localUid: io.user.uid,
    localHome: io.user.home,
    localHostName: io.hostName,
  };
  return connectionTokens(facts, host);
}

async function execute(command: string, io: SshConfigIo, at: string): Promise<Result<boolean>> {
  const shell = io.env['SHELL'] ?? '/bin/sh';
  const status = await io.execute(shell, command);
  if (status !== undefined) return ok(status === 0);
  return fail('bad-input', `Match exec: ${shell} could not run "${command}" to its end`, { at });
}

function refused(command: string, at: string): Result<never> {
  return fail('refused', `whether this Match holds depends on a command, which is not run: ${command}`, {
    at,
    hint: 'commands of a configuration are run only with --ssh-match-exec',
  });
}
