import { expect, test } from 'vitest';
import { together } from '../../../src/cli/outlets/open-outlets.ts';
import type { Outlet } from '../../../src/cli/outlets/outlet.ts';
import { webhook } from '../../../src/cli/outlets/webhook.ts';
import { screenOf } from '../../../src/cli/screen.ts';
import type { EventBody } from '../../../src/domain/event.ts';
import { type Steer, silentView } from '../../../src/ui/output.ts';
import { HttpSink } from '../../outbound/http-sink.ts';
import { APPLY, stamped, started } from '../../ui/streams.ts';
import { fakeWorld } from '../rig.ts';

const HEAD = { run: '01RUN', kind: 'apply', verb: 'apply', runbook: 'x', operator: 'ada', target: '', limit: '' } as const;

test('an outlet that breaks takes neither the run nor the others with it, and that is said at the end', async () => {
  const { world, err } = fakeWorld();
  const screen = screenOf(world, { color: 'never' });
  const seen: string[] = [];
  const sound: Outlet = { event: ({ type }) => seen.push(type), drift() {}, close: async () => [] };
  const broken: Outlet = {
    ...sound,
    event() {
      throw new Error('what');
    },
  };
  const outlets = together(screen, [broken, sound]);
  const view = outlets.around(silentView);
  for (const event of APPLY) view.event(event);
  await outlets.close();
  expect(seen).toEqual(APPLY.map(({ type }) => type));
  expect(err.text).toBe('note: a bug in runbook: the run is not told on (what)\n');
});

test('a view that offers to steer the run still does with outlets around it, and another one does not', () => {
  const outlets = together(screenOf(fakeWorld().world, { color: 'never' }), []);
  const given: Steer[] = [];
  const hand: Steer = { pausable: true, pause() {}, continue() {}, halt() {} };
  outlets.around({ ...silentView, steer: (steer) => given.push(steer) }).steer?.(hand);
  expect(given).toEqual([hand]);
  expect(outlets.around(silentView).steer).toBeUndefined();
});

const ASKED: EventBody = { type: 'approval.requested', gate: 'wave-2', hosts: ['a'], questions: [] };
const GIVEN: EventBody = { type: 'approval.given', gate: 'wave-2', answer: 'yes', by: 'ada' };

test.each<[string, readonly EventBody[], readonly string[]]>([
  ['that is answered at once is none to be called for', [ASKED, GIVEN], ['broken-off']],
  ['that stands calls somebody', [ASKED], ['asked', 'broken-off']],
])('a question %s', async (_, bodies, heard) => {
  const sink = await HttpSink.forTest();
  const outlet = webhook(screenOf(fakeWorld().world, { color: 'never' }), new URL(sink.url()), HEAD, 1);
  for (const event of stamped([started('apply', ['a']), ...bodies])) outlet.event(event);
  await expect.poll(() => sink.received.length).toBe(heard.length - 1);
  expect(await outlet.close()).toEqual([]);
  expect(sink.received.map(({ body }) => (JSON.parse(body) as { runbook: { what: string } }).runbook.what)).toEqual(heard);
});
