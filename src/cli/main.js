import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

// JavaScript, so that nothing of Node that reads TypeScript is loaded before there is a cache of what it made: that took a third of --help.
// Half of the start-up time is compiling what did not change since the last start. The place that Node takes by itself is
// below /tmp, where another user may have put code for us to run: only a directory of the operator's own will do.
const { XDG_CACHE_HOME, HOME } = process.env;
const caches = XDG_CACHE_HOME?.startsWith('/') ? XDG_CACHE_HOME : HOME && join(HOME, '.cache');
if (caches) enableCompileCache(join(caches, 'runbook'));
const { runCommandLine } = await import('./command-line.ts');
process.exitCode = await runCommandLine(process.argv.slice(2));
