import { lowerCase } from './config-line.ts';
import { parsePort } from './numbers.ts';

/** One machine of a ProxyJump, as it is written there: not resolved, its tokens not filled in. */
export interface JumpHop {
  readonly user?: string;
  /** Without brackets. */
  readonly host: string;
  readonly port?: number;
}

type Services = ReadonlyMap<string, number>;

/** Characters that mean something to shells: `ssh_valid_hostname` and `ssh_valid_ruser` of OpenSSH 9.2 in Debian 12. */
const BAD_IN_HOST = /['`"$\\;&<>|(){},\x00-\x20\x7f]/;
const BAD_IN_USER = /['`";&<>|(){}\x00-\x1f\x7f]| -|\\$/;

/** Whether ssh takes a host from its command line. */
export function isValidHost(host: string): boolean {
  return !host.startsWith('-') && !BAD_IN_HOST.test(host);
}

/** Whether ssh takes a login name from its command line. */
export function isValidUser(user: string): boolean {
  return !user.startsWith('-') && !BAD_IN_USER.test(user);
}

/**
 * The machines of a ProxyJump, the first to log in to first (`parse_jump`). `text` is the rest of the line, with its comment. Undefined
 * when it makes no sense; `strict` is for the command line, where shell characters are refused.
 */
export function parseJump(text: string, services: Services, strict: boolean): readonly JumpHop[] | undefined {
  const list = uncommented(text);
  const hops = list.split(',').map((hop) => parseUri(hop, services) ?? parseDestination(hop, services));
  const found = hops.filter((hop) => hop !== undefined && hop !== 'invalid');
  if (found.length < hops.length) return undefined;
  if (strict && !found.every((hop) => isValidHost(hop.host) && (hop.user === undefined || isValidUser(hop.user)))) return undefined;
  return found;
}

/** Whether a ProxyJump says that there is none. A comment after it hides that, as in OpenSSH 9.2. */
export function isNone(text: string): boolean {
  return lowerCase(text) === 'none';
}

/** The text up to a `#`. The space that ssh takes off is at the end only where there is no other: `rtrim` cuts at the first. */
export function uncommented(text: string): string {
  const list = text.replace(/#.*$/s, '');
  const space = list.slice(1).search(/[ \t\n\v\f\r]/);
  return space < 0 ? list : list.slice(0, space + 1);
}

/** `[user@]host[:port]` (`parse_user_host_port`). */
function parseDestination(text: string, services: Services): JumpHop | undefined {
  const at = text.lastIndexOf('@');
  if (at === 0) return undefined;
  const place = parseHostPort(text.slice(at + 1), services);
  if (place === undefined || place.delimiter === '/') return undefined;
  return { ...(at < 0 ? {} : { user: text.slice(0, at) }), ...place.hop };
}

/** `ssh://[user[;…]@]host[:port][/]` (`parse_uri`); undefined for what is none. */
function parseUri(text: string, services: Services): JumpHop | 'invalid' | undefined {
  if (!text.startsWith('ssh://')) return undefined;
  const rest = text.slice('ssh://'.length);
  const at = rest.indexOf('@');
  const user = at < 0 ? undefined : urlDecoded(rest.slice(0, at).replace(/;.*$/s, ''));
  const [, host = '', path] = /^(\[[^\]]*\](?:[^/]*)|[^/]*)(?:\/(.*))?$/s.exec(rest.slice(at + 1)) ?? [];
  const place = parseHostPort(host, services);
  if (place === undefined || (at >= 0 && user === undefined) || (path ?? '') !== '') return 'invalid';
  if (path !== undefined && host.endsWith(':')) return 'invalid';
  return isDomain(place.hop.host) ? { ...(user === undefined ? {} : { user }), ...place.hop, host: undotted(place.hop.host) } : 'invalid';
}

interface Place {
  readonly hop: { readonly host: string; readonly port?: number };
  readonly delimiter: string;
}

/** `host`, `[host]` and what follows a colon (`hpdelim2`, `cleanhostname`). */
function parseHostPort(text: string, services: Services): Place | undefined {
  const [, written = '', delimiter = '', rest = ''] = /^(\[[^\]]*\]|(?!\[)[^:/]*)(?:([:/])(.*))?$/s.exec(text) ?? [];
  const host = /^\[.*\]$/s.test(written) ? written.slice(1, -1) : written;
  if (written === '') return undefined;
  if (delimiter !== ':' || rest === '') return { hop: { host }, delimiter };
  const port = parsePort(rest, services);
  return port === undefined ? undefined : { hop: { host, port }, delimiter };
}

function urlDecoded(text: string): string | undefined {
  if (text === '' || /%(?![0-9A-Fa-f]{2})|%00/.test(text)) return undefined;
  const bytes = text.replaceAll('+', ' ').replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** What may be a domain (`valid_domain`). */
export function isDomain(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name) && !name.includes('..');
}

function undotted(name: string): string {
  return name.endsWith('.') ? name.slice(0, -1) : name;
}
