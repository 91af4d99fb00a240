import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { fileCheckFunctions } from '../../src/remote/file-checks.ts';
import { type ShellUnderTest, shells } from './local-fleet.ts';

function freeKib(shell: ShellUnderTest, blocks: string, size: string): string {
  const body = `find_free ${blocks} ${size}; echo "$free_kib"`;
  return execFileSync(shell.shell, ['-c', `${fileCheckFunctions}${body}`], { encoding: 'utf8', env: { PATH: shell.path } }).trim();
}

describe.each(shells)('with $name as /bin/sh', (shell) => {
  // mksh counts with 32 bits.
  test.each([
    ['19880808', '4096', ''],
    ['402653184', '4096', ''],
    ['99999999999', '512', ''],
    ['999999', '4096', '3999996'],
    ['999999', '1048576', '1023998976'],
    ['128', '4096', '512'],
    ['0', '4096', '0'],
    ['none', '4096', ''],
    ["''", "''", ''],
  ])('%s free blocks of %s bytes are %j KiB, or plenty', (blocks, size, kib) => {
    expect(freeKib(shell, blocks, size)).toBe(kib);
  });
});
