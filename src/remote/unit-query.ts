import type { UnitProperties } from '../domain/access.ts';
import { HostFault } from '../domain/failure.ts';
import { type Answer, type Query, textOf } from './query.ts';
import { quote } from './quote.ts';

/** Asks for `systemctl show` of a unit, as `Reader.unit` describes. */
export function unitQuery(name: string): Query<UnitProperties> {
  return {
    key: `unit ${name}`,
    functions: [],
    tools: ['systemctl', 'head', 'date'],
    missing: 'no-systemd',
    call: (id) => `capture ${id}.unit 1048576 limited 10 systemctl show --no-pager -- ${quote(name)}`,
    timeoutMs: 13_000,
    maxBytes: 2 * 1024 * 1024 + 4096,
    parse: (answer) => parseUnit(name, answer),
  };
}

function parseUnit(name: string, answer: Answer): UnitProperties {
  const frame = answer.frame('unit');
  if (frame.code === 0) return parseProperties(textOf(frame));
  const said = Buffer.from(frame.stderr).toString('utf8').trim();
  if (frame.code === 124) throw new HostFault({ code: 'timed-out', message: `systemctl show ${name} did not answer in 10 s` });
  if (/not been booted with systemd|Failed to connect to bus/.test(said)) {
    throw new HostFault({ code: 'no-systemd', message: `systemd does not answer: ${said}` });
  }
  throw new HostFault({ code: 'command-failed', message: `systemctl show ${name} ended with ${frame.code}: ${said}` });
}

/** `Key=value` lines; a key that comes again, and a line without a key, go on with the value by a newline. */
export function parseProperties(text: string): UnitProperties {
  const properties = new Map<string, string>();
  let last: string | undefined;
  for (const line of text.split('\n')) {
    const [, key, value = ''] = /^([A-Za-z][A-Za-z0-9]*)=(.*)$/s.exec(line) ?? [];
    last = key ?? last;
    if (last === undefined) continue;
    const more = key === undefined ? line : value;
    const before = properties.get(last);
    properties.set(last, before === undefined ? more : `${before}\n${more}`);
  }
  return Object.fromEntries(properties);
}
