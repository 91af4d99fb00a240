import { ok, type Result } from '../domain/failure.ts';
import type { Host } from '../domain/host.ts';
import type { AnsibleWay, ArgumentSource } from './ansible-way.ts';
import { type ConnectionSettings, connectionSettings, refuseVariable, type Setting } from './connection-variables.ts';
import { type SshArguments, sshArguments } from './ssh-arguments.ts';
import { checkUnsupported } from './unsupported-variables.ts';

/** Variables and ssh arguments of a host, in ssh's order of precedence. */
export interface ConnectionSources {
  readonly host: Host;
  readonly settings: ConnectionSettings;
  /** From `ansible_ssh_args`: stronger than the variables. */
  readonly first: SshArguments;
  /** From the common and extra arguments: weaker than the variables. */
  readonly last: readonly SshArguments[];
}

/** The variable of the host, else what Ansible's configuration says of all hosts. */
function argumentsOf(
  host: Host,
  settings: ConnectionSettings,
  source: ArgumentSource,
  ansible: AnsibleWay | undefined,
): Result<SshArguments> {
  const setting = settings[source];
  if (setting === undefined) return ok(ansible?.arguments[source] ?? { identityFiles: [], options: [] });
  const found = sshArguments(String(setting.value));
  return found.ok ? found : refuseVariable(host, setting.variable, `cannot be used: ${found.failure.message}`, found.failure.hint);
}

/**
 * Reads all that a host's variables say of its connection, and what Ansible's configuration says where they say nothing; what cannot be
 * honoured is a failure.
 */
export function connectionSources(host: Host, ansible?: AnsibleWay): Result<ConnectionSources> {
  const supported = checkUnsupported(host);
  if (!supported.ok) return supported;
  const settings = connectionSettings(host);
  if (!settings.ok) return settings;
  const first = argumentsOf(host, settings.value, 'sshArgs', ansible);
  if (!first.ok) return first;
  const common = argumentsOf(host, settings.value, 'commonArgs', ansible);
  if (!common.ok) return common;
  const extra = argumentsOf(host, settings.value, 'extraArgs', ansible);
  if (!extra.ok) return extra;
  return ok({ host, settings: { ...ansible?.settings, ...settings.value }, first: first.value, last: [common.value, extra.value] });
}

/** The value that counts: `ansible_ssh_args`, then the variable, then the weaker arguments. */
export function effective(
  sources: ConnectionSources,
  argument: 'port' | 'user' | 'connectTimeout',
  setting: Setting | undefined,
): Setting | undefined {
  const { first, last } = sources;
  if (first[argument] !== undefined) return { variable: 'ansible_ssh_args', value: first[argument] };
  const weaker = last.find((each) => each[argument] !== undefined)?.[argument];
  return setting ?? (weaker === undefined ? undefined : { variable: 'an ssh argument', value: weaker });
}
