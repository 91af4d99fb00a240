import type { Probe, ProbeOptions } from '../domain/access.ts';
import { HostFault } from '../domain/failure.ts';
import type { Query } from './query.ts';
import { commandLine, quote } from './quote.ts';

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 1024 * 1024;

/**
 * Programs such as kubectl keep caches below HOME. /proc is a HOME in which nobody, not even root, can make a file, and
 * in which a look for one ends as in any empty directory.
 */
const probeFunctions = `
probe() {
  if [ -n "$probe_home" ]; then
    HOME=$probe_home XDG_CACHE_HOME=$probe_home XDG_CONFIG_HOME=$probe_home KUBECACHEDIR=$probe_home
    export HOME XDG_CACHE_HOME XDG_CONFIG_HOME KUBECACHEDIR
  fi
  limited "$@"
}
`;

/** Asks what a program prints, as `Reader.probe` describes. */
export function probeQuery(argv: readonly string[], options: ProbeOptions = {}): Query<Probe> {
  if (argv.length === 0) throw new HostFault({ code: 'bad-params', message: 'a probe needs a program' });
  const { timeoutMs = TIMEOUT_MS, maxBytes = MAX_BYTES } = options;
  const seconds = Math.max(1, Math.ceil(timeoutMs / 1_000));
  const words = commandLine(argv);
  return {
    key: `probe ${seconds} ${maxBytes} ${words}`,
    functions: [probeFunctions],
    tools: ['head', 'date'],
    call: (id) => `capture ${quote(`${id}.probe`)} ${maxBytes + 1} probe ${seconds} ${words}`,
    timeoutMs: seconds * 1_000 + 3_000,
    maxBytes: 2 * maxBytes + 4096,
    parse: (answer) => {
      const { code, stdout, stderr } = answer.frame('probe');
      const truncated = stdout.length > maxBytes || stderr.length > maxBytes;
      return { code: code < 0 ? 255 : code, stdout: stdout.slice(0, maxBytes), stderr: stderr.slice(0, maxBytes), truncated };
    },
  };
}
