import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** How a host stands by its own record, as somebody at its console sees it. */
export interface HostRecord {
  /** Where each of its transactions stands, in the order of these words. */
  readonly states: readonly string[];
  /** `free`, or the transaction that holds it; two names would be two holders. */
  readonly lock: readonly string[];
  /** What a settled transaction must not leave: candidates, originals, boot units, timers. */
  readonly leftovers: readonly string[];
}

const RECORD = 'var/lib/runbook';

/** Reads the record below a host's root directory; `beside`: directories in which files were changed. */
export function hostRecord(root: string, beside: readonly string[]): HostRecord {
  const names = (path: string) => (existsSync(join(root, path)) ? readdirSync(join(root, path)) : []);
  const states = names(`${RECORD}/tx`).flatMap((tx) => {
    const found = names(`${RECORD}/tx/${tx}`).filter((name) => name.startsWith('st.'));
    return found.length === 1 ? found : [`${tx} has ${found.length} states: ${found.join(' ')}`];
  });
  const left = (directory: string, isLeft: RegExp) =>
    names(directory)
      .filter((name) => isLeft.test(name))
      .map((name) => `${directory}/${name}`);
  return {
    states: states.map((name) => name.replace(/^st\./, '')).sort(),
    lock: names(`${RECORD}/lock`),
    leftovers: [
      ...beside.flatMap((directory) => left(directory, /^\.rb\./)),
      ...left('etc/systemd/system', /^runbook-undo/),
      ...left('etc/systemd/system/sysinit.target.wants', /^runbook-undo/),
      ...left('run/lab/timers', /^runbook-undo/),
    ],
  };
}
