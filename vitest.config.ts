import { defineConfig } from 'vitest/config';

const elsewhere = ['test/remote/**', 'test/lab-embedded/**', 'test/ssh/**', 'test/systemd/**', 'test/e2e/**', 'test/faults/**'];

/**
 * Six suites: `unit` needs nothing, and is what `npm run check` runs; `shell` runs real shells, and as root real mounts;
 * `ssh` needs a local sshd; `e2e` is the command line in a terminal on the practice fleet; `systemd` needs root and systemd-nspawn;
 * `faults` needs all of that, and breaks something in each test.
 * One suite after another: real hosts are slow to answer beside others that use all of the machine.
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
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'e2e',
          sequence: { groupOrder: 3 },
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'faults',
          sequence: { groupOrder: 4 },
          include: ['test/faults/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'systemd',
          sequence: { groupOrder: 5 },
          include: ['test/systemd/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
