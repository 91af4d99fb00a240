const INT_MAX = 2_147_483_647;
const SECONDS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };

/** A whole number up to `most`, spelled as `strtonum` takes it: decimal, with space or a sign before it. */
function wholeNumber(text: string, most: number): number | undefined {
  if (!/^[ \t\n\v\f\r]*[+-]?[0-9]+$/.test(text)) return undefined;
  const number = Number(text);
  return number >= 0 && number <= most ? Math.abs(number) : undefined;
}

/** An integer of ssh's options: 0 to 2147483647. */
export function parseInteger(text: string): number | undefined {
  return wholeNumber(text, INT_MAX);
}

/** A port from 1 on, as a number or as the name of a service (`a2port`). `services` has the TCP ports by their names. */
export function parsePort(text: string, services: ReadonlyMap<string, number>): number | undefined {
  const port = wholeNumber(text, 65_535) ?? services.get(text);
  return port === 0 ? undefined : port;
}

/** Numbers with units, of which the last may be without; space and signs before each, as `strtol` takes them. */
const TIME = /^(?:[ \t\n\v\f\r]*[+-]?[0-9]+[smhdwSMHDW])*(?:[ \t\n\v\f\r]*[+-]?[0-9]+)?$/;

/** Seconds of a time like `90`, `1h30m` or `2W` (`man sshd_config`, TIME FORMATS; `convtime`). */
export function parseTime(text: string): number | undefined {
  if (text === '' || !TIME.test(text)) return undefined;
  const parts = [...text.matchAll(/([+-]?[0-9]+)([smhdwSMHDW]?)/g)];
  const seconds = parts.map(([, digits = '', unit = '']) => Number(digits) * (SECONDS[unit.toLowerCase()] ?? 1));
  const total = seconds.reduce((sum, part) => sum + Math.abs(part), 0);
  return seconds.some((part) => part < 0) || total > INT_MAX ? undefined : total;
}

/** The TCP ports of `/etc/services` by name, its aliases among them; the first line of a name counts. */
export function parseServices(text: string): ReadonlyMap<string, number> {
  const ports = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [name = '', place = '', ...aliases] = line.replace(/#.*$/, '').trim().split(/\s+/);
    const port = /^([0-9]+)\/tcp$/.exec(place)?.[1];
    if (port === undefined) continue;
    for (const each of [name, ...aliases]) if (!ports.has(each)) ports.set(each, Number(port));
  }
  return ports;
}
