import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { start } from '../lab/command-line.ts';
import { scratch } from '../lab-embedded/practice.ts';
import { HttpSink } from '../outbound/http-sink.ts';
import { faultsOfOtlp } from '../ui/otlp-shape.ts';
import { noPractice, onPractice, PracticeFleet } from './practice-fleet.ts';

const SECRET = '/services/T0123456/B0123456/hunter2hunter2';

interface Notice {
  readonly text: string;
  readonly runbook: { readonly what: string; readonly run: string };
}
interface TracedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
}

describe.skipIf(noPractice !== undefined)(onPractice('a run on the practice fleet that is told elsewhere'), () => {
  let fleet: PracticeFleet;
  let hook: HttpSink;
  let collector: HttpSink;
  let metrics: string;
  beforeAll(async () => {
    fleet = await PracticeFleet.up();
    metrics = join(scratch(), 'runbook.prom');
  });
  beforeEach(async () => {
    fleet.forget();
    hook = await HttpSink.forTest();
    collector = await HttpSink.forTest();
    await fleet.break(['lab-2']);
  });
  afterAll(async () => {
    await start(fleet.run('apply', '-y')).finished;
  });
  const run = (args: readonly string[], env: Record<string, string> = {}) => start(args, { env }).finished;
  const noticesOf = (sink: HttpSink) => sink.received.map(({ body }) => JSON.parse(body) as Notice);
  const spansOf = (sink: HttpSink) =>
    sink.received.flatMap(({ body }) => {
      const request = JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: TracedSpan[] }[] }[] };
      return request.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
    });

  test('reaches the webhook, the collector and the file, and no secret of theirs is shown or kept', async () => {
    const done = await run(fleet.run('apply', '-y', '--json', '--prometheus-textfile', metrics), {
      RUNBOOK_NOTIFY: hook.url(SECRET),
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url(),
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20s3cret-of-otel',
      OTEL_SERVICE_NAME: 'fixes',
      TRACEPARENT: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
    });
    expect(done).toMatchObject({ code: 0, err: '' });

    expect(hook.received.map(({ path }) => path)).toEqual([SECRET, SECRET]);
    expect(noticesOf(hook).map(({ runbook }) => runbook.what)).toEqual(['begun', 'finished']);
    expect(noticesOf(hook)[1]?.text).toMatch(/^apply `kubelet-bad-flag` by `.*`: finished with exit code 0: .*1 fixed/);

    expect(collector.received.map(({ path, headers }) => [path, headers.authorization])).toContainEqual([
      '/v1/traces',
      'Bearer s3cret-of-otel',
    ]);
    expect(collector.received.flatMap(({ body }) => faultsOfOtlp(JSON.parse(body)))).toEqual([]);
    const spans = spansOf(collector);
    expect(spans.filter(({ parentSpanId }) => parentSpanId === 'b'.repeat(16))).toMatchObject([
      { name: 'apply kubelet-bad-flag', traceId: 'a'.repeat(32) },
    ]);
    expect(new Set(spans.map(({ name }) => name))).toEqual(
      new Set(['apply kubelet-bad-flag', 'look', 'look at host', 'approval', 'wave', 'host', 'transaction', 'verify', 'confirm']),
    );
    expect(collector.received[0]?.body).toContain('{"key":"service.name","value":{"stringValue":"fixes"}}');

    const text = readFileSync(metrics, 'utf8');
    expect(text).toMatch(/^runbook_run_hosts\{runbook="kubelet-bad-flag",kind="apply",target="k8s_nodes",outcome="fixed"\} 1$/m);
    expect(text).toMatch(/^runbook_run_exit_code\{.*\} 0$/m);
    expect(statSync(metrics).mode & 0o777).toBe(0o644);
    expect(readdirSync(join(metrics, '..'))).toEqual(['runbook.prom']);

    const journal = join(fleet.stateDirectory, 'runs', noticesOf(hook)[0]?.runbook.run ?? '', 'journal.jsonl');
    expect(done.out + readFileSync(journal, 'utf8')).not.toMatch(/hunter2|s3cret-of-otel/);
  });

  test('is none the worse for places that refuse, send elsewhere or are not there, and says so without their addresses', async () => {
    const gone = await HttpSink.open();
    const nowhere = gone.url(SECRET);
    await gone.close();
    const elsewhere = await HttpSink.forTest([{ location: hook.url() }]);
    const refusing = await HttpSink.forTest([403]);
    const done = await run(
      fleet.run('apply', '-y', '--notify', nowhere, '--notify', elsewhere.url(SECRET), '--notify', refusing.url(SECRET)),
      {
        RUNBOOK_NOTIFY: hook.url(SECRET),
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
      },
    );
    expect(done.code).toBe(0);
    expect(done.err).toContain('note: the webhook on 127.0.0.1 is not reached (ECONNREFUSED): 2 of its messages were not sent');
    expect(done.err).toContain('answers 302, a redirect, which is not followed');
    expect(done.err).toContain('answers 403');
    expect(done.err).toContain('note: the collector of traces on 127.0.0.1 is not reached');
    expect(done.out + done.err).not.toContain('hunter2');
    expect(hook.received).toEqual([]);
  });

  test('that is an audit tells its news once, and its metrics each time', async () => {
    const drift = ['drift', 'kubelet-bad-flag', ...fleet.hosts(), '-e', 'stable_for=1s', '-q', '--prometheus-textfile', metrics];
    const env = { RUNBOOK_NOTIFY: hook.url(SECRET) };
    await run(drift, env);
    const before = readFileSync(metrics, 'utf8');
    expect(before).toMatch(/^runbook_drift_hosts\{.*kind="drift".*news="newly-ill"\} 1$/m);
    await run(drift, env);
    expect(readFileSync(metrics, 'utf8')).toMatch(/^runbook_drift_hosts\{.*news="still-ill"\} 1$/m);
    expect(noticesOf(hook).map(({ runbook, text }) => [runbook.what, text.split('\n')[1]])).toEqual([['drift', '• newly ill: `lab-2`']]);
  });

  test.each<[string, readonly string[], string]>([
    ['a webhook without https', ['--notify', 'http://hooks.example.com/hunter2'], 'on hooks.example.com without https'],
    ['a file that nobody reads', ['--prometheus-textfile', '/tmp/metrics.txt'], 'must end in .prom'],
    ['a directory that is not there', ['--prometheus-textfile', '/nowhere/runbook.prom'], '/nowhere'],
    ['a dry run', ['--dry-run', '--notify', 'https://hooks.example.com/hunter2'], 'are for what changes hosts'],
  ])('is refused before any host is reached where it names %s', async (_, options, says) => {
    const done = await run(fleet.run('apply', '-y', ...options));
    expect(done).toMatchObject({ code: 1, err: expect.stringContaining(says) });
    expect(done.err).not.toContain('hunter2');
    expect(readdirSync(fleet.stateDirectory)).toEqual([]);
  });
});
