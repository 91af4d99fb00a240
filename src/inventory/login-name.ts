import { isIP } from 'node:net';

/** What OpenSSH refuses in host names since 9.6 (`valid_hostname`), and what would make an address something else than one host. */
const ADDRESS_BAN = /['`"$\\;&<>|(){}@/,[\]]/;

/** What OpenSSH refuses in user names since 9.6 (`valid_ruser`). */
const USER_BAN = /['`";&<>|(){}]/;

const BLANK_OR_CONTROL = /[\s\p{C}]/u;

/** An address without the brackets that an IPv6 address may stand in. */
export function bareAddress(text: string): string {
  const inside = /^\[(.*)\]$/.exec(text)?.[1];
  return inside !== undefined && isIP(inside.replace(/%.*$/, '')) === 6 ? inside : text;
}

/** Why an address cannot be connected to; `undefined` for a good one. */
export function addressFault(address: string): string | undefined {
  if (address.startsWith('-')) return 'begins with "-"';
  if (BLANK_OR_CONTROL.test(address)) return 'holds a blank or a control character';
  const bad = ADDRESS_BAN.exec(address)?.[0];
  if (bad !== undefined) return `holds "${bad}"`;
  return address.includes(':') && isIP(address.replace(/%.*$/, '')) !== 6 ? 'holds ":", but is no IPv6 address' : undefined;
}

/** Why a user cannot be logged in as, or become; `undefined` for a good one. */
export function userFault(user: string): string | undefined {
  if (user === '') return 'is empty';
  if (user.startsWith('-')) return 'begins with "-"';
  if (user.endsWith('\\')) return 'ends in a backslash';
  if (BLANK_OR_CONTROL.test(user)) return 'holds a blank or a control character';
  const bad = USER_BAN.exec(user)?.[0];
  return bad === undefined ? undefined : `holds "${bad}"`;
}
