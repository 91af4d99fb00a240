/** A value of the JSON that is judged. */
type Judge = (value: unknown, at: string) => readonly string[];

const like =
  (pattern: RegExp): Judge =>
  (value, at) =>
    typeof value === 'string' && pattern.test(value) ? [] : [at];

const text = like(/^/);
const nanoseconds = like(/^[1-9]\d{18}$/);

function list(item: Judge, least = 0): Judge {
  return (value, at) => (Array.isArray(value) && value.length >= least ? value.flatMap((each) => item(each, at)) : [at]);
}

/** A message with these fields and no others; those after a `?` may be left out. */
function message(fields: Readonly<Record<string, Judge>>): Judge {
  return (value, at) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [at];
    const unknown = Object.keys(value).filter((key) => !(key in fields) && !(`?${key}` in fields));
    return [
      ...unknown.map((key) => `${at}.${key}`),
      ...Object.entries(fields).flatMap(([key, judge]) => {
        const name = key.replace('?', '');
        if (!(name in value)) return key.startsWith('?') ? [] : [`${at}.${name}`];
        return judge((value as Record<string, unknown>)[name], `${at.split('.').at(-1)}.${name}`);
      }),
    ];
  };
}

const anyValue: Judge = (value, at) => {
  const one = typeof value === 'object' && value !== null && Object.keys(value).length === 1;
  return one
    ? message({
        '?stringValue': text,
        '?boolValue': bool,
        '?intValue': like(/^-?\d+$/),
        '?doubleValue': number,
        '?arrayValue': message({ values: list((each, where) => anyValue(each, where)) }),
      })(value, at)
    : [at];
};
const bool: Judge = (value, at) => (typeof value === 'boolean' ? [] : [at]);
const number: Judge = (value, at) => (typeof value === 'number' ? [] : [at]);
const among =
  (...values: readonly number[]): Judge =>
  (value, at) =>
    values.includes(value as number) ? [] : [at];

const attributes = list(message({ key: like(/^[\w.-]+$/), value: anyValue }));

const span = message({
  traceId: like(/^(?!0+$)[0-9a-f]{32}$/),
  spanId: like(/^(?!0+$)[0-9a-f]{16}$/),
  '?parentSpanId': like(/^(?!0+$)[0-9a-f]{16}$/),
  name: like(/./),
  kind: among(1),
  startTimeUnixNano: nanoseconds,
  endTimeUnixNano: nanoseconds,
  attributes,
  events: list(message({ timeUnixNano: nanoseconds, name: like(/./), attributes })),
  status: message({ '?code': among(0, 1, 2), '?message': text }),
});

const request = message({
  resourceSpans: list(
    message({
      resource: message({ attributes }),
      scopeSpans: list(message({ scope: message({ name: text, version: text }), spans: list((value) => span(value, 'span'), 1) }), 1),
    }),
    1,
  ),
});

/**
 * What is wrong with a request to export traces, by opentelemetry/proto/{collector/trace,trace,common,resource}/v1 and the JSON of OTLP: names in
 * lowerCamelCase, ids in hex, 64-bit numbers as text, enums as numbers.
 */
export function faultsOfOtlp(value: unknown): readonly string[] {
  return request(value, '').map((each) => each.replace(/^\./, ''));
}
