/** A service as files, and the argv that systemd v252 gives its program: what `/proc/PID/cmdline` then holds. Texts are written as UTF-8. */
export interface ArgvUnit {
  /** `argv-NN.service`. */
  readonly name: string;
  readonly title: string;
  /** The unit file, below /etc/systemd/system. */
  readonly unit: string;
  /** Files of `/etc/systemd/system/NAME.d`. */
  readonly dropIns: readonly { readonly name: string; readonly text: string }[];
  readonly envFiles: readonly { readonly path: string; readonly text: string }[];
  /** `Type=oneshot`: a start does not return while the program runs, so it must be started without waiting. */
  readonly oneshot: boolean;
  readonly argv: readonly string[];
}

/** What a table says of a unit: `SPIN` stands for the program, `DIR` for the directory of its environment files. */
export interface ArgvCase {
  readonly title: string;
  /** Lines after `[Service]`; or, with `raw`, the whole file. */
  readonly service: string;
  readonly raw?: boolean;
  readonly dropIns?: Readonly<Record<string, string>>;
  /** File name below `DIR` to text. */
  readonly env?: Readonly<Record<string, string>>;
  /** Arguments after argv[0]. */
  readonly args: readonly string[];
  /** argv[0] where it is not the program's path. */
  readonly argv0?: string;
}

const SPIN = '/usr/local/bin/spin';

/** Numbers the cases of a table from `first` on. */
export function argvUnitsOf(first: number, cases: readonly ArgvCase[]): readonly ArgvUnit[] {
  return cases.map((one, index) => toUnit(String(first + index).padStart(2, '0'), one));
}

function toUnit(number: string, one: ArgvCase): ArgvUnit {
  const directory = `/etc/runbook-argv/${number}`;
  const fill = (text: string): string =>
    text.replaceAll('SPIN', SPIN).replaceAll('DIR', directory).replaceAll('UNIT', `argv-${number}`).replaceAll('NUM', number);
  return {
    name: `argv-${number}.service`,
    title: one.title,
    unit: fill(one.raw === true ? one.service : `[Service]\n${one.service}\n`),
    dropIns: Object.entries(one.dropIns ?? {}).map(([name, text]) => ({ name, text: fill(text) })),
    envFiles: Object.entries(one.env ?? {}).map(([name, text]) => ({ path: `${directory}/${fill(name)}`, text })),
    oneshot: /^Type=oneshot/m.test(one.service),
    argv: [one.argv0 ?? SPIN, ...one.args.map(fill)],
  };
}
