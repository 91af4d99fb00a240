import { describe, expect, test } from 'vitest';
import { runsShellText } from '../../src/domain/shell-text.ts';

describe('words that hand a program text to an interpreter', () => {
  test.each([
    'sh -c true',
    '/bin/sh -c true',
    'bash -lc true',
    'bash -e -u -c true',
    'busybox ash -c true',
    'env PATH=/bin sh -c true',
    'timeout 5 nsenter -t 1 -m -- dash -c true',
    'find / -name x -exec sh -c true ;',
    'mksh -c true',
    'su - root -c true',
    'su --command=true root',
    'runuser -u app --command true',
    'python3 -c pass',
    'python3.11 -Ic pass',
    'perl -e 1',
    'perl -pe s/a/b/',
    'perl -i.bak -E 1',
    'ruby -ne 1',
    'node --eval=1',
    'node -p 1',
    'deno eval 1',
    'php -r 1;',
    'fish --command true',
  ])('%s', (words) => {
    expect(runsShellText(words.split(' '))).toBe(true);
  });
});

describe('words that run a program', () => {
  test.each([
    'sysctl -n vm.swappiness',
    'sh /opt/fix.sh',
    'bash /opt/fix.sh --quick',
    'test -e /bin/sh',
    'systemctl cat zsh.service',
    'grep -c bash /etc/passwd',
    'python3 /opt/fix.py',
    'perl /opt/fix.pl',
    'crictl ps -o json',
    'tar -cf /tmp/sh.tar /etc',
    'modprobe -r br_netfilter',
    'usermod --shell /bin/bash app',
  ])('%s', (words) => {
    expect(runsShellText(words.split(' '))).toBe(false);
  });
});
