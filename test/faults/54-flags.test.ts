import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fleetIsMissing } from '../lab/commands.ts';
import { pauseProgram } from '../lab/pause-program.ts';
import { Bench, bookOf } from './bench.ts';

const missing = fleetIsMissing() ?? (process.arch === 'x64' ? undefined : 'its program is for x86-64');

const UNIT = '/etc/systemd/system/app.service';
const DROP_IN = `${UNIT}.d/10-more.conf`;
const [A, B] = ['/etc/default/a', '/etc/default/b'];

/** A unit whose arguments come from `$ARGS`, of one file. */
const FROM_FILE = `[Service]\nEnvironmentFile=${A}\nExecStart=/usr/local/bin/spin $ARGS\n`;

interface FlagCase {
  readonly what: string;
  readonly files: Readonly<Record<string, string>>;
  /** The files as they must be once `--bad` is gone; what is not named here stays. */
  readonly after: Readonly<Record<string, string>>;
  /** What the program is then given. */
  readonly args: readonly string[];
}

const env = (what: string, before: string, after: string, ...args: readonly string[]): FlagCase => ({
  what,
  files: { [UNIT]: FROM_FILE, [A]: before },
  after: { [A]: after },
  args,
});

const DEFINED: readonly FlagCase[] = [
  env('a duplicate key: the last one counts', 'ARGS="--bad --one"\nARGS="--two --bad"\n', 'ARGS="--bad --one"\nARGS="--two"\n', '--two'),
  env('the flag twice, with and without a value', 'ARGS="--bad --one --bad=x"\n', 'ARGS="--one"\n', '--one'),
  env('the flag with its value as the next word', 'ARGS="--one --bad x --two"\n', 'ARGS="--one --two"\n', '--one', '--two'),
  env('single quotes', `ARGS='--bad --one'\n`, `ARGS='--one'\n`, '--one'),
  env('quotes within quotes', `ARGS="--one '--bad=x y' --two"\n`, `ARGS="--one --two"\n`, '--one', '--two'),
  env('no quotes at all', 'ARGS=--bad\n', 'ARGS=\n'),
  env(
    'comments',
    '#ARGS="--bad"\n; ARGS=--bad\nARGS="--bad --one"\n# --bad\n',
    '#ARGS="--bad"\n; ARGS=--bad\nARGS="--one"\n# --bad\n',
    '--one',
  ),
  env('a continued line', 'ARGS="--one \\\n  --bad \\\n  --two"\n', 'ARGS="--one \\\n  --two"\n', '--one', '--two'),
  env('CRLF and no newline at the end', 'X=1\r\nARGS="--bad --one"', 'X=1\r\nARGS="--one"', '--one'),
  env('a name that begins like it', 'ARGS="--bad-one --badly --bad"\n', 'ARGS="--bad-one --badly"\n', '--bad-one', '--badly'),
  env('export, which systemd does not know', 'export ARGS=--bad\nARGS="--bad --one"\n', 'export ARGS=--bad\nARGS="--one"\n', '--one'),
  {
    what: 'the key in a base file and in the one of a drop-in: the later one counts',
    files: {
      [UNIT]: FROM_FILE,
      [DROP_IN]: `[Service]\nEnvironmentFile=${B}\n`,
      [A]: 'ARGS="--bad --base"\n',
      [B]: 'ARGS="--more --bad"\n',
    },
    after: { [B]: 'ARGS="--more"\n' },
    args: ['--more'],
  },
  {
    what: 'the key in a base file and in Environment= of a drop-in: the file counts',
    files: { [UNIT]: FROM_FILE, [DROP_IN]: '[Service]\nEnvironment="ARGS=--bad --drop-in"\n', [A]: 'ARGS="--bad --base"\n' },
    after: { [A]: 'ARGS="--base"\n' },
    args: ['--base'],
  },
  {
    what: 'the key in Environment= of the unit and of a drop-in',
    files: {
      [UNIT]: '[Service]\nEnvironment="ARGS=--bad --unit"\nExecStart=/usr/local/bin/spin $ARGS\n',
      [DROP_IN]: '[Service]\nEnvironment="ARGS=--drop-in --bad"\n',
    },
    after: { [DROP_IN]: '[Service]\nEnvironment="ARGS=--drop-in"\n' },
    args: ['--drop-in'],
  },
  {
    what: 'ExecStart= of the unit, replaced by that of a drop-in',
    files: {
      [UNIT]: '[Service]\nExecStart=/usr/local/bin/spin --bad --unit\n',
      [DROP_IN]: '[Service]\nExecStart=\nExecStart=/usr/local/bin/spin --drop-in --bad\n',
    },
    after: { [DROP_IN]: '[Service]\nExecStart=\nExecStart=/usr/local/bin/spin --drop-in\n' },
    args: ['--drop-in'],
  },
  {
    what: 'a continued ExecStart= with a comment in it',
    files: { [UNIT]: '[Service]\nExecStart=/usr/local/bin/spin \\\n  --one \\\n# not --bad\n  --bad \\\n  --two\n' },
    after: { [UNIT]: '[Service]\nExecStart=/usr/local/bin/spin \\\n  --one \\\n# not --bad\n  --two\n' },
    args: ['--one', '--two'],
  },
  {
    what: 'two variables that both bring it',
    files: {
      [UNIT]: `[Service]\nEnvironmentFile=${A}\nEnvironmentFile=${B}\nExecStart=/usr/local/bin/spin $ARGS $MORE\n`,
      [A]: 'ARGS="--bad --one"\n',
      [B]: 'MORE="--two --bad"\n',
    },
    after: { [A]: 'ARGS="--one"\n', [B]: 'MORE="--two"\n' },
    args: ['--one', '--two'],
  },
  {
    what: 'a variable that is one argument as a whole',
    files: { [UNIT]: `[Service]\nEnvironmentFile=${A}\nExecStart=/usr/local/bin/spin --one \${ARGS}\n`, [A]: 'ARGS="--bad"\n' },
    after: { [UNIT]: `[Service]\nEnvironmentFile=${A}\nExecStart=/usr/local/bin/spin --one\n` },
    args: ['--one'],
  },
];

