#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# migrate mapping: files for programs that know the old workspace.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"

map=$tmp/sessions/s/out/mapping
pair --populate users=5,service-principals=2,instance-profiles=1,experiments=3
run move export
run migrate mapping --session s
is "before an import there is nothing to tell" "$out" "nothing was imported yet"
user=$(rows "SELECT key FROM asset JOIN kind USING (kid) WHERE name = 'users'
  AND key NOT LIKE 'admin%' AND key NOT LIKE '%''%' LIMIT 1")
run migrate rules --session s add email "$user=other.name@example.org"
run migrate rules --session s add account-id 123456789012=210987654321
run move import
run migrate mapping --session s
status_is "mapping" 0
like "... names its files" "$out" 'names.csv .*, mapping.json, replace.sed$'

# old KIND, new KIND: ids of the first asset of a kind
ids ()
{
  rows "SELECT s.src_id || ' ' || t.src_id FROM work w JOIN asset s USING (aid)
    JOIN asset t ON t.aid = w.new_aid JOIN kind k ON k.kid = s.kid
    WHERE k.name = '$1' AND s.wsid = 0 ORDER BY s.aid LIMIT 1"
}
ids=$(ids experiments)
old=${ids% *} new=${ids#* }
org_old=$(rows "SELECT org_id FROM workspace WHERE wsid = 0")
org_new=$(rows "SELECT org_id FROM workspace WHERE wsid = 1")
link_old="$url_old/?o=$org_old#mlflow/experiments/$old"
link_new="$url_new/?o=$org_new#mlflow/experiments/$new"
like "links of both" "$(cat "$map/experiments.csv")" \
  "^$old,$new,.*,$(printf %s "$link_old" | sed 's/[?.]/\\&/g'),"
is "all of it as JSON" "$(python3 -c '
import json, sys
doc = json.load (open (sys.argv[1]))
one = [a for a in doc["assets"] if a["old_id"] == sys.argv[2]]
print (doc["source"]["workspace"], doc["target"]["workspace"], len (one),
       one[0]["new_id"], one[0]["new_link"])' "$map/mapping.json" "$old")" \
  "$org_old $org_new 1 $new $link_new"
like "what rules renamed" "$(cat "$map/names.csv")" \
  "^users,userName,$user,other.name@example.org$"
like "... and what the target named" "$(cat "$map/names.csv")" \
  '^service-principals,applicationId,[0-9a-f-]{36},[0-9a-f-]{36}$'
is "each principal once" "$(grep -c '^service-principals,' "$map/names.csv")" 2
is "and no name twice" "$(sort "$map/names.csv" | uniq -d)" ''

# --- the script
sedded ()
{
  printf '%s\n' "$1" | sed -E -f "$map/replace.sed"
}
is "an id" "$(sedded "id=$old;")" "id=$new;"
is "two in a row" "$(sedded "$old,$old $old")" "$new,$new $new"
is "at the end of a sentence" "$(sedded "It is $old.")" "It is $new."
is "not a piece of a longer one" "$(sedded "1$old ${old}2 x-$old")" \
  "1$old ${old}2 x-$old"
is "a link" "$(sedded "see $link_old")" "see $link_new"
is "an address" "$(sedded "<$user>")" "<other.name@example.org>"
is "not another's address" "$(sedded "a.$user $user.au")" "a.$user $user.au"
is "a profile" "$(sedded \
  'arn:aws:iam::123456789012:instance-profile/data-00')" \
  'arn:aws:iam::210987654321:instance-profile/data-00'

# --- a new id that is somebody else's old one
cat >"$tmp/chain.sql" <<END
UPDATE asset SET src_id = '$(ids service-principals | cut -d' ' -f1)'
WHERE src_id = '$new' AND wsid = 1;
END
sqlite3 -batch "$tmp/sessions/s/session.db" <"$tmp/chain.sql"
other=$(ids service-principals)
run migrate mapping --session s
is "each is replaced once" "$(sedded "$old ${other% *}")" \
  "${other% *} ${other#* }"
end_process "$simulator_pid"

# --- names made of ids, and a page for each user
forget_session
pair --populate users=6,clusters=4,jobs=12,warehouses=1,instance-pools=3,\
cluster-policies=6,repos=3
tell "$url_new" object '{"kind": "warehouses", "create": {"name": "'"$(
  curl -sS -H "Authorization: Bearer $token_old" \
    "$url_old/api/2.0/sql/warehouses" | python3 -c '
import json, sys
print(json.load(sys.stdin)["warehouses"][0]["name"])')"'"}}'
user=$(curl -sS -H \
  "Authorization: Bearer $token_old" \
  "$url_old/api/2.0/preview/scim/v2/Users?startIndex=3&count=1" | python3 -c '
import json, sys
print(json.load(sys.stdin)["Resources"][0]["userName"])')
tell "$url_old" object "{\"kind\": \"jobs\", \"match\": {\"job_id\": $(
  curl -sS -H "Authorization: Bearer $token_old" \
    "$url_old/api/2.2/jobs/list" | python3 -c '
import json, sys
print(json.load(sys.stdin)["jobs"][4]["job_id"])')}, \"permissions\":
  {\"remove\": [\"admin@example.com\"], \"add\": {\"$user\": \"IS_OWNER\"}}}"
run move export
run move import
run migrate mapping --session s --per-user
status_is "made: mapping" 0
like "made: it names its files" "$out" 'jdbc.csv [0-9]+, .*, per-user/ [0-9]+$'
ids=$(ids clusters)
old=${ids% *} new=${ids#* }
org_old=$(rows "SELECT org_id FROM workspace WHERE wsid = 0")
org_new=$(rows "SELECT org_id FROM workspace WHERE wsid = 1")
like "made: the path of a cluster" "$(cat "$map/jdbc.csv")" \
  "^clusters,.*,sql/protocolv1/o/$org_old/$old,sql/protocolv1/o/$org_new/$new\$"
is "made: in the script, with the workspace" \
  "$(sedded "httpPath=/sql/protocolv1/o/$org_old/$old;x")" \
  "httpPath=/sql/protocolv1/o/$org_new/$new;x"
is "made: as JSON" "$(python3 -c '
import json, sys
doc = json.load (open (sys.argv[1]))
one = [a for a in doc["assets"] if a["old_id"] == sys.argv[2]]
print (one[0]["jdbc"]["new"])' "$map/mapping.json" "$old")" \
  "sql/protocolv1/o/$org_new/$new"

# listed KIND PAGE: what the kind's file should be; PAGE is that of an ID
listed ()
{
  echo old_id,new_id,name,old_link,new_link
  rows "SELECT s.src_id || ',' || t.src_id || ','
      || CASE WHEN s.key GLOB '*[\",]*'
         THEN '\"' || replace (s.key, '\"', '\"\"') || '\"' ELSE s.key END
      || ',$url_old/' || replace ('$2?o=$org_old', 'ID', s.src_id)
      || ',$url_new/' || replace ('$2?o=$org_new', 'ID', t.src_id)
    FROM work w JOIN asset s USING (aid) JOIN asset t ON t.aid = w.new_aid
    JOIN kind k ON k.kid = s.kid WHERE k.name = '$1' AND w.phase = 1" | sort
}

# file KIND: what it is, its rows in order
file ()
{
  sed 1q "$map/$1.csv"
  sed 1d "$map/$1.csv" | sort
}
for kind in instance-pools=compute/instance-pools/ID \
  cluster-policies=compute/policies/ID repos=browse/folders/ID; do
  is "made: each of the ${kind%%=*} with both ids and links" \
    "$(file "${kind%%=*}")" "$(listed "${kind%%=*}" "${kind#*=}")"
done
is "made: as many as there are" \
  "$(wc -l <"$map/instance-pools.csv") $(wc -l <"$map/repos.csv")" "4 4"
path=/Repos/admin@example.com/etl
like "made: which the workspaces have" "$(cat "$map/repos.csv")" \
  "^$(repo old $path id),$(repo new $path id),$path,"
page="$map/per-user/admin@example.com.html"
like "made: a page has who made a cluster" "$(cat "$page")" \
  "^<tr><td>clusters<td><a href=\"[^\"]*/$new[^\"]*\">.*>$old</a><td>.*>$new</a>\$"
is "made: every job is on the page of its owner" "$(
  cat "$map"/per-user/*.html | grep -c '<tr><td>jobs<td>')" "$(rows "SELECT count (*)
  FROM work JOIN kind USING (kid) WHERE name = 'jobs' AND phase = 1
  AND new_aid IS NOT NULL")"
is "made: who owns one has a page of his own" \
  "$(grep -c '<tr><td>jobs<td>' "$map/per-user/$user.html")" 1
is "made: pages are nobody else's" "$(stat -c '%a' "$page" "$map/per-user" |
  tr '\n' ' ')" '600 700 '
echo old >"$map/per-user/gone.html"
run migrate mapping --session s --per-user
ok "made: no page of before stays" [ ! -e "$map/per-user/gone.html" ]
