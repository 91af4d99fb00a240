import { isAbsolute, resolve } from 'node:path';
import { fail, ok, type Result } from '../domain/failure.ts';
import { wholePath } from './ansible-config.ts';
import { settingOf, settingsIn } from './ansible-settings.ts';
import { type ConnectionSettings, type Setting, truthOf } from './connection-variables.ts';
import type { Environment } from './find-inventory.ts';
import { heededArguments, type SshArguments } from './ssh-arguments.ts';
import { USUAL, unless } from './unsupported-variables.ts';

/** A setting of Ansible's, and the place that says it: `ansible.cfg:4`, or `$ANSIBLE_BECOME`. */
export interface Followed {
  readonly name: string;
  readonly at: string;
}

/** One that would change how hosts are reached, and does not. */
export interface NotFollowed extends Followed {
  readonly why: string;
}

/** Where ssh's arguments come from, as the variables that win over them. */
export type ArgumentSource = 'sshArgs' | 'commonArgs' | 'extraArgs';

/** What Ansible's own configuration says of the way to all hosts; variables of a host win over all of it. */
export interface AnsibleWay {
  readonly settings: Pick<ConnectionSettings, LoginSetting>;
  readonly arguments: { readonly [Source in ArgumentSource]?: SshArguments };
  /** The file of `ssh -F`, from the working directory. */
  readonly sshConfig?: string;
  /** A password for sudo is asked for, as with `-K`. */
  readonly askBecomePassword: boolean;
  readonly followed: readonly Followed[];
  readonly notFollowed: readonly NotFollowed[];
}

type LoginSetting = 'user' | 'port' | 'identityFile' | 'connectTimeout' | 'become' | 'becomeMethod' | 'becomeUser';

/** An ansible.cfg, and the environment, which wins over it. */
export interface AnsibleSources {
  readonly file?: { readonly path: string; readonly text: string };
  readonly env: Environment;
}

/** Section, name and variable of the environment: `ansible-config list` and `ansible-doc -t connection ssh` of 2.14. */
type Name = readonly [section: string, name: string, variable?: string];

const LOGIN: Readonly<Record<LoginSetting, Name>> = {
  user: ['defaults', 'remote_user', 'ANSIBLE_REMOTE_USER'],
  port: ['defaults', 'remote_port', 'ANSIBLE_REMOTE_PORT'],
  identityFile: ['defaults', 'private_key_file', 'ANSIBLE_PRIVATE_KEY_FILE'],
  connectTimeout: ['defaults', 'timeout', 'ANSIBLE_TIMEOUT'],
  become: ['privilege_escalation', 'become', 'ANSIBLE_BECOME'],
  becomeMethod: ['privilege_escalation', 'become_method', 'ANSIBLE_BECOME_METHOD'],
  becomeUser: ['privilege_escalation', 'become_user', 'ANSIBLE_BECOME_USER'],
};

const ARGUMENTS: Readonly<Record<ArgumentSource, Name>> = {
  sshArgs: ['ssh_connection', 'ssh_args', 'ANSIBLE_SSH_ARGS'],
  commonArgs: ['ssh_connection', 'ssh_common_args', 'ANSIBLE_SSH_COMMON_ARGS'],
  extraArgs: ['ssh_connection', 'ssh_extra_args', 'ANSIBLE_SSH_EXTRA_ARGS'],
};

const ASK_BECOME_PASSWORD: Name = ['privilege_escalation', 'become_ask_pass', 'ANSIBLE_BECOME_ASK_PASS'];

const unlessTrue = (why: string) => (value: Setting) => (truthOf(value) === true ? undefined : why);
const ifTrue = (why: string) => (value: Setting) => (truthOf(value) === true ? why : undefined);
const always = (why: string) => () => why;

const CHECKED = unlessTrue('host keys are always checked');
const PLUGIN = always('say it in [privilege_escalation]');

