/** Shells that commands are completed in. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** What a shell is to run at its start: it asks `runbook complete` for what may follow. */
export const SCRIPTS: Readonly<Record<(typeof SHELLS)[number], string>> = {
  // COMP_WORDBREAKS cuts words at ':' and '='; the whole word is put together again, and what was cut off is taken from the answers.
  bash: `_runbook() {
  local line word rest cut
  rest=\${COMP_LINE:0:COMP_POINT}
  read -ra words <<<"\${rest}x"
  word=\${words[\${#words[@]} - 1]%x}
  words[\${#words[@]}-1]=$word
  cut=\${word%"\${word##*[:=,]}"}
  COMPREPLY=()
  while IFS=$'\\t' read -r line _; do
    if [ "$line" = ':files' ]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "\${word#"$cut"}")
    elif [[ $line == "$word"* ]]; then
      case $COMP_WORDBREAKS in *[:=]*) [[ $word == *[:=]* ]] && line=\${line#"\${word%"\${word##*[:=]}"}"} ;; esac
      COMPREPLY+=("$line")
    fi
  done < <(command "\${words[0]}" complete -- "\${words[@]:1}" 2>/dev/null)
  if [ "\${#COMPREPLY[@]}" = 1 ]; then case \${COMPREPLY[0]} in *=) compopt -o nospace 2>/dev/null ;; esac; fi
}
complete -F _runbook runbook
`,
  zsh: `#compdef runbook
_runbook() {
  local line word says
  local -a found
  for line in "\${(@f)$(command \${words[1]} complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    word=\${line%%$'\\t'*}
    says=\${line#*$'\\t'}
    if [[ $word == ':files' ]]; then _files; continue; fi
    [[ -n $word ]] && found+=("\${word//:/\\\\:}:$says")
  done
  (( $#found )) && _describe -V runbook found
}
compdef _runbook runbook
`,
  fish: `function __runbook_complete
    set -l tokens (commandline -opc) (commandline -ct)
    for line in (command $tokens[1] complete -- $tokens[2..-1] 2>/dev/null)
        if string match -q ':files*' -- $line
            __fish_complete_path (commandline -ct)
        else
            echo $line
        end
    end
end
complete -c runbook -f -a '(__runbook_complete)'
`,
};
