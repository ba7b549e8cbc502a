#!/bin/sh
# The public header is clean C99 and C++11 by itself, and defines no 'bool':
# plugins are compiled in ways that we do not choose.
. "${MG_BUILDDIR:-.}/tests/functions.sh"

header=$srcdir/sdk/migrate-plugin.h

: "${CC:=cc}"
flags="-I$srcdir/sdk -I$builddir/sdk -Wall -Wextra -Werror -c -o $tmp/t.o"
c99="-std=c99 -pedantic -Wconversion"
cxx="-std=c++11"

# compiles TEXT FLAGS FILE COMPILER: with a compiler that is not there, skip
compiles ()
{
  if ! command -v "$4" >/dev/null; then
    if [ "${CI:-}" = true ]; then fail "$1: no $4"; else
      pass "$1 # SKIP no $4"
    fi
    return
  fi
  # shellcheck disable=SC2086
  run "$4" $2 $flags "$3"
  is "$1" "$out$err" ""
}

cat >"$tmp/t.c" <<'END'
#include <migrate-plugin.h>
#if defined bool || defined true || defined false
#error "the header defines bool"
#endif
int bool;
const char *use (const struct migrate_plugin *p);
const char *use (const struct migrate_plugin *p) { return p->name; }
END
grep -v -e 'int bool' "$tmp/t.c" >"$tmp/t.cc"

compiles "C99 with gcc" "$c99" "$tmp/t.c" gcc
compiles "C99 with clang" "$c99" "$tmp/t.c" clang
compiles "C++11 with g++" "$cxx" "$tmp/t.cc" g++
compiles "C++11 with clang++" "$cxx" "$tmp/t.cc" clang++

# Whatever a plugin may write: every service, every macro, a table of each
# sort.  C++ before 2020 has no designated initialisers: there a plugin fills
# its structs member by member.
cat >"$tmp/all.h" <<'END'
#include <migrate-plugin.h>

static int
each (struct migrate_ctx *ctx, void *opaque, const char *json, size_t len)
{
  const char *text = NULL, *raw = NULL;
  size_t n = 0;

  (void) opaque;
  if (migrate_json_get (ctx, json, len, "a.b", &text)
      && migrate_json_raw (ctx, json, len, "c", &raw, &n)
      && migrate_json_contains (ctx, json, len, "d", raw, n, "e"))
    return migrate_emit_stub (ctx, NULL, text, NULL);
  return migrate_emit (ctx, NULL, json, len);
}

static int
import_asset (struct migrate_ctx *ctx, void *self,
              const struct migrate_asset *asset)
{
  struct migrate_request req = MIGRATE_REQUEST_INIT;
  const struct migrate_response *res = NULL;
  int r;

  (void) self;
  req.call = migrate_printf (ctx, "POST /%s", migrate_quote (ctx, asset->key));
  req.effect = MIGRATE_CREATING;
  r = migrate_request (ctx, &req, &res);
  if (r < 0)
    return migrate_fail (ctx, r, "word", "text");
  if (migrate_option (ctx, "x") != NULL && migrate_end (ctx) == MIGRATE_END_MLFLOW)
    return migrate_manual (ctx, "word", "text");
  migrate_note (ctx, "text");
  if (MIGRATE_HAS (ctx, note) && migrate_pages (ctx, asset->kind, each, NULL) < 0)
    return migrate_generic (ctx, asset);
  r = migrate_json_each (ctx, res->body, res->body_len, "a[*]", each, NULL);
  return r < 0 ? r : migrate_created (ctx, "1", NULL, 0);
}
END
cat >"$tmp/all.c" <<'END'
#include "all.h"

static const struct migrate_kind kinds[] = {
  { .name = "gadgets", .title = "gadgets", .key = "name", .id = "id",
    .once = MIGRATE_ONCE_UNIQUE, .flags = MIGRATE_KIND_CALLS },
};

MIGRATE_REGISTER (.name = "all", .kinds = kinds, .n_kinds = 1,
                  .import_asset = import_asset);
END
cat >"$tmp/all.cc" <<'END'
#include "all.h"

static struct migrate_kind kind;
extern "C" { extern MIGRATE_EXPORT struct migrate_plugin migrate_plugin; }
struct migrate_plugin migrate_plugin = {
  MIGRATE_ABI_VERSION, sizeof (struct migrate_plugin),
  sizeof (struct migrate_kind), sizeof (struct migrate_ref),
  MIGRATE_VERSION_STRING, "all", "", "", &kind, 1, 0, nullptr, nullptr,
  nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, import_asset, nullptr,
  nullptr
};
END
flags="$flags -Wno-missing-field-initializers"
compiles "a plugin in C99 with gcc" "$c99" "$tmp/all.c" gcc
compiles "a plugin in C99 with clang" "$c99" "$tmp/all.c" clang
compiles "a plugin in C11 with gcc" "-std=c11 -pedantic" "$tmp/all.c" gcc
compiles "a plugin in C++11 with g++" "$cxx" "$tmp/all.cc" g++
compiles "a plugin in C++11 with clang++" "$cxx" "$tmp/all.cc" clang++

# What plugins of clusters share is rows for tables, with designators: C99, and
# C++ from 2020 on.
cat >"$tmp/compute.c" <<'END'
#include <migrate-plugin.h>
#include <migrate-compute.h>

#define ROW(path) { path, "instance_pool_id" },
#define FILE_OF(member) MIGRATE_IN_HOMES ("libraries[*]." member),

extern const struct migrate_ref refs[];
const struct migrate_ref refs[] = {
  MIGRATE_IN_HOMES ("path"), MIGRATE_LIBRARY_FILES (FILE_OF)
};
extern const struct migrate_derived derived[];
const struct migrate_derived derived[] = { MIGRATE_POOL_DECIDES (ROW) };
END
cp "$tmp/compute.c" "$tmp/compute.cc"
cxx20="-std=c++20"
compiles "rows for clusters in C99 with gcc" "$c99" "$tmp/compute.c" gcc
compiles "rows for clusters in C99 with clang" "$c99" "$tmp/compute.c" clang
compiles "rows for clusters in C++20 with g++" "$cxx20" "$tmp/compute.cc" g++
compiles "rows for clusters in C++20 with clang++" "$cxx20" "$tmp/compute.cc" clang++

# The test can fail: a header with what these compilers must refuse.
mkdir "$tmp/worse"
{ cat "$header"; echo '#include <stdbool.h>'; } >"$tmp/worse/migrate-plugin.h"
# shellcheck disable=SC2086
run $CC $c99 -I"$tmp/worse" $flags "$tmp/t.c"
like "a header that brings bool is found" "$err" "the header defines bool"
{ cat "$header"; echo 'struct worse { int (*class) (void); };'; } \
  >"$tmp/worse/migrate-plugin.h"
if [ -n "${CXX:-}" ] && command -v "${CXX##* }" >/dev/null; then
  # shellcheck disable=SC2086
  run $CXX $cxx -I"$tmp/worse" $flags "$tmp/t.cc"
  like "a header that is no C++ is found" "$err" "class"
fi
