import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fleetIsMissing } from '../lab/commands.ts';
import { Bench, LINE_BOOK } from './bench.ts';

const missing = fleetIsMissing();

const F = '/etc/app.conf';
const MIB = 1024 * 1024;
const bytes = (text: string) => Buffer.from(text, 'latin1');
const utf8 = (text: string) => Buffer.from(text, 'utf8');
const every = Buffer.from(Array.from({ length: 256 }, (_, n) => n));
/** As large as a file may be, and nowhere the line that goes. */
const large = Buffer.alloc(8 * MIB - 4, 'runbook\0\xff\r\n', 'latin1');

/** What stood there, and what stands there when the line that begins with `old` became `new`. */
const CONTENTS: readonly (readonly [string, Buffer, Buffer])[] = [
  ['no bytes at all', bytes(''), bytes('new\n')],
  ['no newline at its end', bytes('a=1\nold'), bytes('a=1\nnew')],
  ['only a line without a newline', bytes('old'), bytes('new')],
  ['newlines at its end', bytes('old\n\n\n'), bytes('new\n\n\n')],
  ['CRLF', bytes('a=1\r\nold\r\nb=2\r\n'), bytes('a=1\r\nnew\r\nb=2\r\n')],
  ['CRLF, and no line end at its end', bytes('a=1\r\nold'), bytes('a=1\r\nnew')],
  ['CRLF and LF', bytes('a=1\r\nold\nb=2\r\n'), bytes('a=1\r\nnew\nb=2\r\n')],
  ['a byte order mark', utf8('\ufeffa=1\nold\n'), utf8('\ufeffa=1\nnew\n')],
  ['Latin-1', bytes('caf\xe9\nold \xfc\n\xff\n'), bytes('caf\xe9\nnew\n\xff\n')],
  ['UTF-8 that is none', Buffer.from('c080eda0800aff6f6c640a6f6c640afe', 'hex'), Buffer.from('c080eda0800aff6f6c640a6e65770afe', 'hex')],
  ['NUL bytes', bytes('a\0b\n\0old\nold\0\n\0'), bytes('a\0b\n\0old\nnew\n\0')],
  ['every byte', Buffer.concat([every, bytes('\nold\n'), every]), Buffer.concat([every, bytes('\nnew\n'), every])],
  ['form feeds, vertical tabs and lone carriage returns', bytes('\f\v\rold\rx\nold\n'), bytes('\f\v\rold\rx\nnew\n')],
  ['what a shell or a printf would act on', bytes(`%s\\n$(id)\`id\`'"!\nold\n'`), bytes(`%s\\n$(id)\`id\`'"!\nnew\n'`)],
  ['8 MiB', Buffer.concat([bytes('old\n'), large]), Buffer.concat([bytes('new\n'), large])],
];

/** What is no file to edit, and what is told. */
const SPECIAL: readonly (readonly [string, string, RegExp])[] = [
  ['a directory', `mkdir ${F}`, /not-regular-file/],
  ['a FIFO, which nobody writes to', `mkfifo ${F}`, /not-regular-file/],
  ['a character device', `mknod ${F} c 1 3`, /not-regular-file/],
  ['a socket', `perl -MSocket -e 'socket(S, PF_UNIX, SOCK_STREAM, 0); bind(S, sockaddr_un("${F}")) or die'`, /not-regular-file/],
  ['a file of 8 MiB and a byte', `head -c ${8 * MIB + 1} /dev/zero >${F}`, /too-large/],
  ['a file of a TiB that is all hole', `truncate -s 1T ${F}`, /too-large/],
  ['nothing', 'true', /not-found/],
];

describe.skipIf(missing)(`contents of files${missing ? ` (${missing})` : ''}`, () => {
  let bench: Bench;

  beforeAll(async () => {
    bench = await Bench.up({ contents: {} });
  });
  afterAll(() => bench?.[Symbol.asyncDispose]());

  const sh = (script: string) => bench.sh('contents', script);
  const read = () => bench.fleet.host('contents').read(F);

  it.each(CONTENTS)(
    'fault 53: a file that holds %s keeps every byte but those of the line, and gets that back',
    async (_what, old, now) => {
      await sh(`rm -rf ${F}`);
      bench.fleet.host('contents').write(F, old);
      const inputs = { path: F, match: '^old' };
      const planned = await bench.run('plan', LINE_BOOK, { inputs });
      expect(planned.code).toBe(0);
      expect(Buffer.compare(read(), old)).toBe(0);
      expect((await bench.run('apply', LINE_BOOK, { inputs })).outcomes).toEqual({ contents: 'fixed' });
      expect(Buffer.compare(read(), now)).toBe(0);
      expect((await bench.rollBack()).outcomes).toEqual({ contents: 'rolled-back' });
      expect(Buffer.compare(read(), old)).toBe(0);
    },
  );

  it.each(SPECIAL)('fault 53: %s is refused in the plan already', async (_what, make, code) => {
    await sh(`rm -rf ${F}; ${make}`);
    const described = `stat -c '%F %s %a %Y %i' ${F} 2>&1; true`;
    const before = await sh(described);
    for (const verb of ['plan', 'apply'] as const) {
      const ended = await bench.run(verb, LINE_BOOK, { inputs: { path: F } });
      expect(ended.outcomes).toEqual({ contents: expect.stringMatching(/^failed /) });
      expect(ended.outcomes['contents']).toMatch(code);
      expect(ended.code).toBe(3);
      expect(ended.events.filter(({ type }) => type === 'transaction.intended')).toEqual([]);
    }
    expect(await sh(described)).toBe(before);
  });

  it('fault 53: a file that would grow past 8 MiB is not written', async () => {
    await sh(`rm -rf ${F}`);
    const old = Buffer.concat([large, bytes('old\n')]);
    bench.fleet.host('contents').write(F, old);
    const ended = await bench.run('apply', LINE_BOOK, { inputs: { path: F, line: 'much longer than it was' } });
    expect(ended.outcomes).toEqual({ contents: expect.stringMatching(/^failed .*larger than 8 MiB/) });
    expect(Buffer.compare(read(), old)).toBe(0);
  });
});
