import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Painter } from '../../src/ui/painter.ts';
import { Screen } from '../e2e/screen.ts';

const HEIGHT = 8;

function shown(screen: Screen): readonly string[] {
  const rows = screen.text.split('\n');
  while (rows.at(-1) === '') rows.pop();
  return rows;
}

const line = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '✓'), maxLength: 12 }).map((text) => text.trimEnd());
const frame = fc.array(line, { minLength: 1, maxLength: HEIGHT - 1 });

describe('a painter', () => {
  test('leaves what was told, each line once and in order, and below it the last frame, whatever was drawn in between', () => {
    const step = fc.record({
      told: fc.array(
        line.map((text) => `told ${text}`.trimEnd()),
        { maxLength: 4 },
      ),
      frame,
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
        const [screen, painter] = [new Screen(20, HEIGHT), new Painter()];
        screen.write('$ runbook\r\n');
        for (const { told, frame: lines } of steps) screen.write(told.length > 0 ? painter.above(told, lines) : painter.frame(lines));
        const last = [...(steps.at(-1)?.frame ?? [])];
        while (last.at(-1) === '') last.pop();
        expect(shown(screen).slice(0, 1 + steps.flatMap(({ told }) => told).length)).toEqual([
          '$ runbook',
          ...steps.flatMap(({ told }) => told),
        ]);
        expect(shown(screen).slice(-last.length || Number.POSITIVE_INFINITY)).toEqual(last);
        screen.write(painter.erase());
        expect(shown(screen)).toEqual(['$ runbook', ...steps.flatMap(({ told }) => told)]);
      }),
    );
  });

  test('writes nothing for a frame that is the same, and one line for one that differs in it', () => {
    const painter = new Painter();
    painter.frame(['a', 'b', 'c']);
    expect(painter.frame(['a', 'b', 'c'])).toBe('');
    expect(painter.frame(['a', 'B', 'c'])).toBe('\r\nB\x1b[K\r\r\x1b[1A');
  });

  test('never erases before it draws over', () => {
    const painter = new Painter();
    painter.frame(['long before', 'b']);
    expect(painter.frame(['short'])).toMatch(/^short\x1b\[K/);
  });
});
