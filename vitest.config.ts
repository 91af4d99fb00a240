import { defineConfig } from 'vitest/config';

/** What measures time or memory, so that nothing else may run beside it. */
const alone = ['test/faults/{5-52,35,36,38}-*.test.ts'];

const elsewhere = ['test/remote/**', 'test/lab-embedded/**', 'test/ssh/**', 'test/systemd/**', 'test/e2e/**', 'test/faults/**'];

/**
 * Seven suites: `unit` needs nothing, and is what `npm run check` runs; `shell` runs real shells, and as root real mounts;
 * `ssh` needs a local sshd; `e2e` is the command line in a terminal on the practice fleet; `systemd` needs root and systemd-nspawn;
 * `faults` needs all of that, and breaks something in each test; `alone` are those of them that bear nothing beside them.
 * The light suites one after another, then what is slow.
 * A test that lacks what it needs is skipped and says in its name what that is.
 */
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', sequence: { groupOrder: 0 }, include: ['test/**/*.test.ts'], exclude: elsewhere, testTimeout: 60_000 } },
      {
        test: {
          name: 'shell',
          sequence: { groupOrder: 1 },
          include: ['test/{remote,lab-embedded}/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'ssh',
          sequence: { groupOrder: 2 },
          include: ['test/ssh/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
        },
      },
      { test: { ...slow('e2e', ['test/e2e/**/*.test.ts']), testTimeout: 180_000 } },
      { test: { ...slow('faults', ['test/faults/**/*.test.ts']), exclude: alone } },
      { test: slow('systemd', ['test/systemd/**/*.test.ts']) },
      { test: { ...slow('alone', alone), sequence: { groupOrder: 4 }, maxWorkers: 1 } },
    ],
  },
});

/** Real hosts and whole command lines, two files at a time: they wait more than they work. */
function slow(name: string, include: string[]) {
  return { name, include, sequence: { groupOrder: 3 }, testTimeout: 300_000, hookTimeout: 600_000, maxWorkers: 2 };
}
