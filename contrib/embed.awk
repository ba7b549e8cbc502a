# Turn a text file into a C string: awk -f embed.awk name=foo foo.tsv
#
# A data file belongs to the program, not beside it: nothing to install, and
# no way to run with the file of another version.

{
  if (!begun) {
    begin()
    begun = 1
  }
  gsub (/\\/, "&&")
  gsub (/"/, "\\\\&")
  gsub (/\t/, "\\t")
  printf "  \"%s\\n\"\n", $0
}

END {
  if (!begun) {
    begin()
    print "  \"\""
  }
  print "  ;"
}

function begin(  id)
{
  id = name
  gsub (/[^A-Za-z0-9_]/, "_", id)
  printf "/* Made from %s.tsv; edit that. */\n", name
  printf "static const char mg_%s_tsv[] =\n", id
}
