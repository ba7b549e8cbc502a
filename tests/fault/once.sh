# SPDX-License-Identifier: Apache-2.0
# One kill at one request, and what somebody else does before the run that
# goes on.  Read after pair.sh.

# killed_at WHEN MATCH COMMAND [ARG...]: 'migrate COMMAND' in the session 's',
# ended by SIGKILL at the first request to 'new' that fits ($mg_with: and whose
# body holds that), before or after its effect; $status is that of the process
mg_with=
killed_at ()
{
  mg_when=$1 mg_match=$2
  shift 2
  mg_go=$(mktemp -u "$tmp/go.XXXXXX")
  mkfifo "$mg_go"
  # shellcheck disable=SC2086
  (
    read -r _ <"$mg_go"
    HOME="$tmp/home" MIGRATE_HOME="$tmp/sessions" exec "$program" \
      $mg_plugin_dirs --no-supervisor --session s "$@"
  ) >"$tmp/.out" 2>"$tmp/.err" &
  mg_pid=$!
  tell "$url_new" faults "$(printf '{"match": "%s", "do": "kill", "pid": %d, %s}' \
    "$mg_match" "$mg_pid" \
    "${mg_with:+\"with\": \"$mg_with\", }\"when\": \"$mg_when\"")"
  echo go >"$mg_go"
  status=0
  wait "$mg_pid" || status=$?
  out=$(cat "$tmp/.out")
  err=$(cat "$tmp/.err")
  tell "$url_new" faults '' -X DELETE
}

import_to ()
{
  echo "import --to new --yes-host $host_new --invitations-muted"
}

principals=/api/2.0/preview/scim/v2/ServicePrincipals

# make_principal WORKSPACE NAME [MORE]: by somebody else; prints its id
make_principal ()
{
  eval "mg_url=\$url_$1 mg_token=\$token_$1"
  curl -sSf -X POST -H "Authorization: Bearer $mg_token" \
    -H 'Content-Type: application/scim+json' "$mg_url$principals" \
    -d "{\"displayName\": \"$2\"${3:+, $3}}" >"$tmp/.made"
  sed -n 's/.*"id": *"\([0-9]*\)".*/\1/p' "$tmp/.made" | head -n 1
}

# counterparts: 'name id state provenance' of each service principal
counterparts ()
{
  rows "SELECT source.key, coalesce (target.src_id, '-'), work.state,
    work.provenance FROM work JOIN asset AS source USING (aid)
    JOIN kind ON kind.kid = source.kid
    LEFT JOIN asset AS target ON target.aid = work.new_aid
    WHERE kind.name = 'service-principals' AND phase = 1
    ORDER BY source.key, source.aid"
}

# n_principals NAME: how many the target has
n_principals ()
{
  curl -sSf -G -H "Authorization: Bearer $token_new" "$url_new$principals" \
    --data-urlencode "filter=displayName eq \"$1\"" |
    sed -n 's/.*"totalResults": *\([0-9]*\).*/\1/p'
}
