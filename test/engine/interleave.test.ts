import { describe, expect, it } from 'vitest';
import { interleave } from '../../src/engine/interleave.ts';

describe('interleave', () => {
  it('runs at most so many at a time, and every one to its end', async () => {
    let active = 0;
    let most = 0;
    const sources = Array.from(
      { length: 9 },
      (_, index) =>
        async function* () {
          active += 1;
          most = Math.max(most, active);
          for (const letter of 'abc') yield `${index}${letter}`;
          active -= 1;
        },
    );
    const all: string[] = [];
    for await (const batch of interleave(
      sources,
      () => 4,
      () => true,
    ))
      all.push(...batch);
    expect(most).toBe(4);
    expect([...all].sort()).toEqual(Array.from({ length: 9 }, (_, i) => ['a', 'b', 'c'].map((l) => `${i}${l}`)).flat());
  });

  it('asks again before each begin how many may run, and leaves those under way alone when it is fewer', async () => {
    let limit = 3;
    const active: number[] = [];
    const most: number[] = [];
    const sources = [0, 1, 2, 3, 4, 5].map(
      (index) =>
        async function* () {
          active.push(index);
          most.push(active.length);
          yield index;
          active.splice(active.indexOf(index), 1);
        },
    );
    const all: number[] = [];
    for await (const batch of interleave(
      sources,
      () => limit,
      () => true,
    )) {
      all.push(...batch);
      limit = 1;
    }
    expect(all).toEqual([0, 1, 2, 3, 4, 5]);
    expect(most).toEqual([1, 2, 3, 1, 1, 1]);
  });

  it('lets a source go on only after the batch with its value was consumed', async () => {
    const passed: string[] = [];
    const source = async function* () {
      yield 'announce';
      passed.push('done');
    };
    for await (const batch of interleave(
      [source],
      () => 1,
      () => true,
    )) {
      await Promise.resolve();
      passed.push(...batch);
    }
    expect(passed).toEqual(['announce', 'done']);
  });

  it('begins no more once it may not, and still ends those under way', async () => {
    let may = true;
    const begun: number[] = [];
    const sources = [0, 1, 2].map(
      (index) =>
        async function* () {
          begun.push(index);
          yield index;
          yield index;
        },
    );
    const all: number[] = [];
    for await (const batch of interleave(
      sources,
      () => 1,
      () => may,
    )) {
      all.push(...batch);
      may = false;
    }
    expect(begun).toEqual([0]);
    expect(all).toEqual([0, 0]);
  });

  it('throws what a source throws, after what it had yielded', async () => {
    const source = async function* () {
      yield 1;
      throw new Error('bug');
    };
    const all: number[] = [];
    await expect(
      (async () => {
        for await (const batch of interleave(
          [source],
          () => 1,
          () => true,
        ))
          all.push(...batch);
      })(),
    ).rejects.toThrow('bug');
    expect(all).toEqual([1]);
  });
});
