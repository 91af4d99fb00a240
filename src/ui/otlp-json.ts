import type { Attributes, Span } from '../views/spans.ts';

/** What a batch of spans is sent under. */
export interface TraceHead {
  /** 32 hex digits. */
  readonly traceId: string;
  /** Of the program that tells it: `service.name` and the like. */
  readonly resource: Readonly<Record<string, string>>;
  readonly version: string;
}

/** `SPAN_KIND_INTERNAL` and `STATUS_CODE_ERROR` of opentelemetry/proto/trace/v1/trace.proto. */
const INTERNAL = 1;
const ERROR = 2;

/**
 * Spans as an `ExportTraceServiceRequest` in the JSON of OTLP 1.x: names in lowerCamelCase, ids in hex, 64-bit numbers as text
 * (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding). `say` makes text safe to show.
 */
export function otlpJson({ traceId, resource, version }: TraceHead, spans: readonly Span[], say: (text: string) => string): string {
  const attributes = (all: Attributes) => Object.entries(all).map(([key, value]) => ({ key, value: anyValue(value, say) }));
  return JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: attributes(resource) },
        scopeSpans: [
          {
            scope: { name: 'runbook', version },
            spans: spans.map(({ id, parent, name, from, to, attributes: own, error, marks }) => ({
              traceId,
              spanId: id,
              ...(parent === undefined ? {} : { parentSpanId: parent }),
              name: say(name),
              kind: INTERNAL,
              startTimeUnixNano: nanoseconds(from),
              endTimeUnixNano: nanoseconds(Math.max(from, to)),
              attributes: attributes(own),
              events: marks.map((mark) => ({
                timeUnixNano: nanoseconds(mark.at),
                name: mark.name,
                attributes: attributes(mark.attributes),
              })),
              status: error === undefined ? {} : { code: ERROR, message: say(error) },
            })),
          },
        ],
      },
    ],
  });
}

function anyValue(value: Attributes[string], say: (text: string) => string): object {
  switch (typeof value) {
    case 'string':
      return { stringValue: say(value) };
    case 'boolean':
      return { boolValue: value };
    case 'number':
      return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
    default:
      return { arrayValue: { values: value.map((each) => anyValue(each, say)) } };
  }
}

function nanoseconds(ms: number): string {
  return `${Math.round(ms)}000000`;
}
