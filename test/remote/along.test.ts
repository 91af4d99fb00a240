import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { contentOf, textToBytes } from '../../src/domain/file.ts';
import type { Frame, Frames } from '../../src/remote/frames.ts';
import { createReader } from '../../src/remote/reader.ts';
import type { Script } from '../../src/remote/script.ts';
import { unitQuery } from '../../src/remote/unit-query.ts';

const PATH = '/etc/app.conf';
const frame = (text: string, code = 0): Frame => ({ code, stdout: Buffer.from(text), stderr: new Uint8Array() });

/** What a host prints of a file. */
function fileFrames(id: string, content: string, digestOf: string): readonly (readonly [string, Frame])[] {
  const frames = {
    stat: `81a4 0 0 1 ${content.length} 1700000000 2023-11-14 22:13:20.000000000`,
    place: '',
    real: PATH,
    obstacles: '',
    xattrs: '',
    bytes: content,
    sha256: `${createHash('sha256').update(digestOf).digest('hex')}  -`,
  };
  return Object.entries(frames).map(([name, text]) => [`${id}.${name}`, frame(text)]);
}

test('a file that was written to while it came along with its unit is read once more', async () => {
  const answers: Frames[] = [
    new Map([['q0.unit', frame('Id=app.service')], ['q0.files', frame(PATH)], ...fileFrames('q0.file0', 'old and new', 'new')]),
    new Map(fileFrames('q0', 'new', 'new')),
  ];
  const scripts: Script[] = [];
  const reader = createReader(async (script) => {
    scripts.push(script);
    return answers.shift() ?? new Map();
  });
  await reader.unit('app.service');
  expect(await reader.file(PATH)).toMatchObject({ kind: 'file', content: contentOf(textToBytes('new')) });
  expect(scripts).toHaveLength(2);
});

test('no more files of a unit are looked at than are asked for, however many the host names', () => {
  const frames = new Map([['files', frame(`${PATH} `.repeat(1_000_000))]]);
  const answer = { frame: (name: string) => frames.get(name) ?? frame('') };
  expect(unitQuery('app.service').along?.(answer)).toHaveLength(24);
});
