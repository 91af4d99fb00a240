/** One entry of the journal: its message as text; bytes that are no UTF-8 are replaced. */
export interface JournalEntry {
  readonly message: string;
  /** 0 (emergency) to 7 (debug); undefined when the entry has none. */
  readonly priority?: number;
}

/**
 * Entries as `journalctl -o json` prints them, one object a line. A line that is none (output that was cut) is left out.
 * A field is a string, an array of byte values when it is not printable UTF-8, null when it is too long, or an array of
 * such when it occurs several times (https://systemd.io/JOURNAL_EXPORT_FORMATS/#journal-json-format).
 */
export function parseJournalJson(text: string): readonly JournalEntry[] {
  return text.split('\n').flatMap((line) => {
    const entry = toEntry(line);
    return entry === undefined ? [] : [entry];
  });
}

function toEntry(line: string): JournalEntry | undefined {
  if (!line.startsWith('{')) return undefined;
  let fields: unknown;
  try {
    fields = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof fields !== 'object' || fields === null || !('MESSAGE' in fields)) return undefined;
  const message = fieldText(fields.MESSAGE);
  const priority = 'PRIORITY' in fields ? Number.parseInt(fieldText(fields.PRIORITY), 10) : Number.NaN;
  return Number.isNaN(priority) ? { message } : { message, priority };
}

function fieldText(field: unknown): string {
  const isSeveral = Array.isArray(field) && !field.every((item) => typeof item === 'number');
  return isSeveral ? field.map(valueText).join('\n') : valueText(field);
}

/** Nothing is nested any deeper, whatever a host prints. */
function valueText(value: unknown): string {
  if (typeof value === 'string') return value;
  const isBytes = Array.isArray(value) && value.every((item) => typeof item === 'number');
  return isBytes ? Buffer.from(value).toString('utf8') : '';
}
