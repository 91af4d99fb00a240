import { existsSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { httpCheck } from '../../src/steps/http.check.ts';
import { hostWithout, localFleet, thisHost } from '../remote/local-fleet.ts';

/** What asks, and the real program that stands for it. */
const TOOLS = [
  { title: 'curl', tool: 'curl', program: '/usr/bin/curl' },
  { title: 'GNU wget', tool: 'wget', program: '/usr/bin/wget' },
  { title: 'busybox wget', tool: 'wget', program: '/usr/bin/busybox' },
  { title: 'bash', tool: 'bash', program: '/usr/bin/bash' },
];

const server = createServer((request, response) => {
  response.statusCode = Number(/^\/(\d{3})/.exec(request.url ?? '')?.[1] ?? 200);
  response.end(`asked for ${request.url}`);
});
let base = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
});

/** Asks through the real shell, on a host whose only way to ask is one program. */
async function check(tool: string, program: string, url: string) {
  const shell = hostWithout([]);
  symlinkSync(program, `${shell.path}/${tool}`);
  const reader = await localFleet({ shell }).fleet.read(thisHost);
  return httpCheck.observe(reader, { url, timeout: '5s' });
}

describe.each(TOOLS)('$title, really run', ({ tool, program }) => {
  const really = test.skipIf(!existsSync(program));

  really('gives status and body of an answer', async () => {
    const url = `${base}/200?q=a%20b&c=[d]{e}`;
    expect(await check(tool, program, url)).toMatchObject({
      status: 200,
      tool,
      error: '',
      body: expect.stringMatching(/^asked for \/200\?q=a%20b&c=/),
    });
  });

  really('gives the status of an error', async () => {
    expect(await check(tool, program, `${base}/503`)).toMatchObject({ status: 503, tool, error: '' });
  });

  really('says that nothing answers', async () => {
    const answer = await check(tool, program, 'http://127.0.0.1:1/healthz');
    expect(answer).toMatchObject({ status: 0, tool, body: '' });
    expect(answer.error).not.toBe('');
  });

  really('takes nothing in a URL as shell', async () => {
    expect(await check(tool, program, `${base}/200;echo$IFS$(id)'"\`id\``)).toMatchObject({
      status: 200,
      tool,
      body: expect.stringContaining('/200;echo$IFS$(id)'),
    });
  });
});

test('a host with nothing to ask with says so', async () => {
  const reader = await localFleet({ shell: hostWithout([]) }).fleet.read(thisHost);
  const answer = await httpCheck.observe(reader, { url: `${base}/200`, timeout: '5s' });
  expect(answer).toEqual({ status: 0, body: '', tool: '', error: 'the host has neither curl, wget nor bash to ask with' });
});

test('https is not tried with bash', async () => {
  const shell = hostWithout([]);
  if (existsSync('/usr/bin/bash')) symlinkSync('/usr/bin/bash', `${shell.path}/bash`);
  const reader = await localFleet({ shell }).fleet.read(thisHost);
  const answer = await httpCheck.observe(reader, { url: 'https://127.0.0.1:1/', timeout: '5s' });
  expect(answer).toMatchObject({ status: 0, tool: '', error: expect.stringContaining('https') });
});
