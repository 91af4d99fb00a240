import { enableCompileCache } from 'node:module';

// Half of the start-up time is compiling what did not change since the last start.
enableCompileCache();
const { runCommandLine } = await import('./command-line.ts');
process.exitCode = await runCommandLine(process.argv.slice(2));
