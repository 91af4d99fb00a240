import { spawn } from 'node:child_process';
import { LAUNCH } from '../lab/command-line.ts';
import { quoted } from './pty.ts';

/** `runbook ARGS… | head -1`, and how the left side ended. */
export async function intoHead(
  args: readonly string[],
  redirect = '',
): Promise<{ readonly head: string; readonly err: string; readonly code: number }> {
  const left = [LAUNCH, ...args].map(quoted).join(' ');
  const child = spawn('/bin/sh', ['-c', `{ ${left} ${redirect}; echo "code=$?" >&3; } | head -n 1`], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const texts = child.stdio.slice(1).map(async (stream) => {
    let text = '';
    for await (const chunk of stream as NodeJS.ReadableStream) text += String(chunk);
    return text;
  });
  const [head = '', err = '', code = ''] = await Promise.all(texts);
  return { head, err, code: Number(code.replace('code=', '')) };
}
