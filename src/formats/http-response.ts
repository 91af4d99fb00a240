/** What a server answered. */
export interface HttpResponse {
  readonly status: number;
  readonly body: string;
}

const STATUS_LINE = /^HTTP\/\d(?:\.\d)? (\d{3})(?: [^\r\n]*)?$/;

/**
 * An answer as it comes over the wire, or from `curl -i`: headers, an empty line, the body. Interim answers (1xx) before
 * it are skipped. Undefined when it does not begin with a status line.
 */
export function parseHttpResponse(text: string): HttpResponse | undefined {
  // A loop: a server may send more interim answers than the stack is deep.
  for (let rest = text; ; ) {
    const end = /\r?\n\r?\n/.exec(rest);
    const head = end === null ? rest : rest.slice(0, end.index);
    const body = end === null ? '' : rest.slice(end.index + end[0].length);
    const status = STATUS_LINE.exec(head.split(/\r?\n/, 1)[0] ?? '')?.[1];
    if (status === undefined) return undefined;
    if (!status.startsWith('1')) return { status: Number(status), body };
    rest = body;
  }
}

/**
 * The status in what `wget -S` (GNU or busybox) or a failing busybox wget prints to standard error; of several the first
 * that is not interim, so that a redirect is answered as such. Undefined when there is none.
 */
export function statusInWgetLog(log: string): number | undefined {
  const found = [...log.matchAll(/HTTP\/\d(?:\.\d)? (\d{3})\b/g)].map((match) => Number(match[1])).find((status) => status >= 200);
  return found ?? gnuStatus(log);
}

/** GNU wget without -S: `2026-11-22 08:04:10 ERROR 404: Not Found.` */
function gnuStatus(log: string): number | undefined {
  const found = /ERROR (\d{3}):/.exec(log)?.[1];
  return found === undefined ? undefined : Number(found);
}
