import { defineConfig } from 'vitest/config';

/** What takes hours: `npm run nightly`. The same as in the daily tests, many times over and with other seeds. */
export default defineConfig({
  test: { include: ['test/nightly/*.nightly.ts'], testTimeout: 3_600_000, fileParallelism: false },
});
