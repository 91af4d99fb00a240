import { applyPatch } from 'diff';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fleetIsMissing } from '../lab/commands.ts';
import { differences, treeOf } from '../lab/tree-hash.ts';
import { Bench, bookOf, LINE_BOOK } from './bench.ts';

const missing = fleetIsMissing();

const MIB = 1024 * 1024;

/** Expressions on which a search that goes back and tries again does not end in a lifetime. */
const CATASTROPHIC = ['^(a+)+$', '^(a|aa)+$', '^(a|a?)+$', '(x+x+)+y', '^(([a-z])+.)+[A-Z]([a-z])+$', '(a?){40}a{40}b'];
/** Expressions that cannot be searched in linear time. */
const REFUSED = ['(a)\\1', '(?=a)a', '(?<!a)b', `(${'a{1000}'.repeat(3)}){1000}`, `(${'a'.repeat(511)})`];

/** One of each step type that changes something. */
const EVERYTHING = bookOf(
  'everything',
  `
remediate:
  - { id: made, uses: command.run, with: { argv: [touch, /srv/made], undo: [rm, /srv/made], unless: { argv: [test, -e, /srv/made] } } }
  - { id: content, uses: file.content, with: { path: /etc/app/content.conf, content: "a=1\\n" } }
  - { id: line, uses: file.line, with: { path: /etc/app/line.conf, line: limit = 20, match: '^limit' } }
  - { id: env, uses: file.env, with: { path: /etc/default/app, set: { MODE: fast }, args: { variable: ARGS, remove: [--bad], set: { --v: '4' } } } }
  - { id: args, uses: systemd.args, with: { unit: app, remove: [--old], set: { --new: '1' } } }
  - { uses: systemd.unit-state, with: { unit: app, started: true, enabled: true } }
  - { uses: systemd.restart, with: { unit: app }, on_change: [content, line, env, args] }
verify: [{ uses: systemd.unit, with: { unit: app, expect: { active: true, enabled: true } } }]
`,
);

const UNIT =
  '[Service]\nEnvironmentFile=/etc/default/app\nExecStart=/usr/local/bin/app --old $ARGS\n[Install]\nWantedBy=multi-user.target\n';
const FILES = {
  '/etc/systemd/system/app.service': { text: UNIT },
  '/usr/local/bin/app': { text: '#!/bin/sh\nexec sleep infinity\n', mode: 0o755 },
  '/etc/default/app': { text: 'ARGS="--bad --v=2"\n' },
  '/etc/app/line.conf': { text: 'limit = 10\n' },
} as const;

/** Edits each file of a list. */
const MANY = bookOf(
  'many',
  `
inputs: { paths: { type: array } }
remediate: [{ uses: file.line, for_each: inputs.paths, with: { path: '\${{ string(item) }}', line: new, match: ^old } }]
`,
);

interface Planned {
  readonly path: string;
  readonly diff: string;
  readonly after: { readonly content: { readonly sha256: string } };
}

const line = fc.oneof(
  fc.constantFrom('old', 'old = 1', ' old', '', 'new', '+x', '-x', '\\ No newline at end of file', '@@ -1 +1 @@'),
  fc.string({ maxLength: 40 }),
);
const textFile = fc
  .tuple(fc.array(line, { maxLength: 30 }), fc.constantFrom('\n', '\r\n'), fc.boolean())
  .map(([lines, end, last]) => lines.map((one) => one.replaceAll(/[\r\n]/g, '')).join(end) + (last ? end : ''));
const anyFile = fc
  .tuple(textFile, fc.uint8Array({ maxLength: 200 }))
  .map(([text, bytes]) => Buffer.concat([bytes, Buffer.from(`\n${text}`)]));

