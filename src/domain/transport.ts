/** How to reach and log in to an SSH server. Plain data: it may cross a process boundary; secrets and keys are references. */
export interface Endpoint {
  /** Inventory name, or that of a jump host, for messages. */
  readonly host: string;
  /** What a user would give to ssh, where that is not the address: the name that `Host` of ssh_config(5) is compared with. */
  readonly alias?: string;
  readonly address: string;
  readonly port: number;
  /** Which of a name's addresses are taken (ssh_config(5), AddressFamily); absent: any. */
  readonly addressFamily?: 'inet' | 'inet6';
  /** Address or name of this machine that the connection comes from (ssh_config(5), BindAddress). */
  readonly bindAddress?: string;
  readonly user: string;
  /** Private key files, tried in order after the agent's keys. */
  readonly identityFiles: readonly string[];
  /** Of the agent's keys, only those that are named as files are shown (ssh_config(5), IdentitiesOnly). */
  readonly identitiesOnly?: true;
  /** Path of the agent's socket; absent: no agent. */
  readonly agent?: string;
  /** Reference to a password, resolved by `Secrets`. */
  readonly password?: SecretRef;
  readonly knownHostsFiles: readonly string[];
  /** The name under which its key is looked up, in the place of address and port (ssh_config(5), HostKeyAlias). */
  readonly hostKeyAlias?: string;
  /** Signature algorithms for its key, those that it may use, in order (ssh_config(5), HostKeyAlgorithms); absent: nobody says so. */
  readonly hostKeyAlgorithms?: readonly string[];
  /** A command for `/bin/sh -c` whose standard streams are the way there (ssh_config(5), ProxyCommand); absent: TCP. */
  readonly proxyCommand?: string;
  readonly connectTimeoutMs: number;
  readonly keepAliveMs: number;
}

/** One host of a run, and how to get privilege on it. */
export interface Target extends Endpoint {
  /** Jump hosts on the way, the first one first (ssh_config(5), ProxyJump). Each is verified and logged in to by itself. */
  readonly jumps?: readonly Endpoint[];
  readonly become: Become;
}

/** Something that is said of a way before any configuration file of ssh, as on its command line. `at` names the place in messages. */
export type SshSetting =
  /** What follows `-o`: `Port=2222`, or `IdentityFile "~/a key"`. */
  | { readonly option: string; readonly at: string }
  /** The value of a letter as it is, without quotes and comments: `-l`, `-p`, `-J`, and `-i` (whether or not that file is there). */
  | { readonly keyword: 'User' | 'Port' | 'IdentityFile' | 'ProxyJump'; readonly value: string; readonly at: string };

/** The program that gives the privilege (Ansible's `become_method`). */
export type BecomeMethod = 'sudo' | 'doas' | 'su';

/** Which privilege the scripts of a host run with. */
export interface Become {
  readonly enabled: boolean;
  readonly user: string;
  /** Absent: sudo. */
  readonly method?: BecomeMethod;
  /** Scripts run as the login. Reads that are denied it are asked again as root by single commands, which `sudo -n` allows or not; nothing is written. */
  readonly single?: true;
  /** Absent: nobody is asked (`sudo -n`, `doas -n`; su asks nobody only where root calls it). doas reads a password from a terminal alone. */
  readonly password?: SecretRef;
}

/** Names a secret without holding it. */
export interface SecretRef {
  readonly secret: string;
  /** It is the answer to a question that a host asks at a login: nobody but a person has it, and it is another one each time. */
  readonly question?: { readonly echo: boolean };
}

/** Looks a secret up where the host is reached; asks at most once a name, but for questions of hosts. */
export interface Secrets {
  get(ref: SecretRef): Promise<string | undefined>;
}

/**
 * Bytes that are sent once a marker was seen in the output, and not before. Each fires once. A secret is sent in UTF-8 with
 * a newline after it, and the time in which it is looked up does not count against the exec's limit.
 */
export interface Gate {
  readonly stream: 'stdout' | 'stderr';
  /** A nonce, unguessable for what ran before it. */
  readonly marker: string;
  readonly send: Uint8Array | SecretRef;
  /** Close standard input after it. */
  readonly end: boolean;
  /** The marker came again: leave it, or give up (a second password prompt means the first answer was wrong). */
  readonly again: 'ignore' | 'refused';
}

/** One command on an open connection, with its input and limits. */
export interface ExecRequest {
  /** Handed to the login shell as it is. */
  readonly command: string;
  /** Sent at once, before any gate. Standard input is closed after it when there are no gates. */
  readonly preamble: Uint8Array;
  readonly gates: readonly Gate[];
  /** Wall-clock limit in ms for the whole exec; past it the channel is closed and the result is `timed-out`. */
  readonly timeoutMs: number;
  /** Hard stop for stdout and stderr together, in bytes. */
  readonly maxBytes: number;
  /** The command is to stay when it has answered, where the connection can do that (`Connection.keeps`). */
  readonly stays?: Rest;
  /** The number of a command that stayed: the preamble is for it, and no other is begun. Its result is `lost` and `unsent` where it is there no more. */
  readonly to?: number;
}

/** When a command that stays has answered: this marker was seen on each of these streams. Its input is not closed then. */
export interface Rest {
  /** A nonce, unguessable for what runs there. */
  readonly marker: string;
  readonly streams: readonly ('stdout' | 'stderr')[];
}

/** How a command ended. Only `exited` and `stayed` are answers; all else means that it is not known what the host did. */
export type ExecResult = { readonly stdout: Uint8Array; readonly stderr: Uint8Array } & (
  | { readonly kind: 'exited'; readonly code: number }
  /** It answered, and waits for more by this number. */
  | { readonly kind: 'stayed'; readonly number: number }
  | { readonly kind: 'signalled'; readonly signal: string }
  /** A gate's marker came again. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'flooded' }
  | { readonly kind: 'timed-out' }
  /**
   * The channel or connection closed without an exit status. `blind`: what the host had said and was sent until then is lost
   * as well, so that empty output tells nothing. `unsent`: not a byte of the request left this machine.
   */
  | { readonly kind: 'lost'; readonly why: string; readonly blind?: true; readonly unsent?: true }
);

/** An authenticated connection. */
export interface Connection {
  exec(request: ExecRequest): Promise<ExecResult>;
  close(): Promise<void>;
  /** True once the connection is gone. */
  readonly closed: boolean;
  /** The fingerprint of the key that the host showed, as `ssh-keygen -l` prints it; absent where there is none to show. */
  readonly hostKey?: string | undefined;
  /** Commands may stay: `ExecRequest.stays` and `to` mean something. */
  readonly keeps?: true;
}

/** A way to hosts. Throws `HostFault` (unreachable, host-key, auth, timed-out). */
export interface Transport {
  /**
   * `first`: what will be asked first, which by itself does nothing. It may be begun together with the login; `exec` of the very same request
   * gives its answer.
   */
  connect(target: Target, first?: ExecRequest): Promise<Connection>;
}
