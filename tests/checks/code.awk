# C source without what is not code.  For use with other -f scripts:
#
#   code_line(line)   returns the line with comments and the contents of
#                     literals blanked, and sets literals[1..n_literals] to
#                     the texts of its string literals.  Call it for every
#                     line of a file in order.

FNR == 1 { code_in_comment = 0 }

function code_line(line,   i, n, c, two, out, quote, text)
{
  n = length (line)
  out = ""
  quote = ""
  n_literals = 0
  for (i = 1; i <= n; ++i) {
    c = substr (line, i, 1)
    two = substr (line, i, 2)
    if (code_in_comment) {
      if (two == "*/") {
        code_in_comment = 0
        ++i
      }
      continue
    }
    if (quote != "") {
      if (c == "\\") {
        text = text two
        ++i
      }
      else if (c == quote) {
        if (quote == "\"")
          literals[++n_literals] = text
        quote = ""
        out = out c
      }
      else
        text = text c
      continue
    }
    if (two == "/*") {
      code_in_comment = 1
      out = out " "
      ++i
    }
    else if (two == "//")
      break
    else {
      if (c == "\"" || c == "'") {
        quote = c
        text = ""
      }
      out = out c
    }
  }
  return out
}

function complain(text)
{
  printf "%s:%d: %s\n", FILENAME, FNR, text
  bad = 1
}

END { exit bad }
