import type { Change } from '../domain/change.ts';
import { bytesToText, type FileState, textToBytes, utf8Text, withBytes } from '../domain/file.ts';
import { defineStep } from '../domain/step.ts';
import { editLine, type LineEdit } from '../formats/line-edit.ts';
import { ABSOLUTE_PATH, REGEX } from './parameter-schemas.ts';
import { requiredRegex } from './required-regex.ts';

/** One line of a text file. */
export const fileLine = defineStep({
  name: 'file.line',
  summary: 'Make a line be in a text file, or not',
  docs: `\`state: present\`: the last line that \`match\` finds is replaced by \`line\`. Where none does and \`line\` is not there yet, it goes
after the last line that \`after\` finds, or before the last one that \`before\` finds, or at the end. Where \`match\` does not find
\`line\` itself (to comment something out), nothing is done once \`line\` is there.
\`state: absent\`: every line that \`match\` finds goes, or, without \`match\`, every line equal to \`line\`.

All other bytes stay as they are. A file with CRLF line ends gets the new line with CRLF. The file must exist.`,
  writesFiles: true,
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['path', 'line'],
    properties: {
      path: ABSOLUTE_PATH,
      line: { type: 'string', pattern: '^[^\\r\\n\\u0000]*$', description: 'the line, without its line end' },
      match: { ...REGEX, description: 'a regular expression (RE2) that finds the line to replace, or the lines to remove' },
      after: { ...REGEX, description: 'a regular expression (RE2): a new line goes after the last line that it finds' },
      before: { ...REGEX, description: 'a regular expression (RE2): a new line goes before the last line that it finds' },
      state: { type: 'string', enum: ['present', 'absent'], default: 'present', description: 'whether the line is to be there' },
    },
  },
  examples: [
    {
      title: 'Change a setting where it stands',
      params: { path: '/etc/app.conf', line: 'limit = 20', match: '^\\s*limit\\s*=', state: 'present' },
      host: { files: { '/etc/app.conf': '# app\nlimit = 10\nmode = fast\n' } },
      says: ['- limit = 10 in /etc/app.conf:2', '+ limit = 20 in /etc/app.conf:2'],
    },
    {
      title: 'Add a line after another',
      params: { path: '/etc/app.conf', line: 'limit = 20', match: '^limit\\b', after: '^\\[app\\]', state: 'present' },
      host: { files: { '/etc/app.conf': '[app]\n[web]\n' } },
      says: ['+ limit = 20 in /etc/app.conf:2'],
    },
    {
      title: 'Already there',
      params: { path: '/etc/app.conf', line: 'limit = 20', match: '^limit\\b', state: 'present' },
      host: { files: { '/etc/app.conf': 'limit = 20' } },
      says: [],
    },
    {
      title: 'Remove lines',
      params: { path: '/etc/hosts', line: '', match: '\\bold\\.example\\b', state: 'absent' },
      host: { files: { '/etc/hosts': '127.0.0.1 localhost\r\n10.0.0.9 old.example\r\n10.0.0.8 old.example\r\n' } },
      says: ['- 10.0.0.9 old.example in /etc/hosts:2', '- 10.0.0.8 old.example in /etc/hosts:3'],
    },
  ],
  async observe(host, { path, match, after, before }) {
    const find = (source: string | undefined, name: string) => {
      if (source === undefined) return undefined;
      const regex = requiredRegex(source, name);
      // Lines are byte text; the author's expression is about characters.
      return (line: string) => regex.test(Buffer.from(line, 'latin1').toString('utf8'));
    };
    const tests = { match: find(match, 'match'), after: find(after, 'after'), before: find(before, 'before') };
    return { ...tests, file: await host.file(path) };
  },
  plan({ file, match, after, before }, { path, line, state }) {
    if (file.kind === 'absent') {
      if (state === 'absent') return [];
      return { code: 'not-found', message: `${path} does not exist`, at: path, hint: 'file.content makes a new file' };
    }
    const edit = editLine(bytesToText(file.content.bytes), { line: utf8Text(line), state, match, after, before });
    return edit.removed.length + edit.added.length === 0 ? [] : [toChange(path, file, edit)];
  },
});

function toChange(path: string, before: FileState, edit: LineEdit): Change {
  const says = [
    ...edit.removed.map(({ text, number }) => `- ${shown(text)} in ${path}:${number}`),
    ...edit.added.map(({ text, number }) => `+ ${shown(text)} in ${path}:${number}`),
  ];
  return { kind: 'file', path, before, after: withBytes(path, before, textToBytes(edit.text)), says, sensitive: false };
}

function shown(byteText: string): string {
  const text = Buffer.from(byteText, 'latin1').toString('utf8');
  return text.trim() === '' ? 'an empty line' : text.trim();
}
