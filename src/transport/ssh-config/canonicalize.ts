import { fail, ok, type Result } from '../../domain/failure.ts';
import { type AddressFamily, type HostAddress, hostAddress } from './address.ts';
import type { Draft } from './draft.ts';
import { expand } from './expand.ts';

/** Where a host is reached, as far as it is known after the first pass over the files. */
export interface Destination {
  /** What HostName makes of it, in its canonical spelling. */
  readonly hostName: string;
  /** Whether CanonicalizeHostname asks for a second pass. */
  readonly isCanonicalized: boolean;
}

/**
 * The name to connect to (`resolve_canonicalize` of OpenSSH 9.2), as far as no name server is needed. Fails with `refused` where ssh
 * would ask one to find out what the host is called, and with `bad-input` for a HostName that makes no sense.
 */
export function destinationOf(host: string, draft: Draft): Result<Destination> {
  const said = draft.one('HostName');
  const expanded = said === undefined ? ok(host) : expand(said.value, { tokens: { h: host } });
  if (!expanded.ok) return fail('bad-input', `HostName: ${expanded.failure.message}`, said === undefined ? {} : { at: said.at });
  const address = hostAddress(expanded.value, familyOf(draft));
  const mode = draft.one('CanonicalizeHostname');
  if (mode === undefined || mode.value === 'no') return ok({ hostName: address.name, isCanonicalized: false });
  const question = questionFor(address, draft, mode.value === 'always');
  if (question === undefined) return ok({ hostName: address.name, isCanonicalized: true });
  return fail('refused', `CanonicalizeHostname ${mode.value}: ${question}`, {
    at: mode.at,
    hint: 'names are not looked up here: say the whole name by HostName, or "CanonicalizeHostname no" for this host',
  });
}

/** AddressFamily so far. */
function familyOf(draft: Draft): AddressFamily {
  const value = draft.one('AddressFamily')?.value;
  return value === 'inet' || value === 'inet6' ? value : 'any';
}

/** What a name server would have to be asked; undefined when ssh would ask none. */
function questionFor(address: HostAddress, draft: Draft, always: boolean): string | undefined {
  if (address.isAddress) return undefined;
  const isDirect = draft.jump === undefined && ['none', undefined].includes(draft.one('ProxyCommand')?.value.toLowerCase());
  const asks = always || isDirect;
  const suffixes = address.looksLikeAddress || !asks ? undefined : suffixQuestion(address.name, draft);
  if (suffixes !== undefined) return suffixes;
  const rules = draft.several('CanonicalizePermittedCNAMEs')?.value ?? ['none'];
  return asks && rules[0] !== 'none' ? `"${address.name}" would be looked up for another name (CanonicalizePermittedCNAMEs)` : undefined;
}

function suffixQuestion(name: string, draft: Draft): string | undefined {
  if (name.endsWith('.')) return `"${name}" would be looked up`;
  const dots = name.split('.').length - 1;
  if (dots > Number(draft.one('CanonicalizeMaxDots')?.value ?? 1)) return undefined;
  const domains = draft.several('CanonicalDomains')?.value ?? ['none'];
  if (domains[0] !== 'none') return `"${name}" would be looked up in ${domains.join(', ')}`;
  return draft.one('CanonicalizeFallbackLocal')?.value === 'no'
    ? `"${name}" is in no domain, and CanonicalizeFallbackLocal is no`
    : undefined;
}
