# Reads what pmccabe prints: complexity (a switch counts once), the same
# without that favour, statements, first line, lines, "file(line): name".

{
  name = $0
  sub (/^([0-9]+[ \t]+)+/, "", name)
  if ($1 > 15) {
    printf "%s: complexity %d, more than 15\n", name, $1
    bad = 1
  }
  if ($5 > 80) {
    printf "%s: %d lines, more than 80\n", name, $5
    bad = 1
  }
  if (name !~ /^tests\//)
    lengths[n++] = $5
}

END {
  # Half of the functions are shorter than 20 lines.
  for (i = 0; i < n; ++i)
    if (lengths[i] < 20)
      ++short
  if (n > 0 && short * 2 < n) {
    printf "only %d of %d functions are under 20 lines\n", short, n
    bad = 1
  }
  exit bad
}
