#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Clients that are not ours, unmodified: the legacy command line, through a proxy
# because it drops the port of its host, and the official Python SDK fill a
# workspace; it is moved; both read the target as they read the source.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"

requires test -n "${MIGRATE_VENV_SDK:-}"
requires "$MIGRATE_VENV_SDK/bin/python" -c 'import databricks.sdk'
requires test -n "${MIGRATE_VENV_CLI:-}"
requires "$MIGRATE_VENV_CLI/bin/python" -c 'import databricks_cli.cli'

pair --populate instance-profiles=0
mkdir "$tmp/client"
for name in old new; do
  eval "printf '[%s]\nhost = http://%s\ntoken = %s\njobs-api-version = 2.1\n\n' \
    $name $name \"\$token_$name\"" >>"$tmp/client/.databrickscfg"
done

# legacy VERB NAME: the command line, with that workspace
legacy ()
{
  eval "mg_proxy=\$url_$2"
  env HOME="$tmp/client" HTTP_PROXY="$mg_proxy" http_proxy="$mg_proxy" \
    NO_PROXY= no_proxy= "$MIGRATE_VENV_CLI/bin/python" \
    "$srcdir/tests/real/legacy.py" "$1" "$2"
}

# sdk VERB NAME
sdk ()
{
  env HOME="$tmp/home" "$MIGRATE_VENV_SDK/bin/python" \
    "$srcdir/tests/real/fill.py" "$1" "$2"
}

run legacy fill old
status_is "the command line fills the source" 0
run sdk fill old
status_is "so does the SDK" 0
is "and nothing they asked was unknown" "$(ask strict "$url_old")" ''
legacy read old >"$tmp/legacy-old"
sdk read old >"$tmp/sdk-old"
for what in legacy-pool legacy-policy legacy-cluster legacy-job simplejson \
  'legacy/deep er/nb' /Repos/legacy/etl sdk-pool sdk-cluster sdk-repo; do
  like "the command line reads $what" "$(cat "$tmp/legacy-old")" "$what"
done
for what in legacy-job sdk-pool sdk-policy sdk-cluster sdk-job sdk-runs \
  /Shared/sdk/notebook /Repos/sdk/sdk-repo CAN_RESTART /Shared/sdk/data.bin; do
  like "the SDK reads $what" "$(cat "$tmp/sdk-old")" "$what"
done

run move export
status_is "export ends with 0" 0
run move import
status_is "import ends with 0" 0
run move validate
status_is "validate ends with 0" 0

# same WHAT: the lines of both, without what differs by intent
same ()
{
  is "$1 reads the target as it read the source" \
    "$(diff "$tmp/$1-old" "$tmp/$1-new" || :)" ''
}

legacy read new >"$tmp/legacy-new"
same legacy
sdk read new >"$tmp/sdk-new"
same sdk
is "and nothing they asked was unknown there" "$(ask strict "$url_new")" ''
