import { expect, test } from 'vitest';
import { Deliveries } from '../../src/outbound/deliveries.ts';
import { postJson } from '../../src/outbound/post-json.ts';
import { HttpSink } from './http-sink.ts';

const SECRET = '/services/T000/B000/s3cret';
const never = new AbortController().signal;
const parcel = (url: string, timeoutMs = 5_000) => ({ url: new URL(url), body: '{"a":1}', timeoutMs });

test('a document is posted as JSON, with the headers that were given', async () => {
  const sink = await HttpSink.forTest();
  expect(await postJson({ ...parcel(sink.url(SECRET)), headers: { authorization: 'Bearer x' } }, never)).toBeUndefined();
  expect(sink.received).toMatchObject([
    { method: 'POST', path: SECRET, body: '{"a":1}', headers: { 'content-type': 'application/json', authorization: 'Bearer x' } },
  ]);
});

test.each<[string, HttpSink['answers'], string | undefined, number]>([
  ['a server in trouble is tried again', [503, 429, 204], undefined, 3],
  ['and no more than three times', [500], 'answers 500', 3],
  ['a refusal is taken at its word', [404], 'answers 404', 1],
  ['an answer that never comes is waited for each time', ['silence', 200], undefined, 2],
])('%s', async (_, answers, why, times) => {
  const sink = await HttpSink.forTest(answers);
  expect(await postJson(parcel(sink.url(SECRET), 300), never)).toBe(why);
  expect(sink.received).toHaveLength(times);
});

test('a redirect is not followed', async () => {
  const other = await HttpSink.forTest();
  const sink = await HttpSink.forTest([{ location: other.url() }]);
  expect(await postJson(parcel(sink.url()), never)).toBe('answers 302, a redirect, which is not followed');
  expect([sink.received.length, other.received.length]).toEqual([1, 0]);
});

test('what goes wrong is told without the address', async () => {
  const sink = await HttpSink.open();
  const url = sink.url(SECRET);
  await sink.close();
  expect(await postJson(parcel(url), never)).toBe('is not reached (ECONNREFUSED)');
});

test('deliveries come in order, and the end waits for them', async () => {
  const sink = await HttpSink.forTest([503, 200]);
  const deliveries = new Deliveries(10);
  for (const body of ['1', '2', '3']) deliveries.send({ ...parcel(sink.url()), body });
  expect(await deliveries.close(10_000)).toBeUndefined();
  expect(sink.received.map(({ body }) => body)).toEqual(['1', '1', '2', '3']);
});

test('the end does not wait for a place that stands still, and says how many are lost', async () => {
  const sink = await HttpSink.forTest(['silence']);
  const deliveries = new Deliveries(2);
  for (const body of ['1', '2', '3']) deliveries.send({ ...parcel(sink.url(), 60_000), body });
  expect(await deliveries.close(50)).toEqual({ lost: 3, why: 'was given up' });
});
