import { fail, ok, type Result } from '../../domain/failure.ts';
import type { World } from '../world.ts';

/** Where traces go, and under which names, by the variables of OpenTelemetry. */
export interface TraceTarget {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly resource: Readonly<Record<string, string>>;
  /** The span that this run is a part of, by `TRACEPARENT`. */
  readonly parent?: { readonly traceId: string; readonly spanId: string };
}

/** What the specification says where no time is set, in ms. */
const TIMEOUT_MS = 10_000;

/**
 * Reads the variables of https://opentelemetry.io/docs/specs/otel/protocol/exporter and …/configuration/sdk-environment-variables; undefined where
 * no traces are wanted. As there, an empty one is as good as none.
 */
export function traceTarget({ env }: Pick<World, 'env'>): Result<TraceTarget | undefined> {
  const of = (name: string) => (env[name] === '' ? undefined : env[name]);
  const either = (name: string) => of(`OTEL_EXPORTER_OTLP_TRACES_${name}`) ?? of(`OTEL_EXPORTER_OTLP_${name}`);
  const own = of('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT');
  const base = of('OTEL_EXPORTER_OTLP_ENDPOINT');
  const exporters = (of('OTEL_TRACES_EXPORTER') ?? 'otlp').split(',').map((name) => name.trim());
  if ((own ?? base) === undefined || of('OTEL_SDK_DISABLED')?.toLowerCase() === 'true' || !exporters.includes('otlp')) return ok(undefined);
  const parent = parentOf(of('TRACEPARENT'));
  if (parent && !parent.isSampled) return ok(undefined);
  if (either('PROTOCOL') === 'grpc')
    return bad('OTEL_EXPORTER_OTLP_PROTOCOL is grpc, which is not spoken here', 'set http/json, and the port for it, 4318');
  const url = own === undefined ? URL.parse(`${base?.replace(/\/+$/, '')}/v1/traces`) : URL.parse(own);
  if (!url || !/^https?:$/.test(url.protocol))
    return bad('the endpoint for OTLP is no address', 'such as OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318');
  if (url.username !== '' || url.password !== '')
    return bad('the endpoint for OTLP has a user or a password in it', 'put it into OTEL_EXPORTER_OTLP_HEADERS');
  const headers = pairsOf(either('HEADERS'));
  const resource = pairsOf(of('OTEL_RESOURCE_ATTRIBUTES'));
  if (!headers) return bad('OTEL_EXPORTER_OTLP_HEADERS is no list of NAME=VALUE', 'with commas between, and values percent-encoded');
  if (!resource) return bad('OTEL_RESOURCE_ATTRIBUTES is no list of NAME=VALUE', 'with commas between, and values percent-encoded');
  const timeout = Number(either('TIMEOUT') ?? TIMEOUT_MS);
  return ok({
    url,
    headers,
    timeoutMs: Number.isSafeInteger(timeout) && timeout > 0 ? timeout : TIMEOUT_MS,
    resource: {
      'service.name': 'runbook',
      ...resource,
      ...(of('OTEL_SERVICE_NAME') === undefined ? {} : { 'service.name': of('OTEL_SERVICE_NAME') ?? '' }),
    },
    ...(parent ? { parent } : {}),
  });
}

function bad(message: string, hint: string): Result<never> {
  return fail('bad-input', message, { hint });
}

/** `a=1,b=x%20y`, as W3C Baggage has it; undefined where it is not. Header names and values are such as HTTP takes. */
function pairsOf(text: string | undefined): Readonly<Record<string, string>> | undefined {
  const pairs: [string, string][] = [];
  for (const part of (text ?? '').split(',').map((each) => each.trim())) {
    if (part === '') continue;
    const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+)\s*=\s*([\x20-\x7e]*)$/.exec(part) ?? [];
    if (name === undefined || value === undefined) return undefined;
    const decoded = decodedValue(value);
    if (decoded === undefined) return undefined;
    pairs.push([name, decoded]);
  }
  return Object.fromEntries(pairs);
}

/** Undefined where it is not encoded well, or would end a header. */
function decodedValue(value: string): string | undefined {
  try {
    const decoded = decodeURIComponent(value);
    return /^[\t\x20-\x7e]*$/.test(decoded) ? decoded : undefined;
  } catch {
    return undefined;
  }
}

const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-|$)/;

/** The caller's span (https://www.w3.org/TR/trace-context); what is none is left out, as it says. */
function parentOf(
  text: string | undefined,
): { readonly traceId: string; readonly spanId: string; readonly isSampled: boolean } | undefined {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(text ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
}
