import { connect } from 'node:net';
import { LAB_HOSTS } from './fleet.ts';
import { defaultLabDir, enterable, type LabPaths, labPaths, readLiveRecord } from './lab-state.ts';
import { type NamespaceMode, runInHost } from './namespace.ts';

/** How a practice host stands. */
export interface LabHostStatus {
  readonly name: string;
  readonly port: number;
  /** Its SSH port takes connections. */
  readonly answers: boolean;
  /** As `systemctl` says it, such as `active (running)`. */
  readonly kubelet: string;
  /** NRestarts of kubelet.service. */
  readonly restarts: number;
}

/** How the fleet stands; `pid` is who serves it, undefined when it is not up. */
export interface LabStatus {
  readonly pid: number | undefined;
  readonly paths: LabPaths;
  readonly hosts: readonly LabHostStatus[];
}

/** Looks at the fleet; changes nothing. */
export async function labStatus(stateDir?: string): Promise<LabStatus> {
  const paths = labPaths(stateDir ?? defaultLabDir());
  const live = readLiveRecord(paths);
  if (live === undefined) return { pid: undefined, paths, hosts: [] };
  const hosts = await Promise.all(LAB_HOSTS.map((host) => statusOf(paths, host.name, live.ports[host.name] ?? host.port, live.mode)));
  return { pid: live.pid, paths, hosts };
}

async function statusOf(paths: LabPaths, name: string, port: number, mode: NamespaceMode): Promise<LabHostStatus> {
  const asked = runInHost(enterable(paths, name), mode, 'systemctl show -p ActiveState,SubState,NRestarts kubelet.service');
  const [ran, answers] = await Promise.all([asked, takesConnections(port)]);
  const shown = new Map(ran.stdout.split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
  return {
    name,
    port,
    answers,
    kubelet: `${shown.get('ActiveState') ?? 'unknown'} (${shown.get('SubState') ?? 'unknown'})`,
    restarts: Number(shown.get('NRestarts') ?? 0),
  };
}

/** Whether something accepts connections on a port of 127.0.0.1. */
function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const answer = (taken: boolean): void => {
      socket.destroy();
      resolve(taken);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}
