/** A sample of an instant query: its labels as PromQL writes them, and its value; NaN where it is none. */
export interface Sample {
  readonly labels: string;
  readonly value: number;
}

/** What an instant query gave, or why it gave nothing. */
export type PrometheusAnswer =
  | { readonly kind: 'samples'; readonly samples: readonly Sample[] }
  | { readonly kind: 'error'; readonly message: string };

/** Longest error that is told, in characters. */
const MAX_ERROR = 200;

/**
 * Reads the body of `/api/v1/query` (https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries): a vector, or a scalar. A
 * range or a string is no answer to compare.
 */
export function readPrometheusAnswer(body: string): PrometheusAnswer {
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch {
    return { kind: 'error', message: 'the answer is no JSON' };
  }
  if (field(answer, 'status') !== 'success')
    return { kind: 'error', message: String(field(answer, 'error') ?? 'no success').slice(0, MAX_ERROR) };
  const data = field(answer, 'data');
  const type = field(data, 'resultType');
  const result = field(data, 'result');
  if (type === 'scalar') return { kind: 'samples', samples: [{ labels: '', value: sampleValue(result) }] };
  if (type !== 'vector' || !Array.isArray(result)) return { kind: 'error', message: 'the query gives neither a vector nor a scalar' };
  return {
    kind: 'samples',
    samples: result.map((one: unknown) => ({ labels: labelsOf(field(one, 'metric')), value: sampleValue(field(one, 'value')) })),
  };
}

function field(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null && Object.hasOwn(of, name) ? (of as Readonly<Record<string, unknown>>)[name] : undefined;
}

/** `[moment, "value"]`; the value is text, since JSON has no NaN and no infinity. */
function sampleValue(pair: unknown): number {
  const text: unknown = Array.isArray(pair) ? pair[1] : undefined;
  if (typeof text !== 'string') return Number.NaN;
  if (/^[+]?Inf$/.test(text)) return Number.POSITIVE_INFINITY;
  return text === '-Inf' ? Number.NEGATIVE_INFINITY : text.trim() === '' ? Number.NaN : Number(text);
}

function labelsOf(metric: unknown): string {
  if (typeof metric !== 'object' || metric === null) return '';
  const entries = Object.entries(metric).flatMap(([name, value]) =>
    typeof value === 'string' && name !== '__name__' ? [`${name}="${value}"`] : [],
  );
  return `${String(field(metric, '__name__') ?? '')}{${entries.join(', ')}}`;
}
