# The command that a unit runs now, one argument a line, from its loaded configuration and the environment files as they
# are at this moment (systemd reads them at every start). With words.awk. Exit 2: an environment file is missing.

function variable(name) { return name in env ? env[name] : "" }

# Replaces ${NAME} inside a word; `$$` is a dollar sign.
function braced(word,    out, at, close_at) {
  out = ""
  while ((at = index(word, "$")) > 0) {
    out = out substr(word, 1, at - 1); word = substr(word, at)
    if (substr(word, 2, 1) == "$") { out = out "$"; word = substr(word, 3) }
    else if (substr(word, 2, 1) == "{" && (close_at = index(word, "}")) > 0) {
      out = out variable(substr(word, 3, close_at - 3)); word = substr(word, close_at + 1)
    }
    else { out = out "$"; word = substr(word, 2) }
  }
  return out word
}

function emit(word) { gsub(/\n/, " ", word); print word }

/^@env=/ { at = index($0, "="); pair = substr($0, at + 1); at = index(pair, "="); env[substr(pair, 1, at - 1)] = substr(pair, at + 1) }
/^EnvironmentFiles=/ { file[++files] = substr($0, 18) }
/^@exec=/ { exec = exec == "" ? substr($0, 7) : exec }

END {
  for (i = 1; i <= files; i++) {
    path = file[i]; sub(/ \(ignore_errors=(yes|no)\)$/, "", path)
    text = slurp(path)
    if (!READ_OK && file[i] ~ /ignore_errors=no\)$/) exit 2
    read_env_text(text, env)
  }
  sub(/^[-@:+!|]+/, "", exec)
  count = split_words(exec, words)
  for (i = 1; i <= count; i++) {
    if (i > 1 && words[i] ~ /^\$[A-Za-z_][A-Za-z0-9_]*$/) {
      many = split_words(variable(substr(words[i], 2)), parts)
      for (k = 1; k <= many; k++) emit(parts[k])
    }
    else { gsub(/%%/, "%", words[i]); emit(braced(words[i])) }
  }
}
