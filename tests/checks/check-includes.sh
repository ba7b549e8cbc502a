#!/bin/sh
# Includes go down: no floor includes one above or beside it, plugins include
# only sdk/ and libc, libraries stay with the floor that owns them.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/checks/checks.sh"

tree "no include goes up or sideways" check_includes

bad "up" check_includes core/base/a.c '#include "net/b.h"\n' \
  "^core/base/a.c:1: 'net/b.h' is not below core/base"
bad "sideways" check_includes core/net/a.c '\n#include "store/b.h"\n' \
  "^core/net/a.c:2: 'store/b.h' is not below core/net"
bad "the command line from the run" check_includes core/run/a.h \
  '#include "cli/b.h"\n' "'cli/b.h' is not below core/run"
bad "a plugin from the core" check_includes core/run/a.c \
  '#include "../plugins/users/users.h"\n' "core does not include"
bad "without the folder" check_includes core/run/a.c \
  '#include "b.h"\n' "write the folder too: 'run/b.h'"
bad "core from a plugin" check_includes plugins/users/users.c \
  '#include "base/buf.h"\n' "a plugin includes only sdk/ and libc"
bad "a library in a plugin" check_includes plugins/users/users.c \
  '#include <curl/curl.h>\n' "a plugin includes only sdk/ and libc"
bad "net from the simulator" check_includes sdk/simulator/a.c \
  '#include "net/b.h"\n' "the simulator includes only core/base"
bad "curl outside net" check_includes core/run/a.c \
  '#include <curl/curl.h>\n' "'curl/curl.h' belongs to core/net"
bad "the contract in the base" check_includes core/base/a.c \
  '#include <migrate-plugin.h>\n' "is above core/base"
bad "a library in the public header" check_includes sdk/migrate-plugin.h \
  '#include <stdbool.h>\n' "a public header includes no 'stdbool.h'"

good "down is fine" check_includes core/run/a.c \
  '#include <config.h>\n#include "base/b.h"\n#include "run/b.h"\n'
good "what stands in a comment is no include" check_includes core/base/a.c \
  '/*\n#include "run/b.h"\n*/\n'
