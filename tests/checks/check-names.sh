#!/bin/sh
# The core knows no asset by name: what assets are stands in the plugins.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/checks/checks.sh"

tree "the core names no asset" check_names

bad "a name" check_names core/run/a.c 'if (is (kind, "jobs"))\n' \
  "^core/run/a.c:1: the core names the asset 'jobs'"
bad "in a path" check_names core/net/a.c \
  'x = 1;\ny = "/api/2.0/clusters/list";\n' \
  "^core/net/a.c:2: the core names the asset 'clusters'"
bad "in a list" check_names core/cli/a.c '"--plugins users,abc"\n"x,users"\n' \
  "names the asset 'users'"
bad "in quotes" check_names core/cli/a.c "\"no kind 'repos'\"\\n" \
  "names the asset 'repos'"

good "running text may use the word" check_names core/base/a.c \
  '"other users can write to it" /* "jobs" */\n'
good "an MLflow server is an end" check_names core/net/end-x.c '"mlflow"\n'
bad "and elsewhere an asset" check_names core/net/x.c '"mlflow"\n' \
  "names the asset 'mlflow'"

# A name that only a plugin's table has.
mkdir -p "$tmp/tree/plugins/odd" "$tmp/tree/core/run"
printf '  { .name = "odd-things",\n' >"$tmp/tree/plugins/odd/odd.c"
printf 'x = "odd-things";\n' >"$tmp/tree/core/run/a.c"
run check_names "$tmp/tree"
status_is "names are gathered from the plugins" 1
like "and found" "$out" "core/run/a.c:1: .* 'odd-things'"
