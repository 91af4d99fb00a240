import { type Failure, HostFault } from '../domain/failure.ts';
import type { Target } from '../domain/transport.ts';
import { KnownHostsReader } from '../transport/host-key-check.ts';
import { isStranger, type SurveyedKey, surveyHostKeys } from '../transport/host-key-survey.ts';
import { addKnownHosts } from '../transport/known-hosts-file.ts';
import type { Client } from './choose-client.ts';
import type { MetNewcomer } from './find-way.ts';
import type { Newcomer } from './ssh-target.ts';
import type { World } from './world.ts';

/** A key of a server that was met for the first time, and the file that is to remember it. */
export interface NewKey extends SurveyedKey {
  readonly file: string;
  readonly hashed: boolean;
}

/** What was remembered, and why not. */
export interface Accepted {
  readonly keys: readonly NewKey[];
  readonly failures: readonly Failure[];
}

/** The public keys that a server shows, as blobs, over the client that goes to it. Throws `HostFault`. */
export type HostKeysOf = (way: { readonly target: Target; readonly client: Client }) => Promise<readonly Uint8Array[]>;

/** Keys of strangers are taken at a terminal alone, where somebody sees which; never in CI, though it may have one. */
export function mayAcceptNew({ terminal: { input, output }, env }: World): boolean {
  return input.isTTY === true && output.isTTY === true && (env['CI'] ?? '') === '';
}

/**
 * Remembers the keys of servers of which known_hosts says nothing, before anybody logs in: `StrictHostKeyChecking accept-new`. After it all
 * host keys are checked strictly, by whichever client. Who does not answer, or becomes known by another key meanwhile, stays a stranger.
 */
export async function acceptNewKeys(newcomers: readonly MetNewcomer[], hostKeys: HostKeysOf): Promise<Accepted> {
  const reader = new KnownHostsReader();
  const each = [...new Map(newcomers.map((one) => [JSON.stringify([serverOf(one), one.file]), one])).values()];
  const keys: NewKey[] = [];
  const failures: Failure[] = [];
  // The way to a server may lead through one that is new as well.
  for (const hops of [...new Set(each.map(hopsTo))].sort((a, b) => a - b)) {
    const shown = await Promise.all(each.filter((one) => hopsTo(one) === hops).map((one) => newKeysOf(one, hostKeys, reader)));
    const written = await writeAll(shown.flat());
    keys.push(...written.keys);
    failures.push(...written.failures);
  }
  return { keys, failures };
}

function hopsTo({ target }: Newcomer): number {
  return target.jumps?.length ?? 0;
}

/** What makes it that server: names in the inventory may be several. */
function serverOf({ target: { address, port, hostKeyAlias, proxyCommand, jumps } }: Newcomer): readonly unknown[] {
  return [address, port, hostKeyAlias, proxyCommand, jumps];
}

async function newKeysOf(
  { target, file, hashed, client }: MetNewcomer,
  hostKeys: HostKeysOf,
  reader: KnownHostsReader,
): Promise<readonly NewKey[]> {
  if (!(await isStranger(target, reader))) return [];
  try {
    const surveyed = await surveyHostKeys(target, await hostKeys({ target, client }), reader);
    const fresh = surveyed.ok ? surveyed.value.filter(({ standing }) => standing === 'new') : [];
    return fresh.map((key) => ({ ...key, file, hashed }));
  } catch (error) {
    if (!(error instanceof HostFault)) throw error;
    // It is met again by whoever wants something of it, who tells what is wrong.
    return [];
  }
}

async function writeAll(keys: readonly NewKey[]): Promise<Accepted> {
  const written: NewKey[] = [];
  const failures: Failure[] = [];
  for (const batch of Map.groupBy(keys, ({ file, hashed }) => JSON.stringify([file, hashed])).values()) {
    const [{ file, hashed } = { file: '', hashed: false }] = batch;
    const done = await addKnownHosts(file, batch, { hashed });
    if (!done.ok) {
      failures.push(done.failure);
      continue;
    }
    written.push(...done.value.added);
    for (const { name, fingerprint } of done.value.refused) {
      failures.push({
        code: 'host-key',
        message: `${name} has become known by another key meanwhile: ${fingerprint} was not added`,
        at: file,
      });
    }
  }
  return { keys: written, failures };
}
