import { fail, ok, type Result } from '../../domain/failure.ts';
import { assembleAlgorithms } from './algorithm-list.ts';
import type { AlgorithmKeyword } from './algorithms-of-openssh.ts';
import { lowerCase } from './config-line.ts';
import type { Draft } from './draft.ts';
import { connectionTokens } from './expand.ts';
import { defaultPort, type Options, type ReadingFacts } from './read-options.ts';
import { resolvePaths } from './resolve-paths.ts';
import { resolveProxy } from './resolve-proxy.ts';
import type { SshSettings } from './settings.ts';

/**
 * Fills in defaults, tokens, variables and `~`, as `main` of OpenSSH 9.2's `ssh.c` does after the files were read. Fails for values that
 * only then prove to be senseless, and for what is refused here.
 */
export function settingsOf(options: Options, { io, names }: Pick<ReadingFacts, 'io' | 'names'>): Result<SshSettings> {
  const { host, hostName, draft } = options;
  const port = Number(draft.one('Port')?.value ?? defaultPort(names));
  const user = draft.one('User')?.value ?? io.user.name;
  const alias = draft.one('HostKeyAlias')?.value;
  const hostKeyAlias = alias === undefined ? undefined : lowerCase(alias);
  const connection = { host, hostName, port, user, hostKeyAlias, localUser: io.user.name, localUid: io.user.uid };
  const tokens = connectionTokens({ ...connection, localHome: io.user.home, localHostName: io.hostName }, host);
  const attempts = draft.one('ConnectionAttempts');
  if (attempts?.value === '0') return fail('bad-input', 'ConnectionAttempts must not be 0', { at: attempts.at });
  const paths = resolvePaths(options, { tokens, env: io.env, user: io.user, names });
  if (!paths.ok) return paths;
  const proxy = resolveProxy(draft, { ...connection, defaultPort: defaultPort(names) }, pick(tokens, 'hknpr'));
  if (!proxy.ok) return proxy;
  const algorithms = algorithmsOf(draft);
  if (!algorithms.ok) return algorithms;
  return ok({
    host,
    hostName,
    user,
    port,
    ...(hostKeyAlias === undefined ? {} : { hostKeyAlias }),
    ...connectionSettings(draft),
    ...authenticationSettings(draft),
    ...paths.value,
    ...proxy.value,
    ...algorithms.value,
    said: draft.places(),
    notUsed: draft.notUsed,
  });
}

function pick(tokens: Readonly<Record<string, string>>, letters: string): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(tokens).filter(([letter]) => letters.includes(letter)));
}

const isYes = (draft: Draft, keyword: string, otherwise = false): boolean => {
  const value = draft.one(keyword)?.value;
  return value === undefined ? otherwise : value === 'yes';
};

const numberOf = (draft: Draft, keyword: string, otherwise: number): number => Number(draft.one(keyword)?.value ?? otherwise);

/** The value of a keyword out of those that it takes; the first is its default. */
function oneOf<T extends string>(draft: Draft, keyword: string, values: readonly [T, ...T[]]): T {
  const value = draft.one(keyword)?.value;
  return values.find((known) => known === value) ?? values[0];
}

function connectionSettings(draft: Draft) {
  const bindAddress = draft.one('BindAddress')?.value;
  const connectTimeout = draft.one('ConnectTimeout')?.value;
  const revokedHostKeys = draft.one('RevokedHostKeys')?.value;
  const batchMode = isYes(draft, 'BatchMode');
  return {
    addressFamily: oneOf(draft, 'AddressFamily', ['any', 'inet', 'inet6']),
    ...(bindAddress === undefined ? {} : { bindAddress }),
    ...(connectTimeout === undefined ? {} : { connectTimeout: Number(connectTimeout) }),
    connectionAttempts: numberOf(draft, 'ConnectionAttempts', 1),
    // 300 is Debian's own (keepalive-extensions.patch).
    serverAliveInterval: numberOf(draft, 'ServerAliveInterval', batchMode ? 300 : 0),
    serverAliveCountMax: numberOf(draft, 'ServerAliveCountMax', 3),
    batchMode,
    strictHostKeyChecking: oneOf(draft, 'StrictHostKeyChecking', ['ask', 'yes', 'no', 'accept-new']),
    hashKnownHosts: isYes(draft, 'HashKnownHosts'),
    ...(revokedHostKeys === undefined || lowerCase(revokedHostKeys) === 'none' ? {} : { revokedHostKeys }),
    compression: isYes(draft, 'Compression'),
    forwardAgent: isYes(draft, 'ForwardAgent'),
    forwardX11: isYes(draft, 'ForwardX11'),
  };
}

function authenticationSettings(draft: Draft) {
  const preferred = draft.one('PreferredAuthentications')?.value;
  const [, addKeysToAgent = 'no', lifetime] = /^(\S+)(?: (\d+))?$/.exec(draft.one('AddKeysToAgent')?.value ?? 'no') ?? [];
  return {
    identitiesOnly: isYes(draft, 'IdentitiesOnly'),
    addKeysToAgent: (['yes', 'ask', 'confirm'] as const).find((known) => known === addKeysToAgent) ?? ('no' as const),
    ...(lifetime === undefined ? {} : { addKeysToAgentLifetime: Number(lifetime) }),
    ...(preferred === undefined ? {} : { preferredAuthentications: preferred.split(',') }),
    pubkeyAuthentication: oneOf(draft, 'PubkeyAuthentication', ['yes', 'no', 'unbound', 'host-bound']),
    passwordAuthentication: isYes(draft, 'PasswordAuthentication', true),
    kbdInteractiveAuthentication: isYes(draft, 'KbdInteractiveAuthentication', true),
    gssapiAuthentication: isYes(draft, 'GSSAPIAuthentication'),
  };
}

type Algorithms = Pick<
  SshSettings,
  'hostKeyAlgorithms' | 'caSignatureAlgorithms' | 'pubkeyAcceptedAlgorithms' | 'kexAlgorithms' | 'ciphers' | 'macs'
>;

function algorithmsOf(draft: Draft): Result<Algorithms> {
  const faults: Result<never>[] = [];
  const assemble = (keyword: AlgorithmKeyword): readonly string[] => {
    const said = draft.one(keyword);
    const found = assembleAlgorithms(keyword, said?.value);
    if (found.ok) return found.value;
    faults.push({ ok: false, failure: { ...found.failure, ...(said === undefined ? {} : { at: said.at }) } });
    return [];
  };
  const found = {
    hostKeyAlgorithms: assemble('HostKeyAlgorithms'),
    caSignatureAlgorithms: assemble('CASignatureAlgorithms'),
    pubkeyAcceptedAlgorithms: assemble('PubkeyAcceptedAlgorithms'),
    kexAlgorithms: assemble('KexAlgorithms'),
    ciphers: assemble('Ciphers'),
    macs: assemble('MACs'),
  };
  return faults[0] ?? ok(found);
}
