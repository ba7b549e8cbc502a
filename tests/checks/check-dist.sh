#!/bin/sh
# contrib/dist-list finds files that a tarball lacks, and those that it has
# too much.  (The comparison of the tree itself is a step of contrib/check,
# because it needs a checkout.)
. "${MG_BUILDDIR:-.}/tests/functions.sh"

requires git --version

mkdir -p "$tmp/tree/core" "$tmp/p-1/core" "$tmp/p-1/build-aux"
cd "$tmp/tree"
git init -q .
touch configure.ac core/a.c core/b.h .gitignore
git add .
cd "$tmp"
touch p-1/configure.ac p-1/configure p-1/build-aux/missing p-1/core/a.c \
  p-1/core/b.h

tar -cf good.tar p-1
run sh "$srcdir/contrib/dist-list" "$tmp/tree" good.tar
is "the same files" "$status$out$err" 0

rm p-1/core/b.h
tar -cf less.tar p-1
run sh "$srcdir/contrib/dist-list" "$tmp/tree" less.tar
is "one forgotten" "$out" \
  "not in the tarball: core/b.h (name it in a Makefile.inc)"

touch p-1/core/b.h p-1/core/left-over.c
tar -cf more.tar p-1
run sh "$srcdir/contrib/dist-list" "$tmp/tree" more.tar
is "one too many" "$out" "not in git: core/left-over.c"
status_is "which fails" 1
