import { visible } from '../formats/visible.ts';
import type { Mask } from './secrets-mask.ts';

/**
 * Any data as JSON, without a newline at its end. Strings are made visible and secrets masked, as everywhere: a script that
 * prints one prints no control characters.
 */
export function jsonText(value: unknown, mask: Mask, indent?: number): string {
  return JSON.stringify(
    told(value, (text) => visible(mask(text))),
    null,
    indent,
  );
}

function told(value: unknown, text: (raw: string) => string): unknown {
  if (typeof value === 'string') return text(value);
  if (Array.isArray(value)) return value.map((each) => told(each, text));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [text(key), told(each, text)]));
}
