import { setTimeout as pause } from 'node:timers/promises';

/** A document on its way. */
export interface Parcel {
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body: string;
  /** How long one try may take, in ms. */
  readonly timeoutMs: number;
}

/** How long is waited before each further try, in ms. */
const PAUSES: readonly number[] = [500, 2_000];

/** Answers after which it is tried again: too many requests, and a server or a proxy in trouble (RFC 9110, RFC 6585). */
const PASSING: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

/**
 * Sends a document, and a few times again where that may help. Undefined once it was taken; else why not, in words without the address, which may
 * be a secret. A redirect is not followed: what was meant for one place goes to no other. `signal` ends it at once.
 */
export async function postJson(parcel: Parcel, signal: AbortSignal): Promise<string | undefined> {
  for (const wait of [...PAUSES, undefined]) {
    const { why, passes } = await attempt(parcel, signal);
    if (why === undefined || !passes || wait === undefined || signal.aborted) return why;
    await pause(wait, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}

async function attempt(
  { url, headers = {}, body, timeoutMs }: Parcel,
  signal: AbortSignal,
): Promise<{ readonly why?: string; readonly passes: boolean }> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'runbook', ...headers },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([signal, timeout]),
    });
    await response.body?.cancel();
    const { status } = response;
    if (status >= 200 && status < 300) return { passes: false };
    return {
      why: status < 400 ? `answers ${status}, a redirect, which is not followed` : `answers ${status}`,
      passes: PASSING.has(status),
    };
  } catch (error) {
    if (signal.aborted) return { why: 'was given up', passes: false };
    return { why: timeout.aborted ? `does not answer within ${timeoutMs / 1_000} s` : reasonOf(error), passes: true };
  }
}

/** What `fetch` failed of. Its own words may hold the address. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : 'no connection';
  return `is not reached (${code})`;
}
