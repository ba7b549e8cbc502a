#!/bin/sh
# The example of the manual keeps the contract, is as short as it is said to
# be, and moves gadgets between two simulated workspaces.
. "${MG_BUILDDIR:-.}/tests/functions.sh"

requires curl --version

source=$srcdir/plugins/example/example.c

# Lines of functions, without comments and empty ones.
is "fewer than 60 lines of code" \
  "$(sed -n '/^static int$/,/^}/p' "$source" | grep -v -c '^ *$' |
     awk '{ print ($1 > 0 && $1 < 60) ? "yes" : $1 }')" yes

run "$builddir/migrate-plugin-check" "$builddir/plugins/example/example.so"
status_is "it keeps the contract" 0

sed '/"objects"/,/^ *]$/d; s/^    },$/    }/' \
  "$srcdir/plugins/example/gadgets.routes" >"$tmp/empty.routes"
start_simulator \
  --workspace source --routes "$srcdir/plugins/example/gadgets.routes" \
  --workspace target --routes "$tmp/empty.routes"
profile source "$url_source" "$token_source"
profile target "$url_target" "$token_target"
mg_plugin_dirs="--plugin-dir $builddir/plugins/example"

run migrate --session s --from source export
status_is "export" 0
like "leaves out what is scrapped" "$out" '^gadgets +3 +3 +0'
run migrate --session s --to target --yes-host "${url_target#http://}" import
status_is "import leaves the engine to people, which is no failure" 0
like "two are created" "$out" '^gadgets +2 '
run migrate --session s report
like "the manual action stands in the report" "$out" 'gadget-steam'
like "with what is to be done" "$out" 'call the inspector'
run migrate --session s validate
status_is "validate: all equal, and the engine has its reason" 0

# What the service says of a gadget is not compared, and seen all the same.
id=$(curl -sS --noproxy '*' -H "Authorization: Bearer $token_target" \
  "$url_target/api/2.0/gadgets" |
  sed -n 's/.*"gadget_id":"\([0-9]*\)","name":"drill".*/\1/p')
curl -sS --noproxy '*' -H "Authorization: Bearer $token_target" -X PUT \
  -H 'Content-Type: application/json' -o "$tmp/put" \
  -d '{"name":"drill","power":"mains","size":3,"state":"BROKEN"}' \
  "$url_target/api/2.0/gadgets/$id"
run migrate --session s validate
status_is "validate: a broken one is a difference" 5
run migrate --session s report
like "which the plugin names" "$out" 'it is broken'
