import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Has a command line write down, at its end, the most memory that it ever held. */
export interface MemoryHook {
  /** What its environment needs. */
  readonly env: Record<string, string>;
  /** The most resident memory of the last command that ended, in MiB; infinite when none wrote it down. */
  mostMib(): number;
}

/** Files of it go into `directory`. */
export function memoryHook(directory: string): MemoryHook {
  const [script, figure] = [join(directory, 'memory-hook.mjs'), join(directory, 'memory-kib')];
  writeFileSync(
    script,
    `import { writeFileSync } from 'node:fs';\nprocess.on('exit', () => writeFileSync(${JSON.stringify(figure)}, String(process.resourceUsage().maxRSS)));\n`,
  );
  return {
    env: { NODE_OPTIONS: `--import ${pathToFileURL(script).href}` },
    mostMib: () => (existsSync(figure) ? Number(readFileSync(figure, 'utf8')) / 1024 : Number.POSITIVE_INFINITY),
  };
}
