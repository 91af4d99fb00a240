import type { Result } from '../../../src/domain/failure.ts';
import { ok } from '../../../src/domain/failure.ts';
import { readMachineNames } from '../../../src/transport/ssh-config/accounts.ts';
import { ConfigFiles } from '../../../src/transport/ssh-config/config-files.ts';
import type { ExecPolicy } from '../../../src/transport/ssh-config/follow-match.ts';
import type { SshConfigIo } from '../../../src/transport/ssh-config/io.ts';
import type { JumpHop } from '../../../src/transport/ssh-config/jump.ts';
import { type Options, readOptions, type SshRequest } from '../../../src/transport/ssh-config/read-options.ts';
import type { SshSettings } from '../../../src/transport/ssh-config/settings.ts';
import { settingsOf } from '../../../src/transport/ssh-config/settings-of.ts';

/** What is compared with `ssh -G`: its lines by keyword, made of our own settings. */
type Dump = ReadonlyMap<string, readonly string[]>;

/** A request as it went through us: the lines that ssh should print, and the settings. */
export interface OurAnswer {
  readonly dump: Dump;
  readonly settings: SshSettings;
}

/** Reads a configuration and puts it as `ssh -G` prints it. */
export async function ourAnswer(
  io: SshConfigIo,
  request: SshRequest,
  how: { readonly file?: string; readonly exec: ExecPolicy },
): Promise<Result<OurAnswer>> {
  const names = await readMachineNames(io);
  const facts = { ...how, io, names, files: new ConfigFiles(io, names) };
  const options = await readOptions(request, facts);
  if (!options.ok) return options;
  const settings = settingsOf(options.value, facts);
  return settings.ok ? ok({ dump: dump(options.value, settings.value, io), settings: settings.value }) : settings;
}

/** Keywords of which `ssh -G` spells yes and no as true and false. */
const TRUTHS: Readonly<Record<string, string>> = { yes: 'true', no: 'false' };
const truth = (value: string) => TRUTHS[value] ?? value;
const flag = (value: boolean) => (value ? 'yes' : 'no');
const list = (values: readonly string[]) => [values.join(',')];
const maybe = (value: string | number | undefined) => (value === undefined ? [] : [String(value)]);

