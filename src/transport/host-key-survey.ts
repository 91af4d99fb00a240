import { ok, type Result } from '../domain/failure.ts';
import type { Endpoint } from '../domain/transport.ts';
import { endpointName, type KnownHostsReader } from './host-key-check.ts';
import { judgeHostKey, linesOf } from './known-hosts.ts';
import { fingerprint, keyType } from './ssh-wire.ts';

/**
 * What known_hosts says of a key that a host showed. `new`: it says nothing of that host at all. `other`: it knows the host by other keys
 * or an authority, so that this one is not to be believed unseen.
 */
export type KeyStanding = 'known' | 'new' | 'other' | 'revoked';

/** A key that a host showed. */
export interface SurveyedKey {
  /** As known_hosts names the host: `host`, or `[host]:port`. */
  readonly name: string;
  readonly type: string;
  readonly fingerprint: string;
  readonly blob: Uint8Array;
  readonly standing: KeyStanding;
}

/** Holds shown keys against known_hosts. Fails with `host-key` when a file cannot be read. */
export async function surveyHostKeys(
  endpoint: Endpoint,
  shown: readonly Uint8Array[],
  reader: KnownHostsReader,
): Promise<Result<readonly SurveyedKey[]>> {
  const known = await reader.read(endpoint.knownHostsFiles);
  if (!known.ok) return known;
  const name = endpointName(endpoint);
  return ok(
    shown.map((blob) => {
      const verdict = judgeHostKey(known.value, name, blob);
      return { name, type: keyType(blob) ?? '', fingerprint: fingerprint(blob), blob, standing: standingOf(verdict) };
    }),
  );
}

/** Whether known_hosts says nothing at all of a server: no key, no authority, no revocation. False where a file cannot be read. */
export async function isStranger(endpoint: Endpoint, reader: KnownHostsReader): Promise<boolean> {
  const known = await reader.read(endpoint.knownHostsFiles);
  return known.ok && linesOf(known.value, endpointName(endpoint)).length === 0;
}

function standingOf(verdict: ReturnType<typeof judgeHostKey>): KeyStanding {
  if (verdict.kind === 'accepted') return 'known';
  if (verdict.kind === 'revoked') return 'revoked';
  return verdict.known.length === 0 ? 'new' : 'other';
}
