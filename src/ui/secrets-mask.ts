import { MASKED } from '../domain/secret.ts';
import { visible, visibleLine } from '../formats/visible.ts';
import type { Output } from './output.ts';

/** Replaces every secret in a text, in whatever form it stands there. */
export type Mask = (text: string) => string;

/** How a tab is shown in a diff. */
export const TAB = '    ';

/** Shorter values are masked only where they stand as a word of their own: `1` is in every number. */
const SAFE_LENGTH = 4;

/** Encoded fragments shorter than this would be found in innocent text. */
const SAFE_FRAGMENT = 6;

/**
 * Makes a mask for a set of secret values: the values themselves, and their base64 (at any offset within a longer
 * encoded text), hex, URL, JSON, shell-quoted and made-visible forms. Of a value with several lines, each line is a
 * secret as well, since diffs and logs show lines.
 */
export function maskSecrets(values: Iterable<string>): Mask {
  const secrets = [...new Set([...values].flatMap((value) => [value, ...value.split(/\r?\n/)]))].filter((value) => value.trim() !== '');
  const whole = secrets.filter((value) => value.length >= SAFE_LENGTH).flatMap(formsOf);
  const short = secrets
    .filter((value) => value.length < SAFE_LENGTH)
    .map((value) => `(?<![\\p{L}\\p{N}])${escaped(value)}(?![\\p{L}\\p{N}])`);
  // The longest first, so that no rest of a secret is left beside a shorter form of it.
  const patterns = [...[...new Set(whole)].sort((a, b) => b.length - a.length).map(escaped), ...short];
  if (patterns.length === 0) return (text) => text;
  const pattern = new RegExp(patterns.join('|'), 'gu');
  return (text) => text.replace(pattern, MASKED);
}

/** An output that lets no secret through. Text must come in whole lines, not wrapped within a secret. */
export function maskedOutput(output: Output, mask: Mask): Output {
  return { write: (text) => output.write(mask(text)), rows: () => output.rows(), columns: () => output.columns(), isTTY: output.isTTY };
}

function formsOf(value: string): readonly string[] {
  const bytes = Buffer.from(value, 'utf8');
  const url = encodeURIComponent(value.toWellFormed());
  const json = JSON.stringify(value).slice(1, -1);
  const hex = bytes.toString('hex');
  const encoded = [hex, hex.toUpperCase(), ...base64Forms(bytes)].filter((form) => form.length >= SAFE_FRAGMENT);
  const escapes = [url, url.replaceAll('%20', '+'), url.replace(/%../g, (code) => code.toLowerCase()), json, json.replaceAll('/', '\\/')];
  const shown = [
    visible(value),
    visibleLine(value),
    value.replaceAll('\t', TAB),
    value.replaceAll("'", "'\\''"),
    bytes.toString('latin1'),
    asciiJson(json),
  ];
  return [value, ...encoded, ...escapes, ...shown].filter((form) => form.length >= SAFE_LENGTH);
}

/** The letters that a value's bytes become in base64 whatever stands before and after them: one form for each offset modulo 3. */
function base64Forms(bytes: Buffer): readonly string[] {
  return [0, 1, 2].flatMap((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    const inner = text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
    const forms = offset === 0 ? [text, text.replace(/=+$/, ''), inner] : [inner];
    return forms.flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')]);
  });
}

function asciiJson(json: string): string {
  return json.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function escaped(text: string): string {
  return text.toWellFormed().replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
