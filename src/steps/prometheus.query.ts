import { durationMs } from '../domain/duration.ts';
import { defineStep, type Unmet } from '../domain/step.ts';
import { type PrometheusAnswer, readPrometheusAnswer } from '../formats/prometheus-answer.ts';
import { askHttp, curlArgv } from './ask-http.ts';
import { DURATION } from './parameter-schemas.ts';

const asked = (query: string) => curlArgv(urlOf('http://127.0.0.1:9090', query), 5).join(' ');

/** Samples that miss a bound and are named; the rest is counted. */
const NAMED = 3;

/** What Prometheus knows of a fleet, as a gate between waves. */
export const prometheusQuery = defineStep({
  name: 'prometheus.query',
  summary: 'Ask Prometheus for the value of a query',
  docs: `An instant query of PromQL over HTTP (\`/api/v1/query\`), with what the host that is asked has: \`curl\`, \`wget\` or \`bash\`. Meant for
\`gate\`, where the operator's machine asks. Every sample must be within the bounds. No answer, an error, a value that is no number, and no
sample at all leave the step inconclusive: nobody knows then. Where no sample is what one hopes for, as with \`ALERTS\`, write \`empty: true\`.`,
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['url', 'query'],
    properties: {
      url: {
        type: 'string',
        pattern: '^https?://[^\\s?#\\u0000-\\u001f]+$',
        maxLength: 1000,
        description: 'where Prometheus listens, with its prefix if it has one',
      },
      query: { type: 'string', minLength: 1, maxLength: 1000, description: 'the query, in PromQL' },
      timeout: { ...DURATION, default: '5s', description: 'how long the answer may take' },
      expect: {
        type: 'object',
        additionalProperties: false,
        description: 'what must hold of every sample',
        properties: {
          at_most: { type: 'number', description: 'no value is larger' },
          at_least: { type: 'number', description: 'no value is smaller' },
          empty: { type: 'boolean', description: 'true: there must be no sample' },
        },
      },
    },
  },
  examples: [
    {
      title: 'Few requests fail',
      params: { url: 'http://127.0.0.1:9090', query: 'job:errors:ratio', timeout: '5s', expect: { at_most: 0.01 } },
      host: {
        programs: {
          [asked('job:errors:ratio')]: {
            stdout:
              'HTTP/1.1 200 OK\r\n\r\n{"status":"success","data":{"resultType":"vector","result":[{"metric":{"job":"api"},"value":[1700000000,"0.002"]}]}}',
          },
        },
      },
      outputs: { values: [0.002], error: '' },
      unmet: [],
    },
    {
      title: 'An alert fires',
      params: { url: 'http://127.0.0.1:9090', query: 'ALERTS{alertstate="firing"}', timeout: '5s', expect: { empty: true } },
      host: {
        programs: {
          [asked('ALERTS{alertstate="firing"}')]: {
            stdout:
              'HTTP/1.1 200 OK\r\n\r\n{"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"ALERTS","alertname":"NodeNotReady"},"value":[1700000000,"1"]}]}}',
          },
        },
      },
      outputs: { values: [1] },
      unmet: ['ALERTS{alertstate="firing"}: expected no sample, but found ALERTS{alertname="NodeNotReady"} 1'],
    },
  ],
  async observe(host, { url, query, timeout }): Promise<PrometheusAnswer> {
    const { status, body, error } = await askHttp(host, urlOf(url, query), durationMs(timeout) ?? 5_000);
    if (status === 0) return { kind: 'error', message: `no answer: ${error}` };
    const answer = readPrometheusAnswer(body);
    return answer.kind === 'error' ? { kind: 'error', message: `it answered ${status}: ${answer.message}` } : answer;
  },
  outputs: {
    schema: {
      type: 'object',
      properties: {
        values: { type: 'array', items: { type: 'number' }, description: 'the values of the samples that are numbers' },
        error: { type: 'string', description: 'why there is no answer; empty when there is one' },
      },
    },
    of: (answer) => ({
      values: answer.kind === 'samples' ? answer.samples.flatMap(({ value }) => (Number.isFinite(value) ? [value] : [])) : [],
      error: answer.kind === 'error' ? answer.message : '',
    }),
  },
  verify(answer, { query, expect = {} }): readonly Unmet[] {
    const unknown = (why: string): readonly Unmet[] => [{ what: `${query}: ${why}`, inconclusive: true }];
    if (answer.kind === 'error') return unknown(answer.message);
    const { samples } = answer;
    if (expect.empty === true) return samples.length === 0 ? [] : [{ what: `${query}: expected no sample, but found ${named(samples)}` }];
    if (samples.length === 0) return unknown('there is no sample');
    const outside = samples.filter(({ value }) => value > (expect.at_most ?? Infinity) || value < (expect.at_least ?? -Infinity));
    if (outside.length > 0) return [{ what: `${query}: expected ${boundWords(expect)}, but found ${named(outside)}` }];
    return samples.some(({ value }) => Number.isNaN(value)) ? unknown('a value is no number') : [];
  },
});

function urlOf(base: string, query: string): string {
  return `${base.replace(/\/$/, '')}/api/v1/query?query=${encodeURIComponent(query)}`;
}

function named(samples: readonly { readonly labels: string; readonly value: number }[]): string {
  const shown = samples.slice(0, NAMED).map(({ labels, value }) => `${labels}${labels === '' ? '' : ' '}${value}`);
  return [...shown, ...(samples.length > NAMED ? [`${samples.length - NAMED} more`] : [])].join(', ');
}

function boundWords({ at_most, at_least }: { readonly at_most?: number; readonly at_least?: number }): string {
  const bounds = [at_least === undefined ? [] : [`at least ${at_least}`], at_most === undefined ? [] : [`at most ${at_most}`]].flat();
  return bounds.join(' and ');
}
