#!/bin/sh
# layout.sh HEADER-DIR VERSION-DIR: print the layout of the contract's structs
# layout.sh --update RECORD HEADER-DIR VERSION-DIR: record it
#
# The rule.  The record stands for what plugins were compiled with.  While the
# ABI version is 0 it may change with every release: 'make update-layout', and
# a line in NEWS.  From 1 on a line that is there stays as it is, but for the
# size of a struct that may grow: lines are only added, members only at the
# end of a struct.  --update refuses anything else; what needs it is a new
# ABI version.
#
# May grow, because its size is known to the other side or the core makes it:
# migrate_plugin, migrate_kind, migrate_ref (struct_size, kind_size, ref_size),
# migrate_request (struct_size), migrate_core (struct_size), migrate_asset,
# migrate_response, migrate_ctx.  The others stand in arrays whose stride
# nobody states: their size is fixed.
#
# Needs $CC.  The record is that of machines with 64-bit pointers.
set -eu

here=$(dirname "$0")
grows='migrate_(plugin|kind|ref|request|core|asset|response|ctx)'

layout ()
{
  dir=$(mktemp -d)
  trap 'rm -rf "$dir"' EXIT
  sh "$here/../../sdk/contract.sh" "$1" |
    awk -f "$here/layout.awk" >"$dir/layout.c"
  # shellcheck disable=SC2086
  ${CC:-cc} -w -I"$1" -I"$2" -o "$dir/layout" "$dir/layout.c"
  "$dir/layout"
}

# kept OLD NEW: every line of OLD is in NEW; prints what is not
kept ()
{
  sed -E "s/^(struct $grows size) .*/\\1/" "$1" | sort >"$1.cut"
  sed -E "s/^(struct $grows size) .*/\\1/" "$2" | sort >"$2.cut"
  comm -23 "$1.cut" "$2.cut"
  rm -f "$1.cut" "$2.cut"
}

case $1 in
  --kept)
    kept "$2" "$3"
    ;;
  --update)
    record=$2
    tmp=$(mktemp)
    layout "$3" "$4" >"$tmp"
    if [ -s "$record" ] && [ "$(head -n 1 "$record")" != 'abi 0' ] &&
      [ "$(head -n 1 "$record")" = "$(head -n 1 "$tmp")" ]; then
      lost=$(kept "$record" "$tmp")
      if [ -n "$lost" ]; then
        echo "this breaks plugins that are built; it needs a new ABI version:"
        echo "$lost"
        rm -f "$tmp"
        exit 1
      fi
    fi >&2
    cat "$tmp" >"$record"
    rm -f "$tmp"
    ;;
  *)
    layout "$1" "$2"
    ;;
esac
