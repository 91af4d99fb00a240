import { expect, test } from 'vitest';
import type { Frames } from '../../src/remote/frames.ts';
import { createWriter } from '../../src/remote/writer.ts';
import { defaultHost, newTxId } from './local-fleet.ts';
import { transactionOf } from './transactions.ts';

const frame = (text: string) => ({ code: 0, stdout: Buffer.from(text), stderr: new Uint8Array() });
const answering = (frames: Frames) => createWriter(async () => frames, { host: defaultHost, machine: '' });

test.each<[string, Frames]>([
  ['without a state', new Map()],
  ['with noise in the frame of the state', new Map([['tx.state', frame('late words\nAPPLIED')]])],
])('an answer that came whole %s leaves the outcome unknown: the script has run', async (_, frames) => {
  const writer = answering(frames);
  for (const call of [() => writer.begin(transactionOf([])), () => writer.confirm(newTxId()), () => writer.undo(newTxId())])
    await expect(call()).rejects.toMatchObject({
      failure: { code: 'lost', message: 'the host does not say where the transaction stands' },
    });
});