/** What cannot be edited without a guess: the file that is named, and its line where one is to blame. */
const REFUSED: readonly { readonly what: string; readonly files: Readonly<Record<string, string>>; readonly at: string }[] = [
  {
    what: 'a comment that goes on in the next line, or not, as systemd is old or new',
    files: { [UNIT]: FROM_FILE, [A]: '# one\n# two \\\nARGS="--good"\nARGS="--bad"\n' },
    at: `${A}:2`,
  },
  {
    what: 'a file that is written anew at every boot',
    files: { [UNIT]: FROM_FILE.replace(A, '/run/a'), '/run/a': 'ARGS="--bad"\n' },
    at: '/run/a',
  },
];

const REMOVE = bookOf(
  'flags',
  `
diagnose: [{ id: unit, uses: systemd.unit, with: { unit: app } }]
affected: steps.unit.argv.exists(a, a.startsWith("--bad") && !a.startsWith("--bad-") && !a.startsWith("--badly"))
remediate:
  - { id: args, uses: systemd.args, with: { unit: app, remove: [--bad] } }
  - { uses: systemd.restart, with: { unit: app }, on_change: [args] }
verify: [{ uses: systemd.unit, with: { unit: app, expect: { active: true } } }]
`,
);

describe.skipIf(missing)(`flags wherever they are defined${missing ? ` (${missing})` : ''}`, () => {
  let bench: Bench;

  beforeAll(async () => {
    bench = await Bench.up({ flags: {} });
    bench.fleet.host('flags').write('/usr/local/bin/spin', pauseProgram(), 0o755);
  });
  afterAll(() => bench?.[Symbol.asyncDispose]());

  const sh = (script: string) => bench.sh('flags', script);

  async function layOut(files: Readonly<Record<string, string>>): Promise<void> {
    await sh(`systemctl stop app 2>/dev/null; rm -rf ${UNIT} ${UNIT}.d ${A} ${B}; mkdir ${UNIT}.d`);
    for (const [path, text] of Object.entries(files)) await sh(`echo ${Buffer.from(text).toString('base64')} | base64 -d >${path}`);
    await sh('systemctl daemon-reload; systemctl start app');
  }

  async function texts(files: Readonly<Record<string, string>>): Promise<Readonly<Record<string, string>>> {
    return Object.fromEntries(await Promise.all(Object.keys(files).map(async (path) => [path, await sh(`cat ${path}`)] as const)));
  }

  for (const { what, files, after, args } of DEFINED) {
    it(`fault 54: ${what}`, async () => {
      await layOut(files);
      expect((await bench.run('apply', REMOVE)).outcomes).toEqual({ flags: 'fixed' });
      expect(await texts(files)).toEqual({ ...files, ...after });
      const given = await sh('cat /proc/$(systemctl show -P MainPID app)/cmdline');
      expect(given.split('\0').slice(1, -1)).toEqual(args);
      expect((await bench.rollBack()).outcomes).toEqual({ flags: 'rolled-back' });
      expect(await texts(files)).toEqual(files);
    });
  }

  for (const { what, files, at } of REFUSED) {
    it(`fault 54: ${what} is refused, with the place of it`, async () => {
      await layOut(files);
      const ended = await bench.run('apply', REMOVE);
      expect(ended.code).toBe(3);
      expect(ended.outcomes).toEqual({ flags: expect.stringMatching(/^failed \(ambiguous: /) });
      expect(ended.out).toContain(at);
      expect(await texts(files)).toEqual(files);
    });
  }
});
