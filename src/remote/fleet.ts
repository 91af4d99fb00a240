import type { AccessOptions, Fleet, Reader } from '../domain/access.ts';
import { HostFault, type Result } from '../domain/failure.ts';
import type { Facts, Host } from '../domain/host.ts';
import type { Become, Target, Transport } from '../domain/transport.ts';
import { type HostShell, posixHost } from './host-shell.ts';
import { createLink, type Link } from './link.ts';
import { createReader } from './reader.ts';
import { createWriter } from './writer.ts';

/** What a fleet is put together from. */
export interface FleetOptions {
  readonly transport: Transport;
  /** How to reach a host, by the inventory. */
  targetOf(host: Host): Result<Target>;
  /** 32 hex digits from a secure source, never the same twice. */
  nonce(): string;
  /** How many logins are under way at once. Default 64: more of them stall each other. */
  readonly parallel?: number;
  /** Default {@link posixHost}. */
  readonly shell?: HostShell;
}

interface Open {
  readonly link: Link;
  readonly target: Target;
  /** By privilege: reads with and without become are not one exchange. */
  readonly readers: Map<boolean, Reader>;
}

/**
 * Readers and writers over a transport. A host's one connection is opened when it is first needed and shared until
 * `close`; when it dies, those who hold it get `lost`, and the next `read` or `write` opens a fresh one. What a host called
 * its machine when it was asked is what it must be when it is written to: a name or an address may lead elsewhere meanwhile.
 */
export function createFleet(options: FleetOptions): Fleet {
  const opened = new Map<string, Promise<Open>>();
  const machines = new Map<string, string>();
  const turn = createTurns(options.parallel ?? 64);

  async function connect(host: Host): Promise<Open> {
    const target = options.targetOf(host);
    if (!target.ok) throw new HostFault(target.failure);
    const connection = await turn(() => options.transport.connect(target.value));
    const peer = { connection, target: target.value, shell: options.shell ?? posixHost, nonce: options.nonce };
    return { link: createLink(peer), target: target.value, readers: new Map() };
  }

  async function open(host: Host): Promise<Open> {
    const known = opened.get(host.name) ?? start(host);
    const { link } = await known;
    if (!link.closed) return known;
    if (opened.get(host.name) === known) opened.delete(host.name);
    return opened.get(host.name) ?? start(host);
  }

  function start(host: Host): Promise<Open> {
    const opening = connect(host);
    opened.set(host.name, opening);
    opening.catch(() => {
      if (opened.get(host.name) === opening) opened.delete(host.name);
    });
    return opening;
  }

  return {
    async read(host, access) {
      const { link, target, readers } = await open(host);
      const become = becomeOf(target, access);
      const learn = ({ machine_id }: Facts): void => {
        if (!machines.has(host.name)) machines.set(host.name, machine_id);
      };
      const known = readers.get(become.enabled) ?? createReader((script) => link.run(script, become), learn);
      readers.set(become.enabled, known);
      return known;
    },
    async write(host, access) {
      const { link, target } = await open(host);
      const become = becomeOf(target, access);
      return createWriter((script) => link.run(script, become), machines.get(host.name));
    },
    async close(host) {
      const known = opened.get(host.name);
      opened.delete(host.name);
      const open = await known?.catch(() => undefined);
      await open?.link.close();
    },
  };
}

/** Who is that user already needs no sudo, which may not even be installed. */
function becomeOf(target: Target, access: AccessOptions = {}): Become {
  const enabled = (access.become ?? target.become.enabled) && target.user !== target.become.user;
  return { ...target.become, enabled };
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
