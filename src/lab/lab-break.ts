import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail, ok, type Result } from '../domain/failure.ts';
import { LAB_HOSTS } from './fleet.ts';
import { defaultLabDir, enterable, labPaths, readLiveRecord } from './lab-state.ts';
import { runInHost } from './namespace.ts';

/** What goes wrong on a host: a file's new text. */
type Mishap = (text: string) => string;

interface Incident {
  readonly summary: string;
  /** Hosts that it befalls when none are named. */
  readonly hosts: readonly string[];
  /** Files that change on a host, by path. */
  mishaps(host: string): Readonly<Record<string, Mishap>>;
}

const FLAGS = '/var/lib/kubelet/kubeadm-flags.env';
const EXTRA = '/etc/default/kubelet';

const badFlag: Readonly<Record<string, Mishap>> = {
  [FLAGS]: (text) => (text.includes('--improve-speed') ? text : text.replace(/"\n$/, ' --improve-speed"\n')),
};

/** Flags that an upgrade took away; one has its value in a word of its own, and good ones stand around them. */
const removedFlags: Readonly<Record<string, Mishap>> = {
  [EXTRA]: () =>
    '# set by hand, see the change of last spring\nKUBELET_EXTRA_ARGS="--v=2 --allow-privileged=true --cadvisor-port 0 --max-open-files=2000000"\n',
};

/** Incidents of the practice fleet, by name. */
export const LAB_INCIDENTS: Readonly<Record<string, Incident>> = {
  'kubelet-bad-flag': {
    summary: 'flags that the installed kubelet does not know: in the flags file, on lab-4 in /etc/default/kubelet',
    hosts: ['lab-2', 'lab-4'],
    mishaps: (host) => (host === 'lab-4' ? removedFlags : badFlag),
  },
  'kubelet-bad-config': {
    summary: 'an unknown field in /var/lib/kubelet/config.yaml: kubelet is ill of another cause than a flag',
    hosts: ['lab-3'],
    mishaps: () => ({ '/var/lib/kubelet/config.yaml': (text) => `${text.replace('maxPodz: 110\n', '')}maxPodz: 110\n` }),
  },
  'kubelet-stays-broken': {
    summary: 'a bad flag, and behind it a reason for which taking it away does not heal: a fix is rolled back',
    hosts: ['lab-5'],
    mishaps: () => ({ ...badFlag, '/etc/kubelet-stub/stay-broken': () => '' }),
  },
};

/** Kubelets have crash-looped for so long when the operator comes to look, in seconds. */
const BROKEN_FOR_S = '305';

/**
 * Lets an incident befall hosts of a fleet that is up; the result names them.
 * Fails with `not-found` for an unknown incident or host, or when no fleet is up.
 */
export async function labBreak(
  stateDir: string | undefined,
  incident: string,
  hosts: readonly string[] = [],
): Promise<Result<readonly string[]>> {
  // A look at what it does not have itself would be one at its prototype.
  const found = Object.hasOwn(LAB_INCIDENTS, incident) ? LAB_INCIDENTS[incident] : undefined;
  if (found === undefined) {
    return fail('not-found', `no such incident: ${incident}`, { hint: `there are ${Object.keys(LAB_INCIDENTS).join(', ')}` });
  }
  const paths = labPaths(stateDir ?? defaultLabDir());
  const live = readLiveRecord(paths);
  if (live === undefined) return fail('not-found', 'no practice fleet is up', { hint: 'runbook lab up' });
  const chosen = hosts.length > 0 ? hosts : found.hosts;
  const unknown = chosen.filter((name) => !LAB_HOSTS.some((host) => host.name === name));
  if (unknown.length > 0)
    return fail('not-found', `no such practice host: ${unknown.join(', ')}`, {
      hint: `there are ${LAB_HOSTS.map((host) => host.name).join(', ')}`,
    });
  for (const name of chosen) {
    const host = enterable(paths, name);
    for (const [path, mishap] of Object.entries(found.mishaps(name))) change(join(host.tree, path), mishap);
    const ran = await runInHost(host, live.mode, 'systemctl reset-failed kubelet; systemctl restart kubelet', {
      LAB_STARTED_AGO: BROKEN_FOR_S,
    });
    if (ran.code !== 0) return fail('command-failed', `${name}: ${ran.stderr.trim()}`);
  }
  return ok(chosen);
}

/** Rewrites a file in place, so that its mode stays; one that is not there begins empty. */
function change(path: string, mishap: Mishap): void {
  let text = '';
  try {
    text = readFileSync(path, 'latin1');
  } catch {
    // A new file.
  }
  writeFileSync(path, mishap(text), 'latin1');
}
