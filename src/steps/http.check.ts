import { durationMs } from '../domain/duration.ts';
import { defineStep, type Unmet } from '../domain/step.ts';
import { askHttp, curlArgv, wgetArgv } from './ask-http.ts';
import { DURATION } from './parameter-schemas.ts';

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
  observe: (host, params) => askHttp(host, params.url, durationMs(params.timeout) ?? 5_000),
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