/** What is not followed, where its value asks for something else than is done, and why. */
const NEVER: readonly (readonly [Name, (setting: Setting) => string | undefined])[] = [
  [['defaults', 'host_key_checking', 'ANSIBLE_HOST_KEY_CHECKING'], CHECKED],
  [['ssh_connection', 'host_key_checking', 'ANSIBLE_SSH_HOST_KEY_CHECKING'], CHECKED],
  [
    ['defaults', 'transport', 'ANSIBLE_TRANSPORT'],
    unless(/^(ansible\.builtin\.)?(ssh|smart|paramiko(_ssh)?)$/, 'hosts are reached by SSH'),
  ],
  [['defaults', 'ask_pass', 'ANSIBLE_ASK_PASS'], ifTrue('a login password comes from the inventory')],
  [['privilege_escalation', 'become_exe', 'ANSIBLE_BECOME_EXE'], unless(USUAL.become, 'programs are found on the fixed PATH')],
  [['privilege_escalation', 'become_flags', 'ANSIBLE_BECOME_FLAGS'], unless(USUAL.becomeFlags, 'sudo is called without flags of yours')],
  [['ssh_connection', 'ssh_executable', 'ANSIBLE_SSH_EXECUTABLE'], unless(USUAL.ssh, 'no other program is run')],
  // For Ansible the one of [defaults] wins, even where it is not set.
  [['ssh_connection', 'timeout'], always('Ansible takes that of [defaults]')],
  ...['sudo', 'su'].flatMap((method) =>
    ['user', 'password', 'executable', 'flags'].map((name) => [[`${method}_become_plugin`, name] as const, PLUGIN] as const),
  ),
];

/** Reads what Ansible's configuration says of all hosts. Fails for what can be nobody's wish: a path or arguments that cannot be read. */
export function ansibleWay(sources: AnsibleSources): Result<AnsibleWay> {
  const look = lookup(sources);
  const followed: Followed[] = [];
  const notFollowed: NotFollowed[] = [];
  const settings: { -readonly [Key in LoginSetting]?: Setting } = {};
  for (const key of Object.keys(LOGIN) as LoginSetting[]) {
    const found = look(LOGIN[key]);
    if (found === undefined) continue;
    const value = key === 'identityFile' ? keyFile(found, sources) : ok(found.value);
    if (!value.ok) return value;
    followed.push(found);
    settings[key] = { variable: `${found.name} in ${found.at}`, value: value.value };
  }
  const given: { -readonly [Source in ArgumentSource]?: SshArguments } = {};
  let sshConfig: string | undefined;
  for (const source of Object.keys(ARGUMENTS) as ArgumentSource[]) {
    const found = look(ARGUMENTS[source]);
    if (found === undefined) continue;
    const heeded = heededArguments(found.value);
    if (!heeded.ok) return fail('bad-input', `${found.name} cannot be read: ${heeded.failure.message}`, { at: found.at });
    followed.push(found);
    given[source] = heeded.value.arguments;
    sshConfig ??= heeded.value.configFile;
    notFollowed.push(...heeded.value.passedOver.map((word) => ({ name: `${word} of ${found.name}`, at: found.at, why: whyNot(word) })));
  }
  const ask = look(ASK_BECOME_PASSWORD);
  const askBecomePassword = ask !== undefined && truthOf({ variable: ask.name, value: ask.value }) === true;
  if (ask !== undefined && askBecomePassword) followed.push(ask);
  for (const [name, verdict] of NEVER) {
    const found = look(name);
    const why = found && verdict({ variable: found.name, value: found.value });
    if (found !== undefined && why !== undefined) notFollowed.push({ name: found.name, at: found.at, why });
  }
  return ok({ settings, arguments: given, askBecomePassword, followed, notFollowed, ...(sshConfig === undefined ? {} : { sshConfig }) });
}

/** A value that is said, and where; `line` in the file. */
interface Said extends Followed {
  readonly value: string;
  readonly line?: number;
}

/** The environment wins, also with nothing: then nothing is said. */
function lookup({ file, env }: AnsibleSources): (name: Name) => Said | undefined {
  const settings = settingsIn(file?.text ?? '');
  return ([section, name, variable]) => {
    const own = variable === undefined ? undefined : env[variable];
    const setting = settingOf(settings, section, name);
    const value = unquoted(own ?? setting?.value ?? '');
    if (value === '') return undefined;
    if (own !== undefined) return { name, value, at: `$${variable}` };
    const line = setting?.line ?? 1;
    return { name, value, line, at: `${file?.path}:${line}` };
  };
}

/** As Ansible takes the quotes off a value that is quoted as a whole. */
function unquoted(value: string): string {
  return /^(["'])(.*)\1$/s.exec(value)?.[2] ?? value;
}

/** Relative to the file that says it; in the environment, to the working directory. */
function keyFile({ value, line }: Said, { file, env }: AnsibleSources): Result<string> {
  if (line !== undefined && file !== undefined) {
    return wholePath(file.path, line, value, env, { what: 'the private key', hint: 'say it by ansible_ssh_private_key_file' });
  }
  return ok(isAbsolute(value) || value.startsWith('~') ? value : resolve(value));
}

function whyNot(word: string): string {
  return /StrictHostKeyChecking|KnownHostsFile/i.test(word) ? 'host keys are always checked' : 'it is not understood here';
}
