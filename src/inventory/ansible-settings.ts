/** A setting of an ansible.cfg, with its section and name in lower case, and the line in which it begins, from 1. */
export interface AnsibleSetting {
  readonly section: string;
  readonly name: string;
  readonly value: string;
  readonly line: number;
}

/**
 * All settings of an ansible.cfg, as Python's configparser reads them there: `;` after a blank begins a comment, `#` only in the first
 * column of text, and what is indented goes on with the value above it.
 */
export function settingsIn(text: string): readonly AnsibleSetting[] {
  const found: AnsibleSetting[] = [];
  let section = '';
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.replace(/(^|\s);.*$/, '').trimEnd();
    if (line === '' || /^\s*#/.test(line)) continue;
    const last = found.at(-1);
    if (/^\s/.test(line) && last?.section === section) {
      found[found.length - 1] = { ...last, value: `${last.value}\n${line.trim()}` };
      continue;
    }
    section = /^\[([^\]]+)\]/.exec(line)?.[1] ?? section;
    const [, name = '', value] = /^([a-z_]+)\s*[=:]\s*(.*)$/i.exec(line.trimStart()) ?? [];
    if (value !== undefined) found.push({ section, name: name.toLowerCase(), value, line: index + 1 });
  }
  return found;
}

/** The setting that counts of a section: of several with its name the last. */
export function settingOf(settings: readonly AnsibleSetting[], section: string, name: string): AnsibleSetting | undefined {
  return settings.findLast((setting) => setting.section === section && setting.name === name);
}
