import { type TracedText, tracedBuilder } from './traced-text.ts';

/** What is known of a unit and its host, to resolve `%` specifiers with; a value that is not known is left out. */
export interface SpecifierContext {
  /** The unit's full name, such as `getty@tty1.service`. */
  readonly unit: string;
  readonly hostname?: string;
  readonly machineId?: string;
  readonly bootId?: string;
  readonly kernel?: string;
  readonly osId?: string;
  readonly osVersion?: string;
  /** The fragment's path, symbolic links resolved. */
  readonly fragment?: string;
}

/** Text with its specifiers resolved. */
export interface Specified {
  readonly text: TracedText;
  /** Specifiers that stand in it unresolved, such as `%a`. */
  readonly unknown: readonly string[];
}

/** The directories of the system manager (`man systemd.unit`, SPECIFIERS), and root, whom it runs as. */
const FIXED: Readonly<Record<string, string>> = {
  C: '/var/cache',
  E: '/etc',
  L: '/var/log',
  S: '/var/lib',
  T: '/tmp',
  V: '/var/tmp',
  t: '/run',
  h: '/root',
  u: 'root',
  U: '0',
  g: 'root',
  G: '0',
};

/**
 * Resolves `%` specifiers as the system manager does (`man systemd.unit`; systemd src/shared/specifier.c). `%` before a
 * character that is no letter or digit stays. What cannot be known from here (`%a`, `%s`, `%c`, letters that this version
 * has no meaning for, …) stays as well and is named in `unknown`.
 */
export function resolveSpecifiers(source: TracedText, context: SpecifierContext): Specified {
  const out = tracedBuilder();
  const unknown: string[] = [];
  for (let at = 0; at < source.text.length; at += 1) {
    const from = source.from[at] ?? 0;
    const letter = source.text.charAt(at) === '%' ? source.text.charAt(at + 1) : '';
    if (letter === '' || !/[A-Za-z0-9%]/.test(letter)) {
      out.push(source.text.charAt(at), from, source.to[at] ?? from);
      continue;
    }
    const value = letter === '%' ? '%' : specifier(letter, context);
    if (value === undefined) unknown.push(`%${letter}`);
    out.push(value ?? `%${letter}`, from, source.to[at + 1] ?? from);
    at += 1;
  }
  return { text: out.done(), unknown };
}

function specifier(letter: string, context: SpecifierContext): string | undefined {
  return Object.hasOwn(FIXED, letter) ? FIXED[letter] : (ofUnit(letter, context.unit) ?? ofHost(letter, context));
}

function ofHost(letter: string, context: SpecifierContext): string | undefined {
  const { hostname, machineId, bootId, fragment } = context;
  const values: Readonly<Record<string, string | undefined>> = {
    H: hostname,
    l: hostname?.replace(/\..*$/, ''),
    m: machineId?.replaceAll('-', ''),
    b: bootId?.replaceAll('-', ''),
    v: context.kernel,
    o: context.osId,
    w: context.osVersion,
    d: `/run/credentials/${context.unit}`,
    y: fragment,
    Y: fragment?.replace(/\/[^/]*$/, ''),
  };
  return Object.hasOwn(values, letter) ? values[letter] : undefined;
}

function ofUnit(letter: string, unit: string): string | undefined {
  const full = unit.replace(/\.[^.]*$/, '');
  const [prefix = '', ...rest] = full.split('@');
  const instance = rest.join('@');
  const last = prefix.slice(prefix.lastIndexOf('-') + 1);
  const values: Readonly<Record<string, string>> = {
    n: unit,
    N: full,
    p: prefix,
    P: unescapeName(prefix),
    i: instance,
    I: unescapeName(instance),
    j: last,
    J: unescapeName(last),
    f: rest.length > 0 ? pathOf(instance) : pathOf(full),
  };
  return Object.hasOwn(values, letter) ? values[letter] : undefined;
}

/** Undoes the escaping of unit names: `-` is `/`, `\xHH` a byte (`man systemd-escape`). */
function unescapeName(name: string): string {
  return name.replaceAll('-', '/').replace(/\\x([0-9a-fA-F]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}

function pathOf(name: string): string {
  const path = unescapeName(name);
  return path.startsWith('/') ? path : `/${path}`;
}
