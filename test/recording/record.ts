import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

// Records the demonstration, as a terminal shows it, in docs/demo.cast: `npm run record`. The format is asciicast v2
// (https://docs.asciinema.org/manual/asciicast/v2/): a header, and then a line for each piece of output with its time in seconds.

const COLUMNS = 100;
const ROWS = 32;
const FILE = fileURLToPath(new URL('../../docs/demo.cast', import.meta.url));
const DEMO = fileURLToPath(new URL('../../src/cli/demo.ts', import.meta.url));

/** Runs the demonstration in a terminal of its own, which script(1) makes, and gives what it shows, and when. */
function recorded(): Promise<{ readonly code: number; readonly lines: readonly string[] }> {
  const command = `stty cols ${COLUMNS} rows ${ROWS}; exec '${process.execPath}' '${DEMO}'`;
  const child = spawn('script', ['-qefc', command, '/dev/null'], {
    env: { ...process.env, SHELL: '/bin/sh', TERM: 'xterm-256color', LC_ALL: 'C.UTF-8' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const began = performance.now();
  const lines: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    lines.push(JSON.stringify([Number(((performance.now() - began) / 1_000).toFixed(3)), 'o', text]));
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, lines }));
  });
}

const { code, lines } = await recorded();
if (code === 0) {
  const header = { version: 2, width: COLUMNS, height: ROWS, idle_time_limit: 2, title: 'runbook: one incident on the practice fleet' };
  writeFileSync(FILE, `${[JSON.stringify(header), ...lines].join('\n')}\n`);
}
process.exitCode = code;
