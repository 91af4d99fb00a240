import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonView } from '../../src/ui/json-view.ts';
import { maskedOutput, maskSecrets } from '../../src/ui/secrets-mask.ts';
import { showPlan } from '../../src/ui/show-plan.ts';
import { FakeOutput, testPage } from './fake-output.ts';
import { fileChange, illPlan, stamped } from './streams.ts';

const SECRET = `p4ss/wörd "x" 'y' &z`;
const bytes = Buffer.from(SECRET);
const mask = maskSecrets([SECRET]);

describe('a secret', () => {
  test.each<[string, string]>([
    ['as it is', SECRET],
    ['in base64', bytes.toString('base64')],
    ['in base64 without padding', bytes.toString('base64').replace(/=+$/, '')],
    ['in base64url', bytes.toString('base64url')],
    ['in hex', bytes.toString('hex')],
    ['in upper-case hex', bytes.toString('hex').toUpperCase()],
    ['in a URL', encodeURIComponent(SECRET)],
    ['in a form', encodeURIComponent(SECRET).replaceAll('%20', '+')],
    ['in JSON', JSON.stringify(SECRET).slice(1, -1)],
    ['in ASCII-only JSON', JSON.stringify(SECRET).slice(1, -1).replace('ö', '\\u00f6')],
    ['in single quotes of a shell', SECRET.replaceAll("'", "'\\''")],
    ['one character a byte', bytes.toString('latin1')],
  ])('is masked %s', (_, form) => {
    expect(mask(`before ${form} after`)).toBe('before *** after');
  });

  test.each([0, 1, 2, 3, 4])('is masked within base64 of a longer text, %i bytes in', (offset) => {
    const longer = Buffer.from(`${'u'.repeat(offset)}${SECRET}:tail`).toString('base64');
    const shown = mask(longer);
    expect(shown).toContain('***');
    expect(Buffer.from(shown.replace(/\*\*\*.*/, ''), 'base64').toString()).not.toContain('p4');
  });

  test('of several lines is masked line by line', () => {
    expect(maskSecrets(['-----BEGIN KEY-----\nMIIabcdef\n'])('-MIIabcdef')).toBe('-***');
  });

  test('that is short is masked only as a word of its own', () => {
    const short = maskSecrets(['1', 'abc']);
    expect(short('pin=1, 10 hosts, abc, abcd')).toBe('pin=***, 10 hosts, ***, abcd');
  });

  test('that is a part of another leaves no rest of the longer one', () => {
    expect(maskSecrets(['secret', 'secret-and-more'])('x secret-and-more')).toBe('x ***');
  });

  test('that is empty masks nothing', () => {
    expect(maskSecrets(['', '  '])('a b')).toBe('a b');
  });

  test('of any characters never comes through', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 4, unit: 'binary' }), fc.string(), (secret, around) => {
        fc.pre(secret.trim() !== '' && !'***'.includes(secret) && !around.includes('*') && !secret.includes('*'));
        return !maskSecrets([secret])(`${around}${secret}${around}`).includes(secret);
      }),
    );
  });
});

describe('secrets', () => {
  const change = fileChange('/etc/app.env', 'A=1\n', `A=${'long words in front of it '.repeat(2)}hunter2-hunter2\n`, {
    says: ['+ hunter2-hunter2'],
  });
  const plans = [illPlan('a', [change])];
  const hide = maskSecrets(['hunter2-hunter2']);

  test('are masked in a diff before it is broken into lines', () => {
    const shown = showPlan(testPage({ mask: hide }), { runbook: 'x' }, plans).join('\n');
    expect(shown).not.toContain('hunter2');
    expect(shown).toContain('+ ***');
  });

  test('are masked in JSON', () => {
    const output = new FakeOutput();
    for (const event of stamped(plans.map((plan) => ({ type: 'host.planned', host: plan.host, plan }))))
      jsonView(output, hide).event(event);
    expect(output.text).not.toContain('hunter2');
    expect(output.text).toContain('***');
  });

  test('do not pass a masked output', () => {
    const output = new FakeOutput();
    maskedOutput(output, hide).write('x hunter2-hunter2\n');
    expect(output.text).toBe('x ***\n');
  });
});
