import type { Reader } from '../domain/access.ts';
import { containerIdOf } from '../formats/container-cgroup.ts';

/** cgroup v2, and the hierarchies of v1 in which systemd and runtimes keep every container. */
const ROOTS = ['/sys/fs/cgroup', '/sys/fs/cgroup/systemd', '/sys/fs/cgroup/pids'];

/** Where pods' control groups begin: kubelet's `--cgroup-root` may add one above them. */
const POD_ROOT = /^kube(pods|let)/;

/** kubelet/kubepods/qos/pod/container, and one to spare. */
const MAX_DEPTH = 6;

/** Ids of the containers in pods' control groups, sandboxes among them, sorted. One exchange a level. */
export async function containersInCgroups(host: Reader): Promise<readonly string[]> {
  const ids = new Set<string>();
  let level: readonly Child[] = (await childrenOf(host, ROOTS)).filter(({ name }) => POD_ROOT.test(name));
  for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth += 1) {
    const deeper: Child[] = [];
    for (const child of level) {
      const id = containerIdOf(child.name);
      if (id === undefined) deeper.push(child);
      else ids.add(id);
    }
    level = await childrenOf(
      host,
      deeper.map(({ path }) => path),
    );
  }
  return [...ids].sort();
}

interface Child {
  readonly path: string;
  readonly name: string;
}

async function childrenOf(host: Reader, directories: readonly string[]): Promise<readonly Child[]> {
  const lists = await Promise.all(directories.map((directory) => host.list(directory)));
  return lists.flatMap((entries, index) =>
    entries.filter(({ kind }) => kind === 'directory').map(({ name }) => ({ name, path: `${directories[index] ?? ''}/${name}` })),
  );
}
