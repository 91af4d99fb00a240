import { isIPv6, SocketAddress } from 'node:net';
import { lowerCase } from './config-line.ts';

/** Which addresses are wanted, as AddressFamily says it. */
export type AddressFamily = 'any' | 'inet' | 'inet6';

/** One part of an IPv4 address as `inet_aton` reads it: hexadecimal, octal, or decimal. */
function partOf(text: string): number {
  if (/^0x[0-9a-f]+$/i.test(text)) return Number.parseInt(text, 16);
  if (/^0[0-7]*$/.test(text)) return Number.parseInt(text, 8);
  return /^[1-9][0-9]*$/.test(text) ? Number(text) : Number.NaN;
}

/** `127.1`, `0x7f.1` and the like, in four decimal parts. */
function canonicalIpv4(text: string): string | undefined {
  const parts = text.split('.').map(partOf);
  const last = parts.at(-1) ?? Number.NaN;
  const leading = parts.slice(0, -1);
  if (parts.length > 4 || !leading.every((part) => part <= 255) || !(last < 256 ** (5 - parts.length))) return undefined;
  const bytes = [...leading];
  for (let power = 4 - parts.length; power >= 0; power -= 1) bytes.push(Math.floor(last / 256 ** power) % 256);
  return bytes.join('.');
}

/** Names of interfaces belong to link-local addresses. A number of one is left as it is: its name is not known here. */
function canonicalIpv6(text: string): string | undefined {
  const [, address = '', scope] = /^([^%]*)(?:%(.*))?$/s.exec(text) ?? [];
  if (!isIPv6(address)) return undefined;
  const canonical = new SocketAddress({ address, family: 'ipv6' }).address;
  if (scope === undefined) return canonical;
  return /^(fe[89ab]|ff.2)/.test(canonical) && !/^[0-9]+$/.test(scope) ? `${canonical}%${scope}` : undefined;
}

/** The one spelling of an address of the wanted family (`resolve_addr`); undefined for what is none. */
function canonicalAddress(text: string, family: AddressFamily): string | undefined {
  const ipv4 = family === 'inet6' ? undefined : canonicalIpv4(text);
  if (ipv4 !== undefined) return ipv4;
  const ipv6 = canonicalIpv6(text);
  // Where IPv4 alone is wanted, getaddrinfo(3) of glibc takes the address out of an IPv4-mapped one.
  return family === 'inet' ? /^::ffff:([0-9.]+)$/.exec(ipv6 ?? '')?.[1] : ipv6;
}

/** A host to connect to: its spelling, whether it can only be an address, and whether it is one. */
export interface HostAddress {
  readonly name: string;
  /** An address, or something that looks like one and is no name either (`is_addr`, `is_addr_fast`). */
  readonly looksLikeAddress: boolean;
  readonly isAddress: boolean;
}

/**
 * What ssh makes of a host name before it connects: names in lower case, addresses in their one spelling. An address of which only the
 * case differs stays as it is.
 */
export function hostAddress(written: string, family: AddressFamily): HostAddress {
  const canonical = canonicalAddress(written, family);
  const looksLikeAddress = canonical !== undefined || /[%:]|^[0-9.]*$/.test(written);
  if (!looksLikeAddress) return { name: lowerCase(written), looksLikeAddress, isAddress: false };
  const differs = canonical !== undefined && lowerCase(canonical) !== lowerCase(written);
  return { name: differs ? canonical : written, looksLikeAddress, isAddress: canonical !== undefined };
}
