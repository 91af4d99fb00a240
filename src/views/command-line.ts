/** Words as a command that can be pasted into a shell of the reader's: what is not plain is put into single quotes. */
export function commandLine(words: readonly string[]): string {
  return words.map((word) => (PLAIN.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ');
}

/** What a command lacks that can be pasted: sensitive inputs, whose values stand nowhere. */
export function giveAgain(secrets: readonly string[]): string {
  return `and ${secrets.map((name) => `-e ${name}=…`).join(' ')} again`;
}

const PLAIN = /^[\w@%+=:,./-]+$/;
