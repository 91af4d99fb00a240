/**
 * Preloaded into a controller (`NODE_OPTIONS=--import`): ends it with SIGKILL at one record of its journal, given in KILL_AT as
 * `before:N`, `torn:N` or `after:N`. What came before record N is durable; of N itself there is nothing, half a line, or all.
 */
import { type FileHandle, open } from 'node:fs/promises';

const [when = '', number = ''] = (process.env['KILL_AT'] ?? '').split(':');
const probe = await open('/dev/null');
const proto = Object.getPrototypeOf(probe) as { writeFile: FileHandle['writeFile'] };
await probe.close();
const write = proto.writeFile;

proto.writeFile = async function (this: FileHandle, ...[data, options]: Parameters<FileHandle['writeFile']>): Promise<void> {
  const lines = typeof data === 'string' && data.startsWith('{"v":1,"seq":') ? data.split(/(?<=\n)/) : [];
  const at = lines.findIndex((line) => line.startsWith(`{"v":1,"seq":${number},`));
  const line = lines[at];
  if (line === undefined) return write.call(this, data, options);
  const part = { before: '', torn: line.slice(0, line.length / 2), after: line }[when] ?? '';
  await write.call(this, lines.slice(0, at).join('') + part);
  await this.datasync();
  process.kill(process.pid, 'SIGKILL');
};
