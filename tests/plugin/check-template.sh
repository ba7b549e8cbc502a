#!/bin/sh
# The template is built and tried as its author would: in a copy of its folder,
# with the SDK that pkg-config finds and with nothing else of this tree.
# 'make installcheck' runs it with what was installed:
#   MG_TEMPLATE   the folder of the template
#   MG_PKGCONFIG  the folder of migrate-sdk.pc
#   MG_PROGRAMS   the folder of the programs
. "${MG_BUILDDIR:-.}/tests/functions.sh"

template=${MG_TEMPLATE:-$srcdir/sdk/template}
programs=${MG_PROGRAMS:-$builddir}
PKG_CONFIG_PATH=${MG_PKGCONFIG:-$builddir/sdk}
export PKG_CONFIG_PATH

requires pkg-config --version
requires curl --version
if [ "$(uname)" != Linux ]; then HARD=; else HARD='-Wl,-z,defs -Wl,-z,now'; fi

mkdir "$tmp/copy"
for file in LICENSE Makefile migrate-widgets.7 test.sh widgets.c widgets.routes
do
  ok "there is a $file" cp "$template/$file" "$tmp/copy"
done
# What an installed file has lost, a copy may have too.
chmod go-w "$tmp/copy"

# make_it TARGET: what its author would type
make_it ()
{
  env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u CPPFLAGS -u CFLAGS -u LDFLAGS \
    make -C "$tmp/copy" "$1" CC="${CC:-cc}" HARD="$HARD" \
    PKG_CONFIG_PATH="$PKG_CONFIG_PATH" \
    MIGRATE="$programs/migrate" MIGRATE_SIMULATOR="$programs/migrate-simulator" \
    MIGRATE_PLUGIN_CHECK="$programs/migrate-plugin-check" DESTDIR="$tmp/dest"
}

run make_it all
status_is "it builds" 0
unlike "without a warning" "$out$err" 'warning'

is "pkg-config tells the ABI" "$(pkg-config --variable=abi_version migrate-sdk)" \
  "$(sed -n 's/^#define MIGRATE_ABI_VERSION //p' \
     "$builddir/sdk/migrate-version.h")"

run "$programs/migrate" plugins check "$tmp/copy/widgets.so"
status_is "migrate plugins check takes it" 0
run "$programs/migrate" --plugin-dir "$tmp/copy" plugins show widgets
status_is "migrate plugins show knows it" 0
like "with its kind" "$out" 'widgets'

run make_it check
status_is "its own check passes" 0
like "the plugin-check ran" "$out" '^ok .*exports one symbol'
like "two workspaces were used" "$out" '^ok .*a second import changes nothing'
[ "$status" = 0 ] || note "$out"

# plugindir is told as it is, wherever the SDK stands meanwhile.
sysroot=${PKG_CONFIG_SYSROOT_DIR:-}
PKG_CONFIG_SYSROOT_DIR=
export PKG_CONFIG_SYSROOT_DIR
run make_it install
status_is "it can be installed" 0
is "where migrate looks for plugins" \
  "$(cd "$tmp/dest" && find . -name widgets.so | sed 's/^\.//')" \
  "$(pkg-config --variable=plugindir migrate-sdk)/widgets.so"

PKG_CONFIG_SYSROOT_DIR=$sysroot

# Lines of its source, and no function in it.
is "fewer than 60 lines" \
  "$(test "$(grep -c '' "$template/widgets.c")" -lt 60 && echo yes)" yes
unlike "and no callback" "$(cat "$template/widgets.c")" '^[a-z_]+ \('

# It can fail: a plugin that uses what nobody has does not link.
if [ -n "$HARD" ]; then
  sed 's/^MIGRATE_REGISTER (/int nobody (void);\nint helper (void);\nint helper (void) { return nobody (); }\n&/' \
    "$template/widgets.c" >"$tmp/copy/widgets.c"
  run make_it all
  like "what nobody has is an error of the linker" "$err" 'nobody'
fi
