import type { Duplex } from 'node:stream';
import { type Failure, HostFault } from '../domain/failure.ts';
import type { Endpoint, ExecRequest, Secrets, Target } from '../domain/transport.ts';
import { HOST_KEY_KINDS } from './algorithms.ts';
import { Countdown } from './countdown.ts';
import { HostKeyCheck, KnownHostsReader } from './host-key-check.ts';
import { JumpHosts } from './jump-hosts.ts';
import { KeyRing } from './key-ring.ts';
import { type Attempt, type LoginContext, login, type Session, showHostKey } from './session.ts';
import { Slots } from './slots.ts';
import { Ssh2Connection } from './ssh2-connection.ts';

/** Bounds of a transport. */
export interface Ssh2Limits {
  /** Key exchanges and logins at the same time, over all hosts. More than some dozens stall the event loop. Default 64. */
  readonly handshakes?: number;
}

/** A transport whose connections tell when they are gone. */
export interface Ssh2Transport {
  connect(target: Target, first?: ExecRequest): Promise<Ssh2Connection>;
  /** The public host keys that a host shows, as blobs, one of each kind that it has. They are not checked, and nobody logs in. Throws as `connect`. */
  hostKeys(target: Target): Promise<readonly Uint8Array[]>;
}

const HANDSHAKES = 64;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

/**
 * SSH by the ssh2 library. Host keys are always checked against known_hosts and there is no way to turn that off.
 * Throws `HostFault` with `host-key`, `auth`, `timed-out` or `unreachable`.
 */
export function createSsh2Transport(options: { readonly secrets: Secrets; readonly limits?: Ssh2Limits }): Ssh2Transport {
  const { secrets } = options;
  const shared = {
    secrets,
    handshakes: new Slots(options.limits?.handshakes ?? HANDSHAKES),
    ring: new KeyRing(secrets),
    reader: new KnownHostsReader(),
    slow: new Set<string>(),
  };
  const jumpHosts = new JumpHosts((jump, way) => logIn(jump, way, shared));
  return {
    async connect(target, first) {
      const connections = new Map<Session, Ssh2Connection>();
      const begin = (session: Session) => {
        const connection = new Ssh2Connection(session, secrets);
        connections.set(session, connection);
        return connection;
      };
      const early = first === undefined ? {} : { first: (session: Session) => begin(session).early(first) };
      const attempt = await logIn(target, (countdown) => jumpHosts.open(target, target.jumps ?? [], countdown), { ...shared, ...early });
      if (!attempt.ok) throw new HostFault(attempt.failure);
      return connections.get(attempt.session) ?? begin(attempt.session);
    },
    async hostKeys(target) {
      const keys: Uint8Array[] = [];
      for (const kind of HOST_KEY_KINDS) {
        const shown = await shownKey(target, kind, jumpHosts);
        if (shown instanceof Uint8Array) keys.push(shown);
        else if (shown !== 'unshown') throw new HostFault(shown);
      }
      return keys;
    },
  };
}

async function shownKey(target: Target, kind: (typeof HOST_KEY_KINDS)[number], jumpHosts: JumpHosts): ReturnType<typeof showHostKey> {
  const countdown = new Countdown(target.connectTimeoutMs);
  try {
    const way = await jumpHosts.open(target, target.jumps ?? [], countdown);
    return 'code' in way ? way : await showHostKey(target, way, kind, countdown);
  } finally {
    countdown.stop();
  }
}

type OpenWay = (countdown: Countdown) => Promise<Duplex | Failure>;

/** What all logins of a transport have in common. */
interface Common extends Pick<LoginContext, 'ring' | 'secrets' | 'first'> {
  readonly handshakes: Slots;
  readonly reader: KnownHostsReader;
  /** Servers that bear no early login, by address and port. */
  readonly slow: Set<string>;
}

/** Logs in to one server, a jump host or a host, within its own time to connect. */
async function logIn(endpoint: Endpoint, way: OpenWay, common: Common): Promise<Attempt> {
  const known = await common.reader.read(endpoint.knownHostsFiles);
  if (!known.ok) return refused(known.failure);
  const countdown = new Countdown(endpoint.connectTimeoutMs);
  try {
    const tools = { ...common, countdown, way: () => way(countdown) };
    return await retryEarly(countdown, () => attemptLogin(endpoint, () => new HostKeyCheck(endpoint, known.value), tools));
  } finally {
    countdown.stop();
  }
}

interface Tools extends Common {
  readonly countdown: Countdown;
  readonly way: () => Promise<Duplex | Failure>;
}

/**
 * Logs in, in the short way unless the server is known not to bear it. A host that showed a key of a type we do not know, while hashed lines know others of it, is asked a second time
 * for those: looking through hashed lines beforehand would cost every host an HMAC a line.
 */
async function attemptLogin(endpoint: Endpoint, makeCheck: () => HostKeyCheck, tools: Tools): Promise<Attempt> {
  const server = `${endpoint.address} ${endpoint.port}`;
  const attempt = await attemptByTypes(endpoint, makeCheck, tools, tools.slow.has(server));
  if (attempt.ok || !attempt.hasty) return attempt;
  tools.slow.add(server);
  return attemptByTypes(endpoint, makeCheck, tools, true);
}

async function attemptByTypes(endpoint: Endpoint, makeCheck: () => HostKeyCheck, tools: Tools, patient: boolean): Promise<Attempt> {
  const first = makeCheck();
  const types = first.preferredTypes();
  const attempt = await loginOnce(endpoint, first, types, tools, patient);
  const isWorthAsking = !attempt.ok && first.otherTypes.some((type) => !types.includes(type));
  return isWorthAsking ? loginOnce(endpoint, makeCheck(), first.otherTypes, tools, patient) : attempt;
}

async function loginOnce(
  endpoint: Endpoint,
  check: HostKeyCheck,
  types: readonly string[],
  tools: Tools,
  patient: boolean,
): Promise<Attempt> {
  const stream = await tools.way();
  if ('code' in stream) return refused(stream);
  const release = await tools.countdown.hold(() => tools.handshakes.take());
  try {
    return await login(endpoint, stream, { ...tools, check, types, patient });
  } finally {
    release();
  }
}

function refused(failure: Failure): Attempt {
  return { ok: false, failure, early: false, hasty: false };
}

/**
 * sshd hangs up on newcomers while too many are logging in (MaxStartups), and for some seconds on those who came too often
 * (PerSourcePenalties): come again, each at its own time, until the time to connect is over.
 */
async function retryEarly(countdown: Countdown, attempt: () => Promise<Attempt>): Promise<Attempt> {
  let result = await attempt();
  for (let n = 0; !result.ok && result.early && !countdown.signal.aborted; n += 1) {
    await pause(Math.min(FIRST_PAUSE_MS * 2 ** n, LONGEST_PAUSE_MS) * (0.5 + Math.random()), countdown.signal);
    if (countdown.signal.aborted) break;
    result = await attempt();
  }
  return result;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
