import { ok, type Result } from '../domain/failure.ts';
import type { Host } from '../domain/host.ts';
import { refuseVariable, type Setting, scalarVariable, truthOf } from './connection-variables.ts';

const SSH: ReadonlySet<string> = new Set([
  'ssh',
  'smart',
  'ansible.builtin.ssh',
  'paramiko',
  'paramiko_ssh',
  'ansible.builtin.paramiko_ssh',
]);

/** Why a value cannot be honoured; `undefined` when it asks for what is done anyway. */
type Verdict = (setting: Setting) => string | undefined;

/** What Ansible's own defaults say of programs, or mean, so that to say it changes nothing: `-H -S -n` is what it gives to sudo (2.14). */
export const USUAL = {
  ssh: /^((\/usr)?\/bin\/)?ssh$/,
  become: /^((\/usr)?\/bin\/)?(sudo|su|doas)$/,
  becomeFlags: /^(-H|-S|-n|\s)*$/,
} as const;

/** A verdict over everything but what is usual. */
export function unless(usual: RegExp, why: string): Verdict {
  return ({ value }) => (usual.test(String(value)) ? undefined : why);
}

const never: Verdict = () => 'is not supported';

function connection({ value }: Setting): string | undefined {
  if (SSH.has(String(value))) return undefined;
  return value === 'local' ? 'is "local", but hosts are reached by SSH only' : `is "${value}", but hosts are reached by SSH only`;
}

function hostKeyChecking(setting: Setting): string | undefined {
  return truthOf(setting) === true ? undefined : 'switches host key checking off, but host keys are always checked';
}

/** Variables that would change how a host is reached or what it runs as, and what may stand in them. */
const VERDICTS: ReadonlyMap<string, Verdict> = new Map([
  ['ansible_connection', connection],
  ['ansible_host_key_checking', hostKeyChecking],
  ['ansible_ssh_host_key_checking', hostKeyChecking],
  ['ansible_ssh_executable', unless(USUAL.ssh, 'is not supported: no other ssh is run')],
  ['ansible_become_exe', unless(USUAL.become, 'is not supported: sudo is found on the fixed PATH')],
  ['ansible_sudo_exe', unless(USUAL.become, 'is not supported: sudo is found on the fixed PATH')],
  ['ansible_become_flags', unless(USUAL.becomeFlags, 'is not supported')],
  ['ansible_sudo_flags', unless(USUAL.becomeFlags, 'is not supported')],
  ['ansible_paramiko_proxy_command', never],
  ['ansible_ssh_pkcs11_provider', never],
  ['ansible_ssh_private_key_passphrase', never],
  ['ansible_private_key_passphrase', never],
  ['ansible_ssh_private_key', never],
  ['ansible_private_key', never],
]);

/** Refuses a host whose variables ask for what this program does not do, naming the variable: nothing of the kind is ignored. */
export function checkUnsupported(host: Host): Result<void> {
  for (const [variable, verdict] of VERDICTS) {
    const found = scalarVariable(host, variable);
    if (!found.ok) return found;
    const why = found.value === undefined ? undefined : verdict(found.value);
    if (why !== undefined) return refuseVariable(host, variable, why);
  }
  return ok(undefined);
}
