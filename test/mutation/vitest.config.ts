import { defineConfig } from 'vitest/config';

/** The tests that may kill a mutant: those in memory that cover what `test/mutation/stryker.json` names. */
export default defineConfig({
  test: {
    include: [
      'test/{journal,engine,views}/**/*.test.ts',
      'test/remote/quote.test.ts',
      'test/transport/{known-hosts,host-key-check}.test.ts',
    ],
    // Each mutant is a run of its own; within one, the files share what they import.
    isolate: false,
    testTimeout: 60_000,
  },
});
