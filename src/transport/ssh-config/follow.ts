import { fail, ok, type Result } from '../../domain/failure.ts';
import { matchesPattern } from '../host-pattern.ts';
import type { MachineNames } from './accounts.ts';
import type { ConfigFiles } from './config-files.ts';
import { type MatchFacts, matchHolds } from './follow-match.ts';
import { glob } from './glob.ts';
import type { Statement } from './statement.ts';

/** How deep files may include each other (`READCONF_MAX_DEPTH`). */
const DEEPEST = 16;

/** One pass over the files of a host. */
export interface Pass extends MatchFacts {
  readonly files: ConfigFiles;
  readonly names: MachineNames;
  /** What `Host` patterns are compared with. */
  readonly host: string;
  /** Called when a `Match final` is met. */
  readonly onFinal: () => void;
}

/** A file as part of a pass. */
export interface FileOptions {
  /** Relative paths of Include begin in `~/.ssh`, not in `/etc/ssh`, and may begin with `~`. */
  readonly fromUser: boolean;
  /** Whether others may not be able to write to it. */
  readonly mustBeSecure: boolean;
}

interface Position extends FileOptions {
  readonly depth: number;
  /** False in a file that was included where nothing counts: nothing in it does either. */
  readonly counts: boolean;
}

type Of<K extends Statement['kind']> = Extract<Statement, { kind: K }>;

/**
 * Follows a file, as `read_config_file` of OpenSSH 9.2. Whether the file was there. Fails at the first line that ssh finds fault
 * with, wherever it stands, and for what is refused.
 */
export async function followFile(path: string, pass: Pass, options: FileOptions): Promise<Result<boolean>> {
  return followAt(path, pass, { ...options, depth: 0, counts: true }, true);
}

async function followAt(path: string, pass: Pass, position: Position, startsActive: boolean): Promise<Result<boolean>> {
  if (position.depth > DEEPEST) return fail('bad-input', `files include each other more than ${DEEPEST} deep`, { at: path });
  const statements = await pass.files.statements(path, position.mustBeSecure);
  if (!statements.ok || statements.value === undefined) return statements.ok ? ok(false) : statements;
  let active = startsActive;
  for (const statement of statements.value) {
    const following = followStatement(statement, pass, position, active);
    const next = following instanceof Promise ? await following : following;
    if (!next.ok) return next;
    active = next.value;
  }
  return ok(true);
}

/** Whether what follows counts. A promise only where one is needed: a file may have thousands of lines, a run a thousand hosts. */
function followStatement(
  statement: Statement,
  pass: Pass,
  position: Position,
  active: boolean,
): Result<boolean> | Promise<Result<boolean>> {
  switch (statement.kind) {
    case 'host':
      return followHost(statement, pass, position.counts);
    case 'match':
      return followMatch(statement, pass, position.counts);
    case 'include':
      return followInclude(statement, pass, position, active);
    case 'setting': {
      const done = active ? pass.draft.follow(statement, position.fromUser) : ok(undefined);
      return done.ok ? ok(active) : done;
    }
    case 'unknown':
      return pass.draft.passesOver(statement.name) ? ok(active) : { ok: false, failure: statement.failure };
    case 'wrong':
      return { ok: false, failure: statement.failure };
  }
}

/** In order: an empty pattern behind one that rules the host out is never seen. */
function followHost({ patterns, at }: Of<'host'>, { host }: Pass, counts: boolean): Result<boolean> {
  let active = false;
  for (const pattern of patterns) {
    if (pattern === '') return fail('bad-input', 'Host has an empty pattern', { at });
    if (!counts) return ok(false);
    const negated = pattern.startsWith('!');
    if (!matchesPattern(negated ? pattern.slice(1) : pattern, host)) continue;
    if (negated) return ok(false);
    active = true;
  }
  return ok(active);
}

async function followMatch({ criteria, at }: Of<'match'>, pass: Pass, counts: boolean): Promise<Result<boolean>> {
  if (criteria.some(({ attribute }) => attribute === 'final')) pass.onFinal();
  const holds = await matchHolds(criteria, pass, counts, at);
  return holds.ok ? ok(holds.value && counts) : holds;
}

/** What the files say of Host and Match ends with them. */
async function followInclude(statement: Of<'include'>, pass: Pass, position: Position, active: boolean): Promise<Result<boolean>> {
  const inside = { ...position, mustBeSecure: true, depth: position.depth + 1, counts: active };
  for (const path of statement.paths) {
    const pattern = includePattern(path, pass, position.fromUser);
    if (pattern === undefined) return fail('bad-input', `bad include path: "${path}"`, { at: statement.at });
    for (const file of await glob(pattern, pass.io)) {
      const followed = await followAt(file, pass, inside, active);
      if (!followed.ok) return followed;
    }
  }
  return ok(active);
}

/** `~` is `$HOME` here, other than elsewhere (`globtilde`); a user that there is not matches nothing. */
function includePattern(path: string, { io, names }: Pass, fromUser: boolean): string | undefined {
  if (path === '' || (path.startsWith('~') && !fromUser)) return undefined;
  if (path.startsWith('/')) return path;
  const anchored = path.startsWith('~') ? path : `${fromUser ? '~/.ssh' : '/etc/ssh'}/${path}`;
  const [, user, rest = ''] = /^~([^/]*)(.*)$/s.exec(anchored) ?? [];
  if (user === undefined) return anchored;
  const home = user === '' ? (io.env['HOME'] ?? io.user.home) : names.accounts.find(({ name }) => name === user)?.home;
  return home === undefined ? '' : `${home}${rest}`;
}
