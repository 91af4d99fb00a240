import type { DirEntry, Probe, Reader, UnitProperties } from '../domain/access.ts';
import { type Change, type FileChange, realPathOf, type UnitChange } from '../domain/change.ts';
import { HostFault } from '../domain/failure.ts';
import { absent, type FileState } from '../domain/file.ts';
import type { Facts } from '../domain/host.ts';
import type { HostLock, TransactionReport } from '../domain/transaction.ts';

/**
 * A host as it will be after some changes: later steps are planned on what earlier ones would leave behind.
 * Files and unit state can be imagined; what a program would answer cannot, and is the fault `deferred`.
 */
export class Overlay implements Reader {
  readonly #base: Reader;
  readonly #changes: readonly Change[];
  readonly #files: readonly FileChange[];

  constructor(base: Reader, changes: readonly Change[]) {
    this.#base = base;
    this.#changes = changes;
    this.#files = changes.filter((change) => change.kind === 'file');
  }

  facts(): Promise<Facts> {
    return this.#base.facts();
  }

  async file(path: string): Promise<FileState> {
    const named = this.#files.find((change) => change.path === path);
    const there = named ? undefined : await this.#base.file(path);
    const real = named ? realPathOf(named) : there?.kind === 'file' ? there.realPath : path;
    // By whatever name it was changed: a link, or what it leads to.
    const last = this.#files.findLast((change) => realPathOf(change) === real);
    return last?.after ?? there ?? absent;
  }

  async list(directory: string): Promise<readonly DirEntry[]> {
    const names = new Map((await this.#base.list(directory)).map((entry) => [entry.name, entry]));
    for (const change of this.#files) {
      const slash = change.path.lastIndexOf('/');
      if (change.path.slice(0, slash) !== directory.replace(/\/+$/, '')) continue;
      const name = change.path.slice(slash + 1);
      if (change.after.kind === 'absent') names.delete(name);
      else names.set(name, names.get(name) ?? { name, kind: 'file' });
    }
    return [...names.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async unit(name: string): Promise<UnitProperties> {
    let properties = withUnitFiles(name, await this.#base.unit(name), this.#files);
    for (const change of this.#changes) {
      if (change.kind === 'unit' && change.unit === name) properties = withUnitState(properties, change);
      if (change.kind === 'trigger' && change.action === 'restart' && change.unit === name)
        properties = { ...properties, ActiveState: 'active' };
    }
    return properties;
  }

  transaction(tx: string): Promise<TransactionReport> {
    return this.#base.transaction(tx);
  }

  lock(): Promise<HostLock | undefined> {
    return this.#base.lock();
  }

  async probe(argv: readonly string[]): Promise<Probe> {
    if (this.#changes.length === 0) return this.#base.probe(argv);
    throw new HostFault({
      code: 'deferred',
      message: `what ${argv[0] ?? 'a program'} answers after the earlier changes is known only once they are made`,
    });
  }
}

/** Only what changes is said anew: a unit that cannot be enabled (`static`) is not `disabled` because it was started. */
function withUnitState(shown: UnitProperties, { before, after }: UnitChange): UnitProperties {
  const active = before.active === after.active ? {} : { ActiveState: after.active ? 'active' : 'inactive' };
  const file = before.enabled === after.enabled && !before.masked ? {} : { UnitFileState: after.enabled ? 'enabled' : 'disabled' };
  if (after.masked) return { ...shown, ...active, LoadState: 'masked', UnitFileState: 'masked' };
  // Which file a masked unit will have once it is unmasked is known only then.
  const loaded = before.masked ? { LoadState: 'loaded', FragmentPath: '' } : {};
  return { ...shown, ...active, ...file, ...loaded };
}

/** What `systemctl show` would say of a unit's files once drop-ins were added or removed and systemd was told. */
function withUnitFiles(unit: string, shown: UnitProperties, files: readonly FileChange[]): UnitProperties {
  const directory = `/etc/systemd/system/${unit}.d/`;
  const dropIns = new Set((shown['DropInPaths'] ?? '').split(' ').filter((path) => path !== ''));
  let fragment = shown['FragmentPath'] ?? '';
  for (const { path, after } of files) {
    if (path === `/etc/systemd/system/${unit}` && after.kind === 'file') fragment = path;
    if (!path.startsWith(directory) || !path.endsWith('.conf')) continue;
    if (after.kind === 'absent') dropIns.delete(path);
    else dropIns.add(path);
  }
  // systemd.unit(5): drop-ins are applied in the order of their file names, whatever their directory.
  const ordered = [...dropIns].sort((a, b) => (baseName(a) < baseName(b) ? -1 : 1));
  return { ...shown, FragmentPath: fragment, DropInPaths: ordered.join(' ') };
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
