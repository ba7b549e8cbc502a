#!/bin/sh
# The history of a seed, or of a kill, line by line: virtual seconds, then what
# was sent where, over which connection, and what came of it.
#
#   replay SEED              as tests/twin/seeds.sh numbers them: 17, c17 where
#                            there are clusters and jobs, t17 where there is a
#                            tree of notebooks, files and Git folders; with an f
#                            before it, faults as they were drawn once
#   replay MOMENT N          before, after, replied, commit, committed; the nth
#   replay MOMENT N export   of an export, or undo; compute: with clusters and
#                            jobs; tree
case ${1:-} in
  [0-9]* | [ct][0-9]* | f[0-9]* | f[ct][0-9]*) word=replay ;;
  ?*) word=point ;;
  *)
    echo "usage: replay SEED | MOMENT N" >&2
    exit 2
    ;;
esac
here=$(dirname "$0")
MG_BUILDDIR=${MG_BUILDDIR:-$here/../..}
export MG_BUILDDIR
exec "$here/twin" "$word" "$@"
