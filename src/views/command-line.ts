/** Words as a command that can be pasted into a shell of the reader's: what is not plain is put into single quotes. */
export function commandLine(words: readonly string[]): string {
  return words.map((word) => (PLAIN.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ');
}

const PLAIN = /^[\w@%+=:,./-]+$/;
