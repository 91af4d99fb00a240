import type { Probe, Reader } from '../domain/access.ts';
import { durationMs } from '../domain/duration.ts';
import { HostFault } from '../domain/failure.ts';
import { defineStep, type Unmet } from '../domain/step.ts';
import { parseHttpResponse, statusInWgetLog } from '../formats/http-response.ts';
import { DURATION } from './parameter-schemas.ts';
import { lastWords, programText } from './program-text.ts';

/** Longest body kept, in bytes. */
const MAX_BODY = 262_144;

/** Values come as positional arguments only; nothing of them is read as shell. HTTP/1.0, so that the answer is not chunked. */
const BASH_REQUEST = `exec 3<>"/dev/tcp/$1/$2" || exit 7
printf 'GET %s HTTP/1.0\\r\\nHost: %s\\r\\nConnection: close\\r\\n\\r\\n' "$3" "$4" >&3
cat <&3`;

interface Answer {
  /** 0: no answer. */
  readonly status: number;
  readonly body: string;
  readonly tool: string;
  readonly error: string;
}

/** Whether something answers over HTTP, as seen from the host itself. */
export const httpCheck = defineStep({
  name: 'http.check',
  summary: 'Ask a URL from the host itself, and look at the answer',
  docs: `Asks with what the host has: \`curl\`, else \`wget\` (GNU or busybox), else \`bash\` (http only). One GET; redirects are not followed
by curl and bash, and wget's first answer is the one that counts. \`status\` is 0 where nothing answered, and \`error\` says
why. \`body\` is at most 256 KiB; wget shows none for a status of 400 and more.`,
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['url'],
    properties: {
      url: { type: 'string', pattern: '^https?://[^\\s\\u0000-\\u001f]+$', maxLength: 2000, description: 'what to ask, http or https' },
      timeout: { ...DURATION, default: '5s', description: 'how long the answer may take' },
      expect: {
        type: 'object',
        additionalProperties: false,
        description: 'what must hold',
        properties: {
          status: { type: 'integer', minimum: 100, maximum: 599, description: 'the status it must answer' },
          body_contains: { type: 'string', minLength: 1, description: 'text that must stand in the body' },
        },
      },
    },
  },
  examples: [
    {
      title: 'A healthy kubelet, asked by curl',
      params: { url: 'http://127.0.0.1:10248/healthz', timeout: '5s', expect: { status: 200, body_contains: 'ok' } },
      host: {
        programs: {
          [`${curlArgv('http://127.0.0.1:10248/healthz', 5).join(' ')}`]: {
            stdout: 'HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 2\r\n\r\nok',
          },
        },
      },
      outputs: { status: 200, body: 'ok', tool: 'curl', error: '' },
      unmet: [],
    },
    {
      title: 'Nothing listens; the host has only wget',
      params: { url: 'http://127.0.0.1:10248/healthz', timeout: '5s', expect: { status: 200 } },
      host: {
        programs: {
          [`${wgetArgv('http://127.0.0.1:10248/healthz').join(' ')}`]: {
            code: 1,
            stderr: "wget: can't connect to remote host (127.0.0.1): Connection refused\n",
          },
        },
      },
      outputs: { status: 0, tool: 'wget', error: "wget: can't connect to remote host (127.0.0.1): Connection refused" },
      unmet: [
        "http://127.0.0.1:10248/healthz answers 200: expected, but it did not answer: wget: can't connect to remote host (127.0.0.1): Connection refused",
      ],
    },
  ],
  async observe(host, params): Promise<Answer> {
    if (!URL.canParse(params.url)) throw new HostFault({ code: 'bad-params', message: `${params.url} is no URL`, at: 'url' });
    const timeoutMs = durationMs(params.timeout) ?? 5_000;
    return (
      (await askCurl(host, params.url, timeoutMs)) ?? (await askWget(host, params.url, timeoutMs)) ?? askBash(host, params.url, timeoutMs)
    );
  },
  outputs: {
    schema: {
      type: 'object',
      properties: {
        status: { type: 'integer', description: 'the status that was answered; 0 when there was no answer' },
        body: { type: 'string', description: 'the body, at most 256 KiB' },
        tool: { type: 'string', description: 'curl, wget or bash: what asked; empty when the host has none of them' },
        error: { type: 'string', description: 'why there was no answer; empty when there was one' },
      },
    },
    of: ({ status, body, tool, error }) => ({ status, body, tool, error }),
  },
  verify({ status, body, error }, { url, expect = {} }) {
    const unmet: Unmet[] = [];
    const found = status === 0 ? `it did not answer: ${error}` : `it answered ${status}`;
    if (expect.status !== undefined && expect.status !== status)
      unmet.push({ what: `${url} answers ${expect.status}: expected, but ${found}` });
    if (expect.body_contains !== undefined && !body.includes(expect.body_contains)) {
      const missing = status === 0 ? found : `the answer (${status}) does not`;
      unmet.push({ what: `${url} answers with "${expect.body_contains}" in the body: expected, but ${missing}` });
    }
    return unmet;
  },
});

/** `-q` first: no ~/.curlrc. `-g`: brackets and braces in a URL mean themselves. Loopback is never asked through a proxy. */
function curlArgv(url: string, seconds: number): readonly string[] {
  return ['curl', '-q', '-g', '-sS', '-i', '--noproxy', 'localhost,127.0.0.1,::1', '--max-time', String(seconds), url];
}

/** No `-T`: busybox 1.35 of Debian 12 crashes on it; the host's own time limit on the program does the same. */
function wgetArgv(url: string): readonly string[] {
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
