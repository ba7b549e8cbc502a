# What a formatter does not decide: sizes of files, width of lines, and the
# first include.  Run in the root of the tree.

FNR == 1 {
  end_file()
  file = FILENAME
  limit = file ~ /\.h$/ ? 250 : 600
  # A test frame is one header on purpose, and the contract with plugins is
  # the text of its own manual page.
  if (file == "tests/mg-test.h" || file ~ /^sdk\/migrate-(plugin|kind)\.h$/)
    limit = 600
  seen_include = file !~ /^(core|sdk\/simulator)\/.*\.c$/
}

{ lines = FNR }

length ($0) > 90 { complain("wider than 90 columns") }

/[ \t\r]$/ { complain("a blank at the end of the line") }

/\t/ { complain("a tab") }

!seen_include && /^[ \t]*#[ \t]*include/ {
  seen_include = 1
  if ($0 !~ /<config\.h>/)
    complain("<config.h> is not the first include")
}

END {
  end_file()
  exit bad
}

function complain(text)
{
  printf "%s:%d: %s\n", FILENAME, FNR, text
  bad = 1
}

function end_file()
{
  if (file != "" && lines > limit) {
    printf "%s: %d lines, more than %d\n", file, lines, limit
    bad = 1
  }
}
