# The checkers that look at the source itself, as functions that take the
# root of a tree, print what is wrong there and fail when anything is.  Read
# by the check-*.sh scripts, each of which also shows that a bad tree fails.

checks=$srcdir/tests/checks

# files ROOT PATTERN: the files of the tree, relative, without those that
# builds make.  A checkout knows; elsewhere (a tarball, a bad example) all.
files ()
(
  cd "$1"
  if [ -e .git ]; then
    git ls-files -co --exclude-standard
  else
    find . -name .git -prune -o -name autom4te.cache -prune -o \
      -name build-aux -prune -o -name .deps -prune -o -name .libs -prune -o \
      -name _build -prune -o -name '*-tsv.h' -o -name config.h -o \
      -name config.h.in -o -name 'configure*' ! -name configure.ac -o \
      -name 'Makefile' -o -name Makefile.in -o -name aclocal.m4 -o \
      -path './m4/l[it]*.m4' -o -name '*.log' -o -name '*.trs' -o \
      -name '*.o' -o -name '*.lo' -o -name '*.la' -o -name '*.pc' -o \
      -name config.status -o -name libtool -o -name stamp-h1 -o \
      -type f -print | sed 's|^\./||'
  fi | sort -u | while read -r file; do
    [ -f "$file" ] && printf '%s\n' "$file"
  done | grep -E -e "$2"
)

# with_files ROOT PATTERN COMMAND...: run in ROOT with the files as arguments
with_files ()
{
  mg_root=$1
  mg_list=$(files "$1" "$2") || return 0
  shift 2
  (cd "$mg_root" && printf '%s\n' "$mg_list" | tr '\n' '\0' | xargs -0 "$@")
}

c_files='^(core|sdk|plugins)/.*\.[ch]$'
all_c_files='^(core|sdk|plugins|tests)/.*\.[ch]$'

check_includes ()
{
  with_files "$1" "$c_files" \
    awk -f "$checks/code.awk" -f "$checks/includes.awk"
}

check_names ()
{
  mg_plugins=$(files "$1" '^plugins/[^/]*/[^/]*\.c$' || :)
  mg_core=$(files "$1" '^core/.*\.[ch]$') || return 0
  # shellcheck disable=SC2086 # names of sources have no blanks
  (cd "$1" && awk -f "$checks/code.awk" -f "$checks/names.awk" \
    pass=1 $mg_plugins pass=2 $mg_core)
}

check_banned ()
{
  with_files "$1" "$c_files" \
    awk -f "$checks/code.awk" -f "$checks/banned.awk"
}

check_style ()
{
  with_files "$1" "$all_c_files" awk -f "$checks/style.awk"
}

check_sizes ()
{
  with_files "$1" '^(core|sdk|plugins|tests)/.*\.c$' pmccabe >"$tmp/pmccabe"
  awk -f "$checks/sizes.awk" "$tmp/pmccabe"
}

check_text ()
{
  with_files "$1" '.' grep -I -l -e '' >"$tmp/text" || :
  # The licence is not ours to change.
  mg_list=$(grep -v -x -e COPYING "$tmp/text") || return 0
  (cd "$1" && printf '%s\n' "$mg_list" | tr '\n' '\0' |
    xargs -0 awk -f "$checks/text.awk")
}

# bad TEXT CHECK FILE LINE PATTERN: a tree in which FILE has LINE (printf's
# format) fails CHECK, which says PATTERN
bad ()
{
  rm -rf "$tmp/bad"
  mkdir -p "$tmp/bad/$(dirname "$3")"
  # shellcheck disable=SC2059
  printf "$4" >"$tmp/bad/$3"
  run "$2" "$tmp/bad"
  if [ "$status" = 0 ]; then
    fail "$1"
    note "the bad tree passed"
  else
    like "$1" "$out" "$5"
  fi
}

# good TEXT CHECK FILE LINE: the same, but nothing is wrong with it
good ()
{
  rm -rf "$tmp/bad"
  mkdir -p "$tmp/bad/$(dirname "$3")"
  # shellcheck disable=SC2059
  printf "$4" >"$tmp/bad/$3"
  run "$2" "$tmp/bad"
  is "$1" "$out$err" ""
}

# tree TEXT CHECK: the tree that this test belongs to passes
tree ()
{
  run "$2" "$srcdir"
  is "$1" "$out$err" ""
}
