import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A request as a server got it. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A real HTTP server on loopback that keeps what it gets. */
export class HttpSink {
  readonly received: Received[] = [];
  readonly #server: Server;
  readonly #answers: (number | 'silence' | { readonly location: string })[];

  private constructor(server: Server, answers: HttpSink['answers']) {
    this.#server = server;
    this.#answers = [...answers];
  }

  /** `answers`: how it answers in turn, the last one from then on. */
  static async open(answers: HttpSink['answers'] = [200]): Promise<HttpSink> {
    const server = createServer();
    const sink = new HttpSink(server, answers);
    server.on('request', (request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      request.on('end', () => {
        sink.received.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, body });
        const [answer = 200] = sink.#answers;
        if (sink.#answers.length > 1) sink.#answers.shift();
        if (answer === 'silence') return;
        if (typeof answer === 'number') response.writeHead(answer).end('ok');
        else response.writeHead(302, answer).end();
      });
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return sink;
  }

  /** The same, closed with the test that asks for it. */
  static async forTest(answers?: HttpSink['answers']): Promise<HttpSink> {
    const sink = await HttpSink.open(answers);
    onTestFinished(() => sink.close());
    return sink;
  }

  get answers(): readonly (number | 'silence' | { readonly location: string })[] {
    return this.#answers;
  }

  url(path = '/'): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${path}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }
}
