#!/bin/sh
# The tree promises nothing and names no machine.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/checks/checks.sh"

tree "no unfinished work, no path of one machine" check_text

# Put together here, so that this script passes itself.
bad "a note" check_text core/net/a.c "/* TO""DO: later */\\n" \
  "^core/net/a.c:1: a note of unfinished work"
bad "another note" check_text README.md "\\nFIX""ME\\n" \
  "^README.md:2: a note of unfinished work"
bad "an excuse" check_text core/net/a.c "say (\"not imple""mented\");\\n" \
  "what is unfinished is absent"
bad "a path of a machine" check_text tests/a.sh "cd /wo""rk/x\\n" \
  "^tests/a.sh:1: a path of one machine"
bad "a home" check_text tests/a.sh ". /ro""ot/x\\n" "a path of one machine"
good "paths of the service" check_text a.c '"/Workspace/x" "/api/work/x"\n'
