import type { Change, CommandChange, FileChange, UnitChange, UnitState } from '../domain/change.ts';
import type { FileState } from '../domain/file.ts';
import { runsShellText } from '../domain/shell-text.ts';
import { count } from '../formats/count.ts';
import { diffFiles, unifiedLines } from '../formats/diff.ts';
import { commandLine } from '../views/command-line.ts';
import { hanging, type Page } from './page.ts';
import { TAB } from './secrets-mask.ts';
import { chunks } from './wrap.ts';

/** One change as lines: what it is, what that means, and for a file that may be shown its diff. */
export function showChange(page: Page, change: Change): readonly string[] {
  switch (change.kind) {
    case 'file':
      return fileLines(page, change);
    case 'unit':
      return [...marked(page, `~ ${page.say(change.unit)}: ${unitWords(change)}`), ...says(page, change)];
    case 'trigger': {
      const action = `~ ${change.action}${change.unit === undefined ? '' : ` ${page.say(change.unit)}`}`;
      const more = change.says.filter((line) => page.say(line) !== action);
      return [...marked(page, action), ...says(page, { ...change, says: more })];
    }
    case 'command':
      return commandLines(page, change);
  }
}

/** Semantic lines, in the colour of their first character. */
function says(page: Page, change: Change): readonly string[] {
  if (change.sensitive && change.kind !== 'unit' && change.kind !== 'trigger') return [];
  return change.says.flatMap((line) => hanging(page, 6, '', page.say(line), signPaint(page, line)));
}

function marked(page: Page, line: string): readonly string[] {
  return hanging(page, 4, '', line, signPaint(page, line));
}

function signPaint(page: Page, line: string): (text: string) => string {
  if (line.startsWith('+')) return page.style.added;
  if (line.startsWith('-')) return page.style.removed;
  return line.startsWith('~') ? page.style.warn : (text) => text;
}

function fileLines(page: Page, change: FileChange): readonly string[] {
  const { before, after } = change;
  const sign = before.kind === 'absent' ? '+' : after.kind === 'absent' ? '-' : '~';
  const target = before.kind === 'file' && before.realPath !== change.path ? ` (a link to ${page.say(before.realPath)})` : '';
  return [
    ...marked(page, `${sign} ${page.say(change.path)}${target}`),
    ...says(page, change),
    ...attributeWords(before, after).flatMap((words) => hanging(page, 6, '', `~ ${words}`, page.style.warn)),
    ...(change.sensitive ? digestLines(page, change) : diffLines(page, change)),
  ];
}

/** What of mode, owner and extended attributes changes, or is given to a new file. */
function attributeWords(before: FileState, after: FileState): readonly string[] {
  if (after.kind === 'absent') return [];
  const { mode, uid, gid, xattrs } = after.attributes;
  const octal = (bits: number) => bits.toString(8).padStart(4, '0');
  if (before.kind === 'absent') return [`mode ${octal(mode)}, owner ${uid}:${gid}`];
  const old = before.attributes;
  return [
    ...(old.mode === mode ? [] : [`mode ${octal(old.mode)} becomes ${octal(mode)}`]),
    ...(old.uid === uid && old.gid === gid ? [] : [`owner ${old.uid}:${old.gid} becomes ${uid}:${gid}`]),
    ...(old.xattrs === xattrs ? [] : ['extended attributes change']),
  ];
}

function digestLines(page: Page, { before, after }: FileChange): readonly string[] {
  const words = (state: FileState) => {
    if (state.kind === 'absent') return 'no file';
    return `${count(lineCount(state.content.bytes), 'line')}, sha256 ${state.content.sha256.slice(0, 12)}`;
  };
  const text = `contents are sensitive and not shown: ${words(before)} becomes ${words(after)}`;
  return hanging(page, 6, '', text, page.style.quiet);
}

function lineCount(bytes: Uint8Array): number {
  let lines = 0;
  for (const byte of bytes) if (byte === 0x0a) lines += 1;
  return bytes.length > 0 && bytes.at(-1) !== 0x0a ? lines + 1 : lines;
}

/** The raw diff behind a bar, so that no line of a file can be taken for ours, however the terminal breaks it. */
function diffLines(page: Page, change: FileChange): readonly string[] {
  const bar = `      ${page.style.quiet(page.symbols.bar)} `;
  return rawDiff(page, change).flatMap((line) => {
    const paint = line.startsWith('@@')
      ? page.style.hunk
      : line.startsWith('+')
        ? page.style.added
        : line.startsWith('-')
          ? page.style.removed
          : plain;
    return chunks(page.say(line.replaceAll('\t', TAB)), page.width - 8).map((chunk) => bar + paint(chunk));
  });
}

/** Without the two lines that name the file: it is named above. */
function rawDiff(page: Page, { path, before, after }: FileChange): readonly string[] {
  const bytes = (state: FileState) => (state.kind === 'file' ? state.content.bytes : undefined);
  const exists = { before: before.kind === 'file', after: after.kind === 'file' };
  return unifiedLines(page.say(path), diffFiles(bytes(before), bytes(after)), exists).slice(2);
}

function plain(text: string): string {
  return text;
}

function unitWords({ before, after }: UnitChange): string {
  const words = (key: keyof UnitState, yes: string, no: string) => (before[key] === after[key] ? [] : [after[key] ? yes : no]);
  return [...words('active', 'start', 'stop'), ...words('enabled', 'enable', 'disable'), ...words('masked', 'mask', 'unmask')].join(', ');
}

function commandLines(page: Page, change: CommandChange): readonly string[] {
  const words = (argv: readonly string[]) => (change.sensitive ? 'a command that is sensitive and not shown' : page.say(commandLine(argv)));
  const { undo } = change;
  const irreversible = 'irreversible' in undo;
  const shell = [change.argv, irreversible ? [] : undo.argv].some(runsShellText);
  const line = hanging(page, 4, '', `~ run ${words(change.argv)}`, irreversible || shell ? page.style.bad : page.style.warn);
  const back = irreversible
    ? hanging(page, 6, `${page.symbols.warn} `, `cannot be taken back: ${page.say(undo.irreversible)}`, page.style.bad)
    : hanging(page, 6, '', `taken back by ${words(undo.argv)}`, page.style.quiet);
  const text = shell
    ? hanging(page, 6, `${page.symbols.warn} `, 'shell text: what it does, only whoever reads it knows', page.style.bad)
    : [];
  return [...line, ...text, ...says(page, change), ...back];
}
