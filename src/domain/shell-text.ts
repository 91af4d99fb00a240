/**
 * Whether the words of a command hand program text to an interpreter, as `sh -c TEXT` or `python3 -c TEXT` do, also by way of others
 * (`env`, `timeout`, `nsenter`, `find -exec`). What such a command does stands in no word of its own, and a value that gets into the
 * text becomes code. A script that lies on the host (`sh /opt/fix.sh`) is a program like any other; awk and sed count as programs too.
 * It rather takes a command for shell text than not: `pkill bash -c` is one here.
 */
export function runsShellText(argv: readonly string[]): boolean {
  return argv.some((word, index) => {
    const option = optionOf(word.slice(word.lastIndexOf('/') + 1));
    return option !== undefined && argv.slice(index + 1).some((later) => option.test(later));
  });
}

/** The options by which an interpreter takes its program from the words; undefined for what is none. */
function optionOf(name: string): RegExp | undefined {
  return INTERPRETERS.find(([names]) => names.test(name))?.[1];
}

/** `man 1` of each: several short options may stand in one word (`bash -lc`, `perl -pe`). */
const INTERPRETERS: readonly (readonly [names: RegExp, option: RegExp])[] = [
  [/^(?:[bd]?ash|r?bash|sh|[mop]?ksh\d*|yash|posh|zsh|fish|t?csh)$/, /^(?:-[A-Za-z]*c[A-Za-z]*|--command(?:=.*)?)$/],
  [/^(?:su|runuser)$/, /^(?:-[A-Za-z]*c.*|--(?:session-)?command(?:=.*)?)$/],
  [/^(?:python|pypy)[\d.]*$/, /^-[A-Za-z]*c/],
  [/^perl[\d.]*$/, /^-[A-Za-z\d]*[eE]/],
  [/^(?:ruby|lua|guile|rscript)[\d.]*$/i, /^-[A-Za-z\d]*e/],
  [/^(?:node|nodejs|deno|bun)$/, /^(?:-[a-z]*[ep]|--(?:eval|print)(?:=.*)?|eval)$/],
  [/^php[\d.]*$/, /^(?:-[a-zA-Z]*[rBRE]|--(?:run|process-).*)$/],
  [/^expect$/, /^-[A-Za-z]*c/],
];
