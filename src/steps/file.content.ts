import type { Change } from '../domain/change.ts';
import { absent, type FileState, sameFile, textToBytes, utf8Text, withBytes } from '../domain/file.ts';
import { defineStep } from '../domain/step.ts';
import { MODE_PATTERN, parseMode, showMode } from '../formats/octal-mode.ts';
import { ABSOLUTE_PATH } from './parameter-schemas.ts';

/** A whole file: its bytes, permission bits and owner, or its absence. */
export const fileContent = defineStep({
  name: 'file.content',
  summary: 'Make a file have exactly this content, or be absent',
  docs: `Writes a whole file. Permission bits and owner stay as they are where they are not given; a new file is
\`0644 root:root\`. \`absent: true\` removes it. Links are followed: the file that a link points to is written. To change
a part of a file use \`file.line\` or \`file.env\`.`,
  writesFiles: true,
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['path'],
    properties: {
      path: ABSOLUTE_PATH,
      content: { type: 'string', description: 'the whole text, written as UTF-8; needed unless absent' },
      mode: { type: 'string', pattern: MODE_PATTERN, description: "permission bits in octal, quoted: '0644'" },
      owner: { type: 'integer', minimum: 0, maximum: 4_294_967_294, description: 'user id' },
      group: { type: 'integer', minimum: 0, maximum: 4_294_967_294, description: 'group id' },
      absent: { type: 'boolean', default: false, description: 'true: there must be no such file' },
    },
  },
  examples: [
    {
      title: 'A new file',
      params: { path: '/etc/sysctl.d/60-app.conf', content: 'vm.swappiness = 10\n', mode: '0644', absent: false },
      host: {},
      says: ['+ /etc/sysctl.d/60-app.conf'],
    },
    {
      title: 'Other content and tighter permission bits',
      params: { path: '/etc/app.key', content: 'key\n', mode: '0600', absent: false },
      host: { files: { '/etc/app.key': { text: 'old\n', mode: 0o644 } } },
      says: ['~ /etc/app.key', '~ mode 0644 becomes 0600 of /etc/app.key'],
    },
    {
      title: 'Already as it should be',
      params: { path: '/etc/app.conf', content: 'a=1\n', absent: false },
      host: { files: { '/etc/app.conf': { text: 'a=1\n', mode: 0o640 } } },
      says: [],
    },
    {
      title: 'A file that must go',
      params: { path: '/etc/cron.d/old', absent: true },
      host: { files: { '/etc/cron.d/old': '* * * * * root true\n' } },
      says: ['- /etc/cron.d/old'],
    },
  ],
  observe: (host, { path }) => host.file(path),
  plan(before, params) {
    const { path, content, mode, owner, group } = params;
    if (params.absent && content !== undefined) {
      return { code: 'bad-params', message: 'a file that must be absent has no content', hint: 'leave out content, or absent' };
    }
    if (!params.absent && content === undefined) {
      return { code: 'bad-params', message: 'content is missing', hint: 'give content, or absent: true' };
    }
    const bits = mode === undefined ? undefined : parseMode(mode);
    const after = params.absent
      ? absent
      : withBytes(path, before, textToBytes(utf8Text(content ?? '')), {
          ...(bits === undefined ? {} : { mode: bits }),
          ...(owner === undefined ? {} : { uid: owner }),
          ...(group === undefined ? {} : { gid: group }),
        });
    if (sameFile(before, after)) return [];
    return [{ kind: 'file', path, before, after, says: saysOf(path, before, after), sensitive: false } satisfies Change];
  },
});

function saysOf(path: string, before: FileState, after: FileState): readonly string[] {
  if (before.kind === 'absent') return [`+ ${path}`];
  if (after.kind === 'absent') return [`- ${path}`];
  const [old, next] = [before.attributes, after.attributes];
  return [
    ...(before.content.sha256 === after.content.sha256 ? [] : [`~ ${path}`]),
    ...(old.mode === next.mode ? [] : [`~ mode ${showMode(old.mode)} becomes ${showMode(next.mode)} of ${path}`]),
    ...(old.uid === next.uid ? [] : [`~ owner ${old.uid} becomes ${next.uid} of ${path}`]),
    ...(old.gid === next.gid ? [] : [`~ group ${old.gid} becomes ${next.gid} of ${path}`]),
  ];
}
