/**
 * Text in lines of at most `width` characters, broken at spaces. A word longer than that stays whole (a path should be
 * copied in one piece) unless `hard` is set. Takes text without colours and without newlines.
 */
export function wrap(text: string, width: number, { hard = false }: { readonly hard?: boolean } = {}): readonly string[] {
  if (text.length <= width || !Number.isFinite(width)) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((each) => (hard ? chunks(each, width) : [each]))) {
    if (line === '') line = word;
    else if (line.length + 1 + word.length <= width) line += ` ${word}`;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}

/** Text cut every `width` characters, keeping each space: for lines of files, where spaces matter. */
export function chunks(text: string, width: number): readonly string[] {
  if (text.length <= width || !Number.isFinite(width)) return [text];
  const characters = [...text];
  const size = Math.max(1, Math.floor(width));
  return Array.from({ length: Math.ceil(characters.length / size) }, (_, index) =>
    characters.slice(index * size, (index + 1) * size).join(''),
  );
}
