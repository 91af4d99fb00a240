import type { Probe, Reader } from '../domain/access.ts';
import { HostFault } from '../domain/failure.ts';
import { parseHttpResponse, statusInWgetLog } from '../formats/http-response.ts';
import { lastWords, programText } from './program-text.ts';

/** Longest body kept, in bytes. */
const MAX_BODY = 262_144;

/** Values come as positional arguments only; nothing of them is read as shell. HTTP/1.0, so that the answer is not chunked. */
const BASH_REQUEST = `exec 3<>"/dev/tcp/$1/$2" || exit 7
printf 'GET %s HTTP/1.0\\r\\nHost: %s\\r\\nConnection: close\\r\\n\\r\\n' "$3" "$4" >&3
cat <&3`;

/** What came back. */
export interface Answer {
  /** 0: no answer. */
  readonly status: number;
  readonly body: string;
  readonly tool: string;
  readonly error: string;
}

/** One GET by what the host has: `curl`, else `wget` (GNU or busybox), else `bash` (http only). Throws `HostFault` for what is no URL. */
export async function askHttp(host: Reader, url: string, timeoutMs: number): Promise<Answer> {
  if (!URL.canParse(url)) throw new HostFault({ code: 'bad-params', message: `${url} is no URL`, at: 'url' });
  return (await askCurl(host, url, timeoutMs)) ?? (await askWget(host, url, timeoutMs)) ?? askBash(host, url, timeoutMs);
}

/** `-q` first: no ~/.curlrc. `-g`: brackets and braces in a URL mean themselves. Loopback is never asked through a proxy. */
export function curlArgv(url: string, seconds: number): readonly string[] {
  return ['curl', '-q', '-g', '-sS', '-i', '--noproxy', 'localhost,127.0.0.1,::1', '--max-time', String(seconds), url];
}

/** No `-T`: busybox 1.35 of Debian 12 crashes on it; the host's own time limit on the program does the same. */
export function wgetArgv(url: string): readonly string[] {
  return ['wget', '-q', '-S', '-O', '-', '-t', '1', url];
}

async function askCurl(host: Reader, url: string, timeoutMs: number): Promise<Answer | undefined> {
  const argv = curlArgv(url, Math.max(1, Math.ceil(timeoutMs / 1_000)));
  const probe = await host.probe(argv, { timeoutMs: timeoutMs + 2_000, maxBytes: MAX_BODY });
  if (probe.code === 127) return undefined;
  return answerOf('curl', parseHttpResponse(programText(probe.stdout)), probe);
}

async function askWget(host: Reader, url: string, timeoutMs: number): Promise<Answer | undefined> {
  const probe = await host.probe(wgetArgv(url), { timeoutMs, maxBytes: MAX_BODY });
  if (probe.code === 127) return undefined;
  const status = statusInWgetLog(programText(probe.stderr));
  return answerOf('wget', status === undefined ? undefined : { status, body: programText(probe.stdout) }, probe);
}

async function askBash(host: Reader, url: string, timeoutMs: number): Promise<Answer> {
  const { protocol, hostname, host: hostAndPort, port, pathname, search } = new URL(url);
  const none = { status: 0, body: '', tool: '', error: 'the host has neither curl nor wget, and bash cannot ask over https' };
  if (protocol !== 'http:') return none;
  const address = hostname.replace(/^\[|\]$/g, '');
  const argv = ['bash', '-c', BASH_REQUEST, 'runbook-http', address, port || '80', pathname + search, hostAndPort];
  const probe = await host.probe(argv, { timeoutMs, maxBytes: MAX_BODY });
  if (probe.code === 127) return { ...none, error: 'the host has neither curl, wget nor bash to ask with' };
  return answerOf('bash', parseHttpResponse(programText(probe.stdout)), probe);
}

function answerOf(tool: string, response: { readonly status: number; readonly body: string } | undefined, probe: Probe): Answer {
  if (response === undefined) return { status: 0, body: '', tool, error: lastWords(tool, probe) };
  return { ...response, tool, error: '' };
}
