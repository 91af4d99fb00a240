import type { AccessOptions, Fleet, Reader } from '../domain/access.ts';
import { type Failure, HostFault, type Result } from '../domain/failure.ts';
import type { Facts, Host } from '../domain/host.ts';
import type { Become, Target, Transport } from '../domain/transport.ts';
import type { Run } from './ask.ts';
import { type HostShell, posixHost } from './host-shell.ts';
import { openingOf } from './kept-shell.ts';
import { createLink, type Link } from './link.ts';
import { raisingReader } from './raising-reader.ts';
import { createReader } from './reader.ts';
import { createWriter } from './writer.ts';

/** What a fleet is put together from. */
export interface FleetOptions {
  readonly transport: Transport;
  /** How to reach a host, by the inventory. */
  targetOf(host: Host): Result<Target> | Promise<Result<Target>>;
  /** 32 hex digits from a secure source, never the same twice. */
  nonce(): string;
  /** How many logins are under way at once. Default 64: more of them stall each other. */
  readonly parallel?: number;
  /** Default {@link posixHost}. */
  readonly shell?: HostShell;
  /** What hosts were when a plan was saved, by their name; another machine in the place of one is not written to. */
  readonly known?: ReadonlyMap<string, KnownHost>;
}

/** What tells one machine from another. */
export interface KnownHost {
  /** /etc/machine-id; '' where it had none. */
  readonly machineId: string;
  /** The fingerprint of its SSH host key, where that is known. */
  readonly hostKey?: string;
}

interface Open {
  readonly link: Link;
  readonly target: Target;
  readonly hostKey?: string;
  /** By privilege: reads with and without become are not one exchange. */
  readonly readers: Map<boolean | 'single', Reader>;
}

/**
 * Readers and writers over a transport. A host's one connection is opened when it is first needed and shared until
 * `close`; when it dies, those who hold it get `lost`, and the next `read` or `write` opens a fresh one. What a host called
 * its machine when it was asked is what it must be when it is written to: a name or an address may lead elsewhere meanwhile.
 * The key that it showed is among its facts, as `host_key`.
 */
export function createFleet(options: FleetOptions): Fleet {
  const opened = new Map<string, Promise<Open>>();
  const machines = new Map([...(options.known ?? [])].map(([name, { machineId }]) => [name, machineId]));
  const turn = createTurns(options.parallel ?? 64);

  async function connect(host: Host, access: AccessOptions | undefined): Promise<Open> {
    const target = await options.targetOf(host);
    if (!target.ok) throw new HostFault(target.failure);
    const shell = options.shell ?? posixHost;
    const become = becomeOf(target.value, access);
    const planned = options.known?.get(host.name)?.hostKey;
    // The password is for the host that was planned, and whether this is that one is known only after the login.
    const mayAsk = become.enabled && become.password !== undefined;
    const opening = planned !== undefined && mayAsk ? undefined : openingOf(become, shell, options.nonce());
    const connection = await turn(() => options.transport.connect(target.value, opening?.request));
    const { hostKey } = connection;
    if (planned !== undefined && hostKey !== undefined && planned !== hostKey) {
      await connection.close();
      throw new HostFault(anotherKey(host, planned, hostKey));
    }
    const peer = { connection, target: target.value, shell, nonce: options.nonce };
    return { link: createLink(peer, opening), target: target.value, readers: new Map(), ...(hostKey === undefined ? {} : { hostKey }) };
  }

  async function open(host: Host, access: AccessOptions | undefined): Promise<Open> {
    const known = opened.get(host.name) ?? start(host, access);
    const { link } = await known;
    if (!link.closed) return known;
    if (opened.get(host.name) === known) opened.delete(host.name);
    return opened.get(host.name) ?? start(host, access);
  }

  function start(host: Host, access: AccessOptions | undefined): Promise<Open> {
    const opening = connect(host, access);
    opened.set(host.name, opening);
    opening.catch(() => {
      if (opened.get(host.name) === opening) opened.delete(host.name);
    });
    return opening;
  }

  return {
    async read(host, access) {
      const { link, target, readers, hostKey } = await open(host, access);
      const become = becomeOf(target, access);
      const learn = ({ machine_id }: Facts): void => {
        if (!machines.has(host.name)) machines.set(host.name, machine_id);
      };
      const run: Run = (script) => link.run(script, become);
      const single = isSingle(target, access);
      const make = () => {
        const plain = createReader(run, options.shell ?? posixHost, { learn, forRoot: target.become.single === true });
        return withHostKey(single ? raisingReader(plain, run) : plain, hostKey);
      };
      const privilege = single ? 'single' : become.enabled;
      const known = readers.get(privilege) ?? make();
      readers.set(privilege, known);
      return known;
    },
    async write(host, access) {
      const { link, target } = await open(host, access);
      if (target.become.single) throw new HostFault(plansOnly(target));
      const become = becomeOf(target, access);
      return createWriter((script) => link.run(script, become), {
        host: options.shell ?? posixHost,
        machine: machines.get(host.name) ?? '',
      });
    },
    async close(host) {
      const known = opened.get(host.name);
      opened.delete(host.name);
      const open = await known?.catch(() => undefined);
      await open?.link.close();
    },
  };
}

function withHostKey(reader: Reader, hostKey: string | undefined): Reader {
  if (hostKey === undefined) return reader;
  return { ...reader, facts: async () => ({ ...(await reader.facts()), host_key: hostKey }) };
}

function anotherKey({ name }: Host, planned: string, shown: string): Failure {
  const message = `${name} shows another host key than when it was planned: ${shown}, not ${planned}; nothing was changed`;
  return { code: 'stale', message, hint: 'was it reinstalled, or does its address lead elsewhere? Plan again' };
}

/** Who is that user already needs no sudo, which may not even be installed. */
function becomeOf(target: Target, access: AccessOptions = {}): Become {
  const enabled = (access.become ?? target.become.enabled) && target.user !== target.become.user && !target.become.single;
  return { ...target.become, enabled };
}

/** Reads that are denied are asked once more as root, one by one. */
function isSingle({ user, become }: Target, { become: wanted = true }: AccessOptions = {}): boolean {
  return become.single === true && wanted && user !== become.user;
}

function plansOnly({ host, user }: Target): Failure {
  return { code: 'refused', message: `${user} is the login that plans on ${host}, and changes nothing there` };
}

/** Lets so many run at once; who finishes hands its place to the longest waiting. */
function createTurns(limit: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = limit;
  const queue: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => queue.push(resolve));
    try {
      return await work();
    } finally {
      const next = queue.shift();
      if (next) next();
      else free += 1;
    }
  };
}
