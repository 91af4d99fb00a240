import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { LabHandle } from '../../src/lab/lab-up.ts';
import { ask, noPractice, practice } from './practice.ts';

const PRINT = '/usr/bin/kubelet';

/** Unit text below [Service], environment file, and the arguments after argv[0] that systemd makes of them. */
const CASES: readonly (readonly [string, string, string, readonly string[]])[] = [
  ['words are split at blanks, quotes hold them together', `ExecStart=${PRINT} a  "b c" 'd "e"' f\\ g`, '', ['a', 'b c', 'd "e"', 'f g']],
  [
    'a lone variable is split, one in braces is not',
    `Environment="V=x  y"\nExecStart=${PRINT} $V \${V} a\${V}b`,
    '',
    ['x', 'y', 'x  y', 'ax  yb'],
  ],
  ['an unset variable alone is nothing, in braces an empty word', `ExecStart=${PRINT} $NONE \${NONE} z`, '', ['', 'z']],
  ['two dollar signs are one', `ExecStart=${PRINT} $$V`, '', ['$V']],
  ['an environment file comes after Environment', `Environment=A=1\nEnvironmentFile=/etc/env\nExecStart=${PRINT} $A`, 'A=2\n', ['2']],
  ['an empty ExecStart takes the earlier ones back', `ExecStart=/bin/false\nExecStart=\nExecStart=${PRINT} ok`, '', ['ok']],
  ['a line goes on after a backslash', `ExecStart=${PRINT} a \\\n  b`, '', ['a', 'b']],
  ['a missing optional environment file is no matter', `EnvironmentFile=-/etc/none\nExecStart=${PRINT} $A z`, '', ['z']],
  [
    'quotes and comments of an environment file',
    `EnvironmentFile=/etc/env\nExecStart=${PRINT} $A $B`,
    `# A=0\nA="1 2" \n;B=0\nB='3'4\n`,
    ['1', '2', '34'],
  ],
  ['a comment sign within a value is part of it', `EnvironmentFile=/etc/env\nExecStart=${PRINT} \${A}`, 'A=1 # 2  \n', ['1 # 2']],
  ['the last assignment holds, without a newline too', `EnvironmentFile=/etc/env\nExecStart=${PRINT} $A`, 'A=1\nA=2', ['2']],
  ['a backslash joins lines in an environment file', `EnvironmentFile=/etc/env\nExecStart=${PRINT} $A`, 'A="1 \\\n2"\n', ['1', '2']],
];

describe.skipIf(noPractice !== undefined)(
  `the command of a unit${noPractice === undefined ? '' : ` (not here: ${noPractice})`}`,
  async () => {
    const lab = noPractice === undefined ? await practice() : ({} as LabHandle);
    const tree = lab.paths === undefined ? '' : join(lab.paths.hosts, 'lab-1');

    test.each(CASES)('%s', async (_name, service, environment, argv) => {
      writeFileSync(join(tree, 'etc/env'), environment);
      writeFileSync(join(tree, 'etc/systemd/system/try.service'), `[Service]\n${service}\n`);
      const { stdout } = await ask(
        lab,
        'lab-1',
        'systemctl daemon-reload; systemctl restart try; cat /run/lab/units/try.service/epochs/*/argv',
      );
      rmSync(join(tree, 'run/lab/units/try.service'), { recursive: true });
      expect(stdout.split('\n').slice(1, -1)).toEqual(argv);
    });

    test('a changed drop-in needs a reload, and is not in force before it', async () => {
      mkdirSync(join(tree, 'etc/systemd/system/kubelet.service.d'), { recursive: true });
      writeFileSync(
        join(tree, 'etc/systemd/system/kubelet.service.d/20-more.conf'),
        '[Service]\nExecStart=\nExecStart=/usr/bin/kubelet --nope\n',
      );
      const look = 'systemctl restart kubelet; systemctl show -p NeedDaemonReload,Result --value kubelet';
      const { stdout } = await ask(
        lab,
        'lab-1',
        `${look}; systemctl daemon-reload; LAB_STARTED_AGO=5 ${look}; systemctl show -p DropInPaths kubelet`,
      );
      expect(stdout.split('\n')).toEqual(
        expect.arrayContaining([
          'DropInPaths=/etc/systemd/system/kubelet.service.d/10-kubeadm.conf /etc/systemd/system/kubelet.service.d/20-more.conf',
        ]),
      );
      expect(stdout.split('\n').slice(0, 4).sort()).toEqual(['exit-code', 'no', 'success', 'yes']);
    });
  },
);
