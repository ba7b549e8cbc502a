#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Names that repeat: one of the target stands for one of the source only when it
# is the same; a name alone decides nothing, however often one tries.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"
requires curl --version

namesake ()
{
  scim new ServicePrincipals "{\"displayName\":\"$name\"$1}" |
    sed -n 's/.*"id": *"\([0-9]*\)".*/\1/p'
}

ambiguous ()
{
  rows "SELECT key FROM work JOIN asset USING (aid) WHERE code = 'ambiguous'"
}

named ()
{
  ask get "$url_new" state | grep -o "\"displayName\": *\"$name\"" | grep -c .
}

pair --populate users=2,service-principals=3
run move export
name=$(rows "SELECT key FROM asset JOIN kind USING (kid)
  WHERE wsid = 0 AND name = 'service-principals' ORDER BY aid LIMIT 1")
first=$(namesake ',"externalId":"a"')
second=$(namesake ',"externalId":"b"')

run move import
status_is "two of one name, none the same: the import tells" 1
is "... which name is ambiguous" "$(ambiguous)" "$name"
run move import --retry-failed
status_is "a retry tells again" 1
is "... and makes no third" "$(named)" 2

scim new ServicePrincipals/$first '' DELETE
run move import --retry-failed
status_is "one of one name that is not the same: the import tells" 1
is "... and makes no second" "$(named)" 1

same=$(namesake '')
run move import --retry-failed
status_is "one that is the same stands for it" 0
is "... and nothing is made" "$(named)" 2
is "... and it is not ours" "$(rows "SELECT src_id, provenance FROM work
  JOIN asset ON asset.aid = work.new_aid WHERE key = '$name'")" "$same|2"

forget_session
scim new ServicePrincipals/$same '' DELETE
run move export
run move import
is "what is in the way" "$(ambiguous)" "$name"
scim new ServicePrincipals/$second '' DELETE
run move plan
is "... until it is gone: a plan looks again" "$(rows "SELECT count (*)
  FROM asset JOIN snapshot ON seen_sid = sid WHERE key = '$name'
  AND purpose = 'index'")" 0
run move import --retry-failed
status_is "... then the import makes it" 0
is "... once" "$(named)" 1