describe.skipIf(missing)(`edits${missing ? ` (${missing})` : ''}`, () => {
  let bench: Bench;

  beforeAll(async () => {
    bench = await Bench.up({ edits: { files: FILES } });
  });
  afterAll(() => bench?.[Symbol.asyncDispose]());

  const sh = (script: string) => bench.sh('edits', script);
  const host = () => bench.fleet.host('edits');

  it.each(CATASTROPHIC)('fault 61: %s ends on a line of a MiB that it does not match, and that line stays', async (match) => {
    host().write('/etc/long', `${'a'.repeat(MIB)}!\nold\n`);
    const ended = await bench.run('apply', LINE_BOOK, { inputs: { path: '/etc/long', match } });
    expect(ended.outcomes).toEqual({ edits: 'fixed' });
    expect(host().read('/etc/long').toString()).toBe(`${'a'.repeat(MIB)}!\nold\nnew\n`);
  });

  it.each(REFUSED.map((match) => [match.slice(0, 20), match]))(
    'fault 61: %s is refused with its place before a host is asked',
    async (_begin, match) => {
      const text = bookOf('refused', `remediate:\n  - { uses: file.line, with: { path: /etc/long, line: x, match: '${match}' } }`);
      const ended = await bench.run('plan', text);
      expect(ended.code).toBe(1);
      expect(ended.out).toBe('');
      expect(ended.err).toMatch(/refused\.yaml:6:\d+/);
    },
  );

  it('fault 63: what a plan shows is what an apply does, byte for byte, for 200 files', async () => {
    const files = fc.sample(
      fc.oneof(
        textFile.map((text) => Buffer.from(text)),
        anyFile,
      ),
      { numRuns: 200, seed: 63 },
    );
    const paths = files.map((_, n) => `/srv/many/${n}`);
    for (const [n, bytes] of files.entries()) host().write(paths[n] ?? '', bytes);
    const inputs = { paths: JSON.stringify(paths) };

    const plan = await bench.run('plan', MANY, { inputs });
    const shown = plan.events.flatMap(({ type, plan: one }) =>
      type === 'host.planned' ? (one as { changes: readonly Planned[] }).changes : [],
    );
    expect(shown.length).toBeGreaterThan(150);
    for (const [n, bytes] of files.entries()) expect(Buffer.compare(host().read(paths[n] ?? ''), bytes)).toBe(0);

    const applied = await bench.run('apply', MANY, { inputs });
    expect(applied.outcomes).toEqual({ edits: 'fixed' });
    expect(applied.events.find(({ type }) => type === 'transaction.intended')?.['changes']).toEqual(shown);
    const sums = new Map(
      (await sh('sha256sum /srv/many/*'))
        .trim()
        .split('\n')
        .map((row) => [row.slice(66), row.slice(0, 64)]),
    );
    expect(shown.map(({ path }) => sums.get(path))).toEqual(shown.map(({ after }) => after.content.sha256));

    // The diff itself, carried out on the old text, gives the new one; where all of it can be shown as it is.
    let checked = 0;
    for (const { path, diff } of shown) {
      const [old, now] = [files[paths.indexOf(path)]?.toString() ?? '', host().read(path).toString()];
      if (/[^\n\x20-\x5b\x5d-\x7e]/.test(old + now)) continue;
      expect([path, applyPatch(old, diff)]).toEqual([path, now]);
      checked += 1;
    }
    expect(checked).toBeGreaterThan(20);
    const quiet = files.flatMap((bytes, n) => (shown.some(({ path }) => path === paths[n]) ? [] : [[paths[n] ?? '', bytes] as const]));
    for (const [path, bytes] of quiet) expect(Buffer.compare(host().read(path), bytes)).toBe(0);
  });

  it('fault 64: a second apply of every changing step type finds nothing to do, asks nothing, restarts nothing and writes nothing', async () => {
    await sh('systemctl daemon-reload; systemctl start app');
    const first = await bench.run('apply', EVERYTHING);
    expect(first.outcomes).toEqual({ edits: 'fixed' });
    expect(await sh('cat /etc/app/content.conf /etc/app/line.conf /etc/default/app; ls /srv/made; systemctl is-enabled app')).toBe(
      'a=1\nlimit = 20\nARGS="--v=4 --new=1"\nMODE="fast"\n/srv/made\nenabled\n',
    );
    const [tree, invocation] = [await treeOf(host()), await sh('systemctl show -P InvocationID app')];
    const second = await bench.run('apply', EVERYTHING);
    expect(second.outcomes).toEqual({ edits: 'healthy' });
    expect(second.code).toBe(0);
    expect(second.events.map(({ type }) => type)).toEqual(['run.started', 'host.planned', 'host.finished', 'run.finished']);
    expect(differences(tree, await treeOf(host()))).toEqual([]);
    expect(await sh('systemctl show -P InvocationID app')).toBe(invocation);
  });

  it('fault 64: an apply after a rollback does the same again', async () => {
    expect((await bench.rollBack()).outcomes).toEqual({ edits: 'rolled-back' });
    expect(
      await sh('cat /etc/default/app /etc/app/line.conf; ls /srv/made /etc/app/content.conf 2>/dev/null; systemctl is-enabled app || :'),
    ).toBe('ARGS="--bad --v=2"\nlimit = 10\ndisabled\n');
    expect((await bench.run('apply', EVERYTHING)).outcomes).toEqual({ edits: 'fixed' });
    expect((await bench.run('apply', EVERYTHING)).outcomes).toEqual({ edits: 'healthy' });
  });
});
