/** A host identifier, possibly with ranges, and the port behind it. */
export interface Address {
  readonly host: string;
  readonly port: number | undefined;
}

const NUMERIC_RANGE = '\\[(?:[0-9]+:[0-9]+)(?::[0-9]+)?\\]';
const HEX_RANGE = '\\[(?:[0-9a-f]+:[0-9a-f]+)(?::[0-9]+)?\\]';
const ALPHA_RANGE = '\\[(?:[a-z]:[a-z]|[0-9]+:[0-9]+)(?::[0-9]+)?\\]';
const IPV6_PART = `(?:[0-9a-f]{1,4}|${HEX_RANGE})`;
const IPV4_PART = `(?:[01]?[0-9]{1,2}|2[0-4][0-9]|25[0-5]|${NUMERIC_RANGE})`;
const WORD = '\\p{L}\\p{N}_';
const LABEL = `(?:[${WORD}]|${ALPHA_RANGE})(?:[${WORD}\\-]|${ALPHA_RANGE})*(?<![_\\-])`;

const BRACKETED_WITH_PORT = /^\[(.+)\]:([0-9]+)$/s;
const WITH_PORT = /^((?:[^:[\]]|\[[^\]]*\])*):([0-9]+)$/s;

const IPV4 = new RegExp(`^(?:${IPV4_PART}\\.){3}${IPV4_PART}$`, 'i');

/** All but the last form are open at the end, as in Ansible (`parsing/utils/addresses.py`): what follows is judged with the name. */
const IPV6 = new RegExp(
  [
    `^(?:${IPV6_PART}:){7}${IPV6_PART}`,
    `^(?:${IPV6_PART}:){1,6}:`,
    `^(?:${IPV6_PART}:)(?::${IPV6_PART}){1,6}`,
    `^(?:${IPV6_PART}:){2}(?::${IPV6_PART}){1,5}`,
    `^(?:${IPV6_PART}:){3}(?::${IPV6_PART}){1,4}`,
    `^(?:${IPV6_PART}:){4}(?::${IPV6_PART}){1,3}`,
    `^(?:${IPV6_PART}:){5}(?::${IPV6_PART}){1,2}`,
    `^(?:${IPV6_PART}:){6}(?::${IPV6_PART})`,
    `^:(?::${IPV6_PART}){1,6}`,
    `^${IPV6_PART}?::`,
    `^(?:0:){6}(?:${IPV6_PART}\\.){3}${IPV6_PART}`,
    `^::(?:ffff:)?(?:${IPV6_PART}\\.){3}${IPV6_PART}`,
    `^(?:0:){5}ffff:(?:${IPV6_PART}\\.){3}${IPV6_PART}$`,
  ].join('|'),
  'i',
);

const HOSTNAME = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`, 'iu');

/**
 * Takes a host, an IPv4 or an IPv6 address, with ranges, apart from its port (Ansible's `parse_address`).
 * An IPv6 address with a port must stand in brackets. `undefined` when the text is none of these.
 */
export function parseAddress(text: string): Address | undefined {
  let host = text;
  let port: number | undefined;
  for (const form of [BRACKETED_WITH_PORT, WITH_PORT]) {
    const match = form.exec(host);
    if (match === null) continue;
    host = match[1] ?? '';
    port = Number(match[2]);
  }
  return IPV4.test(host) || IPV6.test(host) || HOSTNAME.test(host) ? { host, port } : undefined;
}
