#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Two of one name in the target: no third is made, however often one tries.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"
requires curl --version

pair --populate users=2,service-principals=3
run move export
name=$(rows "SELECT key FROM asset JOIN kind USING (kid)
  WHERE wsid = 0 AND name = 'service-principals' ORDER BY aid LIMIT 1")
twin ()
{
  curl -sS -X POST -H "Authorization: Bearer $token_new" \
    -H 'Content-Type: application/scim+json' -d "{\"displayName\":\"$name\"}" \
    "$url_new/api/2.0/preview/scim/v2/ServicePrincipals" >/dev/null
}
twin
twin

run move import
status_is "the import tells" 1
is "... which name is ambiguous" "$(rows "SELECT key FROM work JOIN asset
  USING (aid) WHERE code = 'ambiguous'")" "$name"
before=$(ask writes "$url_new")
run move import --retry-failed
status_is "a retry tells again" 1
is "... and makes no third" "$(ask writes "$url_new")" "$before"
