/** Writes a word so that systemd's split of a variable (`$ARGS` as a word of its own) gives it back as one argument. */
export function writeSplitWord(word: string): string {
  return /^[^\s"'\\]+$/.test(word) ? word : `"${word.replace(/["\\]/g, '\\$&')}"`;
}

/** Writes text so that it can stand in a value of an environment file, inside the given quote (`''`: none); undefined when it cannot. */
export function writeInQuote(text: string, quote: string): string | undefined {
  if (quote === '"') return text.replace(/["\\`$]/g, '\\$&');
  if (quote === "'") return text.includes("'") ? undefined : text;
  return /[\n\r]/.test(text) ? undefined : text.replace(/\\/g, '\\\\');
}

/** A whole value, quoted only where it must be; `quote` is the quote to prefer. */
export function writeEnvValue(value: string, quote: string): string {
  if (quote === "'" && !value.includes("'")) return `'${value}'`;
  if (quote === '' && /^[A-Za-z0-9_@%+=:,./-]*$/.test(value)) return value;
  return `"${value.replace(/["\\`$]/g, '\\$&')}"`;
}
