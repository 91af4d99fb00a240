# Text as systemd reads it: words of a command line, assignments of an EnvironmentFile (man systemd.service, systemd.exec;
# systemd's extract-word.c and env-file.c). Functions only.

function trim(text) {
  sub(/^[ \t\r]+/, "", text)
  sub(/[ \t\r]+$/, "", text)
  return text
}

function unescaped(letter) {
  if (letter == "n") return "\n"
  if (letter == "t") return "\t"
  if (letter == "s") return " "
  return letter
}

# Splits at whitespace, outside of quotes; quotes and backslashes are taken off. Returns the number of words.
function split_words(text, words,    count, i, c, quote, word, open) {
  count = 0; quote = ""; word = ""; open = 0
  for (i = 1; i <= length(text); i++) {
    c = substr(text, i, 1)
    if (c == "\\" && quote != "'") { i++; word = word unescaped(substr(text, i, 1)); open = 1 }
    else if (quote != "") { if (c == quote) quote = ""; else word = word c }
    else if (c == "\"" || c == "'") { quote = c; open = 1 }
    else if (c == " " || c == "\t" || c == "\n") { if (open) { words[++count] = word; word = ""; open = 0 } }
    else { word = word c; open = 1 }
  }
  if (open) words[++count] = word
  return count
}

# Reads a whole file; "" when there is none. Sets READ_OK.
function slurp(path,    line, all, got) {
  all = ""
  READ_OK = 0
  while ((got = (getline line < path)) > 0) { READ_OK = 1; all = all line "\n" }
  if (got == 0) READ_OK = 1
  close(path)
  return all
}

# Takes the assignments of an EnvironmentFile's text into env[].
function read_env_text(text, env,    i, n, c, key, value, pending, quote) {
  n = length(text); i = 1
  while (i <= n) {
    c = substr(text, i, 1)
    if (c ~ /[ \t\r\n]/) { i++; continue }
    if (c == "#" || c == ";") { while (i <= n && substr(text, i, 1) != "\n") i++; continue }
    key = ""
    while (i <= n && (c = substr(text, i, 1)) != "=" && c != "\n") { key = key c; i++ }
    if (c != "=") { i++; continue }
    i++
    while (i <= n && substr(text, i, 1) ~ /[ \t]/) i++
    value = ""; pending = ""; quote = ""
    for (; i <= n; i++) {
      c = substr(text, i, 1)
      if (quote == "'") { if (c == "'") quote = ""; else value = value c; continue }
      if (c == "\\") {
        i++; c = substr(text, i, 1)
        value = value pending; pending = ""
        if (c == "\n") continue
        if (quote == "\"" && index("\"\\`$", c) == 0) value = value "\\"
        value = value c
        continue
      }
      if (quote == "\"") { if (c == "\"") quote = ""; else value = value c; continue }
      if (c == "\n") break
      if (c == "'" || c == "\"") { quote = c; value = value pending; pending = ""; continue }
      if (c ~ /[ \t\r]/) { pending = pending c; continue }
      value = value pending c; pending = ""
    }
    i++
    env[trim(key)] = value
  }
}