/** Most of it is the settings themselves; what `ssh -G` prints before tokens and `~` are filled in comes from the draft. */
function dump({ draft }: Options, settings: SshSettings, io: SshConfigIo): Dump {
  const files = (keyword: string) => draft.more(keyword).map(({ value }) => value);
  const lifetime = settings.addKeysToAgentLifetime;
  const confirm = settings.addKeysToAgent === 'confirm' ? 'confirm ' : '';
  return new Map<string, readonly string[]>([
    ['host', [settings.host]],
    ['hostname', [settings.hostName]],
    ['user', [settings.user]],
    ['port', [String(settings.port)]],
    ['addressfamily', [settings.addressFamily]],
    ['bindaddress', maybe(settings.bindAddress)],
    ['connecttimeout', [settings.connectTimeout === undefined ? 'none' : String(settings.connectTimeout)]],
    ['connectionattempts', [String(settings.connectionAttempts)]],
    ['serveraliveinterval', [String(settings.serverAliveInterval)]],
    ['serveralivecountmax', [String(settings.serverAliveCountMax)]],
    ['batchmode', [flag(settings.batchMode)]],
    ['identityfile', files('IdentityFile').length > 0 ? files('IdentityFile') : settings.identityFile.map((path) => tilde(path, io))],
    ['certificatefile', files('CertificateFile')],
    ['identitiesonly', [flag(settings.identitiesOnly)]],
    ['addkeystoagent', [lifetime === undefined ? truth(settings.addKeysToAgent) : `${confirm}${lifetime}`]],
    ['preferredauthentications', settings.preferredAuthentications === undefined ? [] : list(settings.preferredAuthentications)],
    ['pubkeyauthentication', [truth(settings.pubkeyAuthentication)]],
    ['passwordauthentication', [flag(settings.passwordAuthentication)]],
    ['kbdinteractiveauthentication', [flag(settings.kbdInteractiveAuthentication)]],
    ['gssapiauthentication', [flag(settings.gssapiAuthentication)]],
    ['proxyjump', settings.proxyJump.length === 0 ? [] : [jumpText(draft.jump?.value)]],
    ['proxycommand', settings.proxyCommand === undefined ? [] : maybe(draft.one('ProxyCommand')?.value)],
    ['proxyusefdpass', [flag(settings.proxyUseFdpass)]],
    ['userknownhostsfile', [settings.userKnownHostsFile.join(' ') || 'none']],
    ['globalknownhostsfile', [settings.globalKnownHostsFile.join(' ') || 'none']],
    ['hostkeyalias', maybe(settings.hostKeyAlias)],
    ['stricthostkeychecking', [truth(settings.strictHostKeyChecking)]],
    ['hashknownhosts', [flag(settings.hashKnownHosts)]],
    ['revokedhostkeys', maybe(settings.revokedHostKeys)],
    ['hostkeyalgorithms', list(settings.hostKeyAlgorithms)],
    ['casignaturealgorithms', list(settings.caSignatureAlgorithms)],
    ['pubkeyacceptedalgorithms', list(settings.pubkeyAcceptedAlgorithms)],
    ['kexalgorithms', list(settings.kexAlgorithms)],
    ['ciphers', list(settings.ciphers)],
    ['macs', list(settings.macs)],
    ['compression', [flag(settings.compression)]],
    ['forwardx11', [flag(settings.forwardX11)]],
    ['forwardagent', [forwardedText(draft.one('ForwardAgent path')?.value, settings)]],
    ['canonicalizehostname', [truth(draft.one('CanonicalizeHostname')?.value ?? 'no')]],
    ['canonicalizemaxdots', [draft.one('CanonicalizeMaxDots')?.value ?? '1']],
    ['canonicalizefallbacklocal', [draft.one('CanonicalizeFallbackLocal')?.value ?? 'yes']],
    ['canonicaldomains', [draft.several('CanonicalDomains')?.value.join(' ') ?? 'none']],
    ['ignoreunknown', maybe(draft.one('IgnoreUnknown')?.value)],
  ]);
}

function forwardedText(path: string | undefined, { forwardAgent, forwardAgentSocket }: SshSettings): string {
  if (path === undefined) return flag(forwardAgent);
  return /^\$[^{]/.test(path) ? path : (forwardAgentSocket ?? '');
}

function tilde(path: string, { user }: SshConfigIo): string {
  return path.startsWith(`${user.home}/`) ? `~${path.slice(user.home.length)}` : path;
}

/** `ssh -G` prints the hops before the last as they are written. */
function jumpText(jump: { readonly hops: readonly JumpHop[]; readonly list: string } | undefined): string {
  const last = jump?.hops.at(-1);
  if (jump === undefined || last === undefined) return '';
  const comma = jump.list.lastIndexOf(',');
  const isNumeric = last.host.includes(':') || /^[0-9.]*$/.test(last.host);
  const host = isNumeric ? `[${last.host}]` : last.host;
  const user = last.user === undefined ? '' : `${last.user}@`;
  return `${comma < 0 ? '' : jump.list.slice(0, comma + 1)}${user}${host}${last.port === undefined ? '' : `:${last.port}`}`;
}

/** Makes the line of an agent comparable: `ssh -G` prints what was said, we say which socket that is. */
export function agentOf(said: string | undefined, env: Readonly<Record<string, string | undefined>>): string | undefined {
  if (said === undefined || said === 'SSH_AUTH_SOCK') return env['SSH_AUTH_SOCK'] || undefined;
  if (said === 'none') return undefined;
  return /^\$[^{]/.test(said) ? env[said.slice(1)] || undefined : said;
}
