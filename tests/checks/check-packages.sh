#!/bin/sh
# contrib/lib.sh, without root and with something missing: names it for every
# system and stops; with nothing missing: says nothing.
. "${MG_BUILDDIR:-.}/tests/functions.sh"

mkdir -p "$tmp/tree/contrib"
cat >"$tmp/tree/contrib/versions" <<'END'
# a comment
build cmd:sh            dash     dash      -       is there
build cmd:no-such-thing deb-name fed-name  mac-name  is not
build header:no/such.h  deb-hdr  fed-hdr   -       is not
full  cmd:no-such-other deb-full fed-full  mac-full  not asked for
pip   thing             thing==1
END

cat >"$tmp/need.sh" <<'END'
set -eu
me=check
top=$1
shift
. "$srcdir/contrib/lib.sh"
find_root () { return 1; }
need_packages "$@"
echo "went on"
END
export srcdir

run sh "$tmp/need.sh" "$tmp/tree" build
status_is "it stops" 1
is "and does nothing else" "$out" ""
like "names what is missing" "$err" "^check: missing: no-such-thing no/such.h$"
like "for Debian" "$err" "Debian: +apt-get install deb-name deb-hdr *$"
like "for Fedora" "$err" "Fedora: +dnf install fed-name fed-hdr *$"
like "for macOS" "$err" "macOS: +brew install mac-name *$"
like "and what to do" "$err" "install these \(as root\), then run check again"

grep cmd:sh "$tmp/tree/contrib/versions" >"$tmp/versions"
mv "$tmp/versions" "$tmp/tree/contrib/versions"
run sh "$tmp/need.sh" "$tmp/tree" build
is "nothing missing, nothing said" "$status$out$err" "0went on"
