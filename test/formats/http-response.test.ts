import { expect, test } from 'vitest';
import { parseHttpResponse, statusInWgetLog } from '../../src/formats/http-response.ts';

test.each([
  [
    'curl -i of a kubelet',
    'HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 2\r\n\r\nok',
    { status: 200, body: 'ok' },
  ],
  ['HTTP/2', 'HTTP/2 403 \r\ncontent-type: application/json\r\n\r\n{}', { status: 403, body: '{}' }],
  ['an interim answer first', 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n', { status: 204, body: '' }],
  ['bare newlines', 'HTTP/1.0 500 Oops\nA: b\n\nbody\n\nmore', { status: 500, body: 'body\n\nmore' }],
  ['headers that are cut off', 'HTTP/1.1 200 OK\r\nContent-Ty', { status: 200, body: '' }],
  ['no HTTP at all', 'SSH-2.0-OpenSSH_9.2\r\n', undefined],
  ['nothing', '', undefined],
])('%s', (_title, text, response) => {
  expect(parseHttpResponse(text)).toEqual(response);
});

test.each([
  ['GNU wget 1.21 -S, 200', '  HTTP/1.0 200 OK\n  Server: BaseHTTP/0.6 Python/3.11.7\n', 200],
  ['GNU wget 1.21 -S, redirect followed', '  HTTP/1.0 302 Found\n  Location: /ok\n  HTTP/1.0 200 OK\n', 302],
  ['busybox 1.35, 404', 'wget: server returned error: HTTP/1.0 404 Not Found\n', 404],
  ['GNU wget without -S', '2026-11-22 08:04:10 ERROR 503: Service Unavailable.\n', 503],
  ['busybox, refused', "wget: can't connect to remote host (127.0.0.1): Connection refused\n", undefined],
  ['nothing', '', undefined],
])('the status in what wget logs: %s', (_title, log, status) => {
  expect(statusInWgetLog(log)).toBe(status);
});
