import { fail, ok, type Result } from '../../domain/failure.ts';
import type { SshSetting } from '../../domain/transport.ts';
import type { MachineNames } from './accounts.ts';
import { destinationOf } from './canonicalize.ts';
import type { ConfigFiles } from './config-files.ts';
import { Draft } from './draft.ts';
import { followFile, type Pass } from './follow.ts';
import type { ExecPolicy } from './follow-match.ts';
import type { SshConfigIo } from './io.ts';
import { isValidHost, isValidUser } from './jump.ts';
import { readStatement, type Statement } from './statement.ts';

/** A connection that is asked for. */
export interface SshRequest {
  /** What would stand on ssh's command line, without a user: `Host` and `Match originalhost` are compared with it. */
  readonly host: string;
  /** In the order of the command line: the first counts. */
  readonly settings: readonly SshSetting[];
}

/** Where the configuration is read, and how. */
export interface ReadingFacts {
  readonly io: SshConfigIo;
  readonly names: MachineNames;
  readonly files: ConfigFiles;
  /** Read instead of the user's and the system's file, as after `-F`; `none`: no file at all. */
  readonly file?: string;
  readonly exec: ExecPolicy;
  readonly onExec?: (at: string) => void;
}

/** What was said for a host by command line and files, and where it is reached. */
export interface Options {
  readonly host: string;
  readonly hostName: string;
  readonly draft: Draft;
}

/**
 * Reads all that is said for a host: command line, files, and the files once more where `Match final` or CanonicalizeHostname ask for
 * that. Fails with `bad-input` for what ssh finds fault with, and with `refused` for what is not done here.
 */
export async function readOptions(request: SshRequest, facts: ReadingFacts): Promise<Result<Options>> {
  const { host } = request;
  if (host === '' || !isValidHost(host)) return fail('bad-input', `"${host}" cannot be the name of a host`);
  const draft = new Draft();
  const said = followCommandLine(request.settings, draft, facts);
  if (!said.ok) return said;
  let isFinalWanted = false;
  const pass: Pass = {
    ...facts,
    draft,
    host,
    originalHost: host,
    defaultPort: defaultPort(facts.names),
    onFinal: () => (isFinalWanted = true),
  };
  const first = await followFiles(pass, facts);
  if (!first.ok) return first;
  const destination = destinationOf(host, draft);
  if (!destination.ok) return destination;
  const { hostName, isCanonicalized } = destination.value;
  draft.close('CanonicalizeHostname', 'CanonicalizeMaxDots', 'CanonicalizeFallbackLocal');
  if (isFinalWanted || isCanonicalized) {
    const final = await followFiles({ ...pass, host: hostName, finalHost: hostName }, facts);
    if (!final.ok) return final;
  }
  return ok({ host, hostName, draft });
}

/** ssh's port, by its name. */
export function defaultPort({ services }: MachineNames): number {
  return services.get('ssh') ?? 22;
}

function followCommandLine(settings: readonly SshSetting[], draft: Draft, facts: ReadingFacts): Result<void> {
  for (const setting of settings) {
    const done = followSetting(setting, draft, facts);
    if (!done.ok) return done;
  }
  const user = draft.one('User');
  if (user === undefined || isValidUser(user.value)) return ok(undefined);
  return fail('bad-input', `"${user.value}" cannot be the name of a user`, { at: user.at });
}

function followSetting(setting: SshSetting, draft: Draft, facts: ReadingFacts): Result<void> {
  const { at } = setting;
  if ('keyword' in setting) {
    const { keyword } = setting;
    if ((keyword === 'User' || keyword === 'Port') && draft.one(keyword) !== undefined) return ok(undefined);
    const isWaySaid = draft.jump !== undefined || draft.one('ProxyCommand') !== undefined;
    if (keyword === 'ProxyJump' && isWaySaid) return fail('bad-input', 'the way to a host is named twice, once by -J', { at });
  }
  const statement = commandLineStatement(setting, facts);
  if (statement === undefined || (statement.kind === 'unknown' && draft.passesOver(statement.name))) return ok(undefined);
  if (statement.kind === 'wrong' || statement.kind === 'unknown') return { ok: false, failure: { ...statement.failure, at } };
  if (statement.kind !== 'setting') return fail('bad-input', `${statement.kind} cannot stand on a command line`, { at });
  return draft.follow({ ...statement, at }, true);
}

function commandLineStatement(setting: SshSetting, { io, names }: ReadingFacts): Statement | undefined {
  const facts = { env: io.env, services: names.services, onCommandLine: true };
  const line =
    'option' in setting ? setting.option : `${setting.keyword} ${setting.keyword === 'ProxyJump' ? setting.value : quoted(setting.value)}`;
  return readStatement(line, setting.at, facts);
}

/** So that it is one argument, with all of its characters. */
function quoted(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}

async function followFiles(pass: Pass, { io, file }: ReadingFacts): Promise<Result<void>> {
  if (file === undefined) {
    const own = await followFile(`${io.user.home}/.ssh/config`, pass, { fromUser: true, mustBeSecure: true });
    if (!own.ok) return own;
    const system = await followFile('/etc/ssh/ssh_config', pass, { fromUser: false, mustBeSecure: false });
    return system.ok ? ok(undefined) : system;
  }
  if (file.toLowerCase() === 'none') return ok(undefined);
  const given = await followFile(file, pass, { fromUser: true, mustBeSecure: false });
  if (!given.ok) return given;
  return given.value ? ok(undefined) : fail('bad-input', `the configuration file ${file} does not exist`, { at: file });
}
