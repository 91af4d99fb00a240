import { expect, test } from 'vitest';
import { traceTarget } from '../../../src/cli/outlets/trace-target.ts';
import { webhooksOf } from '../../../src/cli/outlets/webhook-addresses.ts';

const hrefs = (typed: readonly string[] | undefined, variable?: string) => {
  const urls = webhooksOf(typed, variable);
  return urls.ok ? urls.value.map(({ href }) => href) : urls.failure;
};

test('webhooks are those that were typed, else those of the variable', () => {
  expect(hrefs(['https://a.example/x'], 'https://b.example/y')).toEqual(['https://a.example/x']);
  expect(hrefs(undefined, ' https://b.example/y  http://127.0.0.1:8080/z\n')).toEqual(['https://b.example/y', 'http://127.0.0.1:8080/z']);
  expect(hrefs(undefined, '')).toEqual([]);
  expect(hrefs(['http://localhost/x', 'http://[::1]:1/x'])).toHaveLength(2);
});

test.each<[string, string]>([
  ['s3cret', 'no address'],
  ['http://hooks.example.com/s3cret', 'on hooks.example.com without https'],
  ['http://127.0.0.1.example.com/s3cret', 'without https'],
  ['ftp://hooks.example.com/s3cret', 'without https'],
  ['file:///s3cret', 'without https'],
  ['https://u:s3cret@hooks.example.com/', 'with a user or a password'],
])('%s is refused, and is not shown', (url, says) => {
  for (const refused of [hrefs([url]), hrefs(undefined, url)]) {
    expect(refused).toMatchObject({ code: 'bad-input', message: expect.stringContaining(says) });
    expect(JSON.stringify(refused)).not.toContain('s3cret');
  }
});

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/' };

test.each<[string, Record<string, string>]>([
  ['no endpoint is named', {}],
  ['the endpoint is empty', { OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
  ['OpenTelemetry is off', { ...ENDPOINT, OTEL_SDK_DISABLED: 'TRUE' }],
  ['traces are off', { ...ENDPOINT, OTEL_TRACES_EXPORTER: 'none' }],
  ['traces go elsewhere', { ...ENDPOINT, OTEL_TRACES_EXPORTER: 'console' }],
  ['the caller is not traced', { ...ENDPOINT, TRACEPARENT: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-00` }],
])('no traces are sent where %s', (_, env) => {
  expect(traceTarget({ env })).toEqual({ ok: true, value: undefined });
});

test('traces go to the endpoint of traces as it is, else below the common one', () => {
  expect(traceTarget({ env: ENDPOINT })).toMatchObject({ value: { url: { href: 'http://collector:4318/v1/traces' }, timeoutMs: 10_000 } });
  const own = { ...ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces.example/x', OTEL_EXPORTER_OTLP_TIMEOUT: '250' };
  expect(traceTarget({ env: own })).toMatchObject({ value: { url: { href: 'https://traces.example/x' }, timeoutMs: 250 } });
});

test('headers, names and the span of the caller are read as the specification has them', () => {
  const env = {
    ...ENDPOINT,
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Basic%20YTpi, x-scope=a',
    OTEL_RESOURCE_ATTRIBUTES: 'service.name=other,deployment.environment=prod',
    OTEL_SERVICE_NAME: 'fixes',
    TRACEPARENT: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
  };
  expect(traceTarget({ env })).toMatchObject({
    value: {
      headers: { authorization: 'Basic YTpi', 'x-scope': 'a' },
      resource: { 'service.name': 'fixes', 'deployment.environment': 'prod' },
      parent: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) },
    },
  });
});

test.each<[Record<string, string>, string]>([
  [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, 'grpc'],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }, 'is no address'],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://u:s3cret@collector' }, 'a user or a password'],
  [{ OTEL_EXPORTER_OTLP_HEADERS: 's3cret' }, 'OTEL_EXPORTER_OTLP_HEADERS'],
  [{ OTEL_EXPORTER_OTLP_HEADERS: 'a=s3cret%0d%0aevil: 1' }, 'OTEL_EXPORTER_OTLP_HEADERS'],
  [{ OTEL_RESOURCE_ATTRIBUTES: 'a=%zz' }, 'OTEL_RESOURCE_ATTRIBUTES'],
])('%o is told to be wrong, without its value', (env, says) => {
  const target = traceTarget({ env: { ...ENDPOINT, ...env } });
  expect(target).toMatchObject({ ok: false, failure: { message: expect.stringContaining(says) } });
  expect(JSON.stringify(target)).not.toContain('s3cret');
});

test.each(['', 'x', `00-${'0'.repeat(32)}-${'b'.repeat(16)}-01`, `ff-${'a'.repeat(32)}-${'b'.repeat(16)}-01`])(
  'a TRACEPARENT of "%s" is none',
  (TRACEPARENT) => {
    expect(traceTarget({ env: { ...ENDPOINT, TRACEPARENT } })).not.toHaveProperty('value.parent');
  },
);
