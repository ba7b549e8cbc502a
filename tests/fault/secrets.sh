#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Whole migrations with all there is of tracing, refused credentials, a server
# that says a token back, and crashes that may dump core: afterwards no file
# holds a token or a secret.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"

crasher=$builddir/tests/supervise/.libs
requires test -f "$crasher/crasher.so"

mkdir -p "$tmp/kept/cores"
# where it can be: what is forbidden proves nothing
ulimit -c unlimited 2>/dev/null || :

mg_session='--session s'

# keep COMMAND...: 'migrate COMMAND' with all tracing; what it says is kept
keep ()
{
  status=0
  (
    cd "$tmp/kept/cores"
    HOME="$tmp/home" MIGRATE_HOME="$tmp/kept/sessions" \
      "$program" $mg_plugin_dirs -vv $mg_session "$@"
  ) >>"$tmp/kept/out" 2>>"$tmp/kept/err" || status=$?
}

# whole FROM TO: every command between two profiles
whole ()
{
  rm -rf "$tmp/kept/sessions/s"
  to="--to $2 --yes-host $host_new"
  for mg_end in $1 $2; do
    keep preflight --from "$mg_end" --trace "$tmp/kept/trace"
  done
  keep export --from "$1" --trace "$tmp/kept/trace"
  mg_first=$status
  keep plan --to "$2" --trace "$tmp/kept/trace" --json
  # shellcheck disable=SC2086
  keep import $to --invitations-muted --trace "$tmp/kept/trace"
  is "$1 to $2: export and import end with 0" "$mg_first $status" '0 0'
  keep validate --to "$2" --trace "$tmp/kept/trace"
  keep report --csv "$tmp/kept/csv"
  keep mapping
  keep errors
  keep status --json
  # shellcheck disable=SC2086
  keep undo $to --trace "$tmp/kept/trace"
  rm -rf "$tmp/kept/sessions/$1"
  cp -R "$tmp/kept/sessions/s" "$tmp/kept/sessions/$1"
}

mg_general="--profiles $tmp/made"
pair --populate users=6,groups=4,service-principals=3,experiments=4
cat "$tmp/made" >"$tmp/home/.databrickscfg"
know refused dapi00000000000000000000000000000bad not-the-secret-of-anybody
# in assets
know asset of-a-configuration of-an-environment of-a-registry of-a-script \
  of-a-parameter of-a-tag of-a-definition
cluster='"spark_version": "15.4.x-scala2.12", "node_type_id": "i3.xlarge",
  "num_workers": 1, "spark_conf": {"fs.azure.account.key.x": "of-a-configuration"},
  "spark_env_vars": {"KEY": "of-an-environment"}'
{
  api old 2.1/clusters/create "{\"cluster_name\": \"c\", $cluster,
    \"docker_image\": {\"url\": \"x/y\", \"basic_auth\":
      {\"username\": \"x\", \"password\": \"of-a-registry\"}}}"
  api old 2.0/instance-pools/create '{"instance_pool_name": "p",
    "node_type_id": "i3.xlarge", "custom_tags": {"key": "of-a-tag"}}'
  api old 2.0/global-init-scripts "{\"name\": \"s\", \"script\":
    \"$(printf of-a-script | base64)\"}"
  api old 2.0/policies/clusters/create '{"name": "q", "definition":
    "{\"spark_conf.x\": {\"type\": \"fixed\", \"value\": \"of-a-definition\"}}"}'
  api old 2.2/jobs/create "{\"name\": \"j\", \"tasks\": [{\"task_key\": \"a\",
    \"new_cluster\": {$cluster}, \"notebook_task\": {\"notebook_path\": \"/a\",
      \"base_parameters\": {\"key\": \"of-a-parameter\"}}}]}"
} >"$tmp/.done"
whole old new
tell "$url_new" reset '{"what": "state"}'
whole old-m2m new-m2m

# --- refused
keep export --from old-expired --trace "$tmp/kept/trace"
status_is "a token that has expired is refused" 3
profile wrong "$url_old" dapi00000000000000000000000000000bad
keep export --from wrong --trace "$tmp/kept/trace"
status_is "a wrong token is refused" 3
mg_session=
keep configure again --host "$url_old" --token "$token_old"
keep configure refused --host "$url_old" --client-id x \
  --client-secret not-the-secret-of-anybody
mg_session='--session s'

# --- said back
mkfifo "$tmp/hostile"
python3 "$srcdir/tests/fault/hostile.py" serve "$url_old" "$tmp/log" \
  >"$tmp/hostile" &
cleanup_fn end_process $!
while read -r name url; do
  [ "$name" != echo ] || profile echo "$url" "$token_old"
  [ "$name" != end ] || break
done <"$tmp/hostile"
rm -rf "$tmp/kept/sessions/s"
keep export --from echo --plugins users --trace "$tmp/kept/trace"
status_is "a token that is said back: the export tells" 1
like "... that something was refused" "$(cat "$tmp/kept/err")" \
  'INVALID_'
end_process "$simulator_pid"

# --- crashed
# routes NAME...: a workspace that has widgets of these names
routes ()
{
  mg_objects=
  for mg_name; do
    mg_objects="$mg_objects${mg_objects:+,}{\"name\":\"$mg_name\"}"
  done
  cat <<END_OF_ROUTES
[{"name":"widgets","list":"GET /api/2.0/widgets",
"get":"GET /api/2.0/widgets/{id}","create":"POST /api/2.0/widgets",
"update":"PUT /api/2.0/widgets/{id}","delete":"DELETE /api/2.0/widgets/{id}",
"array":"widgets","id":"widget_id","key":"name","unique":1,"paging":"token",
"fields":{"name":"string!"},"objects":[$mg_objects]}]
END_OF_ROUTES
}
routes segv abort one >"$tmp/full.routes"
routes >"$tmp/empty.routes"
start_simulator --workspace full --routes "$tmp/full.routes" \
  --workspace empty --routes "$tmp/empty.routes"
profile full "$url_full" "$token_full"
profile empty "$url_empty" "$token_empty"
rm -rf "$tmp/kept/sessions/s"
keep export --plugin-dir "$crasher" --plugins widgets --from full \
  --trace "$tmp/kept/trace"
keep import --plugin-dir "$crasher" --plugins widgets --to empty \
  --yes-host "${url_empty#http://}" --trace "$tmp/kept/trace"
like "plugins crashed" "$(cat "$tmp/kept/err")" '\[plugin-crash\]'
is "no core was dumped" "$(ls "$tmp/kept/cores")" ''

# --- and nothing stayed
ok "the trace has bodies" grep -q '"body":' "$tmp/kept/trace"
is "no secret is in any file" "$(no_secrets "$tmp/kept")" ''
