import type { NotUsed } from './draft.ts';
import type { JumpHop } from './jump.ts';

/**
 * What ssh would use for one connection: plain data, resolved, with the names of OpenSSH (`man ssh_config`) and its defaults. Times are
 * seconds. Tokens, variables and `~` are filled in.
 */
export interface SshSettings {
  /** The host as it was asked for. */
  readonly host: string;
  /** Name or address to connect to; in lower case if it is a name. */
  readonly hostName: string;
  readonly user: string;
  readonly port: number;
  readonly addressFamily: 'any' | 'inet' | 'inet6';
  readonly bindAddress?: string;
  /** Absent: as long as the system takes. */
  readonly connectTimeout?: number;
  readonly connectionAttempts: number;
  /** 0: no messages are sent to keep a connection alive. */
  readonly serverAliveInterval: number;
  readonly serverAliveCountMax: number;
  readonly batchMode: boolean;

  /** In the order of trial; whether they exist is not known. OpenSSH's default files when none are named. */
  readonly identityFile: readonly string[];
  /** ssh also tries `FILE-cert.pub` of each identity file where none is named. */
  readonly certificateFile: readonly string[];
  /** Only these files, and not all that the agent has. */
  readonly identitiesOnly: boolean;
  /** Socket of the agent, that of the environment if nothing else is said; absent: no agent. */
  readonly identityAgent?: string;
  readonly addKeysToAgent: 'no' | 'yes' | 'ask' | 'confirm';
  /** Absent: as long as the agent lives. */
  readonly addKeysToAgentLifetime?: number;

  /** In order of preference; absent: ssh's own order. */
  readonly preferredAuthentications?: readonly string[];
  readonly pubkeyAuthentication: 'yes' | 'no' | 'unbound' | 'host-bound';
  readonly passwordAuthentication: boolean;
  readonly kbdInteractiveAuthentication: boolean;
  readonly gssapiAuthentication: boolean;

  /** Machines to log in to on the way, the first one first, as they are named; see `SshConfig.route`. */
  readonly proxyJump: readonly JumpHop[];
  /** For a shell, which is to `exec` it; never beside hops. */
  readonly proxyCommand?: string;
  readonly proxyUseFdpass: boolean;

  readonly userKnownHostsFile: readonly string[];
  readonly globalKnownHostsFile: readonly string[];
  /** The name under which the host stands in known_hosts, without a port; in lower case. */
  readonly hostKeyAlias?: string;
  readonly strictHostKeyChecking: 'yes' | 'no' | 'ask' | 'accept-new';
  readonly hashKnownHosts: boolean;
  readonly revokedHostKeys?: string;

  /** Algorithms in order of preference, out of those that OpenSSH 9.2 knows; `said` tells those that are not its defaults. */
  readonly hostKeyAlgorithms: readonly string[];
  readonly caSignatureAlgorithms: readonly string[];
  readonly pubkeyAcceptedAlgorithms: readonly string[];
  readonly kexAlgorithms: readonly string[];
  readonly ciphers: readonly string[];
  readonly macs: readonly string[];
  readonly compression: boolean;

  readonly forwardAgent: boolean;
  /** Absent: that of `identityAgent`. Said and not forwarded where `forwardAgent` is false. */
  readonly forwardAgentSocket?: string;
  readonly forwardX11: boolean;

  /** Where what was said was said, by keyword as the manual spells it; what is not here is a default. */
  readonly said: Readonly<Record<string, string>>;
  /** What ssh would do and nothing here speaks of: one line a keyword, in order. */
  readonly notUsed: readonly NotUsed[];
}
