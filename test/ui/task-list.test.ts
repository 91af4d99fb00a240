import { describe, expect, test } from 'vitest';
import { type Task, taskList } from '../../src/ui/task-list.ts';
import { testPage } from './fake-output.ts';
import { FakeTerminal } from './fake-terminal.ts';
import { HOSTILE } from './streams.ts';

const task = (says: string, wrong?: string): Task => ({ says, run: async () => wrong });

describe('a list of tasks', () => {
  test('ends with a row for each, and how those are wrong that are', async () => {
    const terminal = new FakeTerminal();
    const wrong = await taskList(terminal, testPage({}, terminal), [task('one'), task('two', HOSTILE), task('three')]);
    expect(wrong).toEqual([undefined, HOSTILE, undefined]);
    const [one, two, ...rest] = terminal.screen;
    expect([one, two, rest.at(-1)]).toEqual(['✓ one', expect.stringContaining('✗ two'), '✓ three']);
    expect(terminal.screen.join('\n')).toContain('\\x1b]52;c;cm0=');
    expect(terminal.cursorShown).toBe(true);
  });

  test('does nothing after a task that throws, and throws the same', async () => {
    const terminal = new FakeTerminal();
    const gone = new Error('gone');
    const done: string[] = [];
    const tasks: readonly Task[] = [
      { says: 'one', run: () => Promise.reject(gone) },
      { says: 'two', run: async () => void done.push('two') as undefined },
    ];
    await expect(taskList(terminal, testPage({}, terminal), tasks)).rejects.toBe(gone);
    expect(done).toEqual([]);
  });
});
