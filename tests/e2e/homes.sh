#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Whoever is called otherwise in the target takes the home along, and so what
# names a path in it: of jobs, clusters and their libraries, and in the text of a
# policy.  Rules of paths and hosts reach every place that has one.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"
. "$srcdir/tests/e2e/jobs-lib.sh"

bo=/Users/bo@example.com
libraries="[{\"whl\": \"/Workspace$bo/b.whl\"}, {\"egg\": \"dbfs:/mnt/e.egg\"},
  {\"jar\": \"dbfs:/mnt/j.jar\"}, {\"requirements\": \"/Workspace/Shared/one/r.txt\"}]"
cluster='"spark_version": "15.4.x-scala2.12", "node_type_id": "i3.xlarge",
  "num_workers": 1'

# paths_of END: every text of jobs, clusters, policies and libraries that may be a
# path, or the name of somebody
paths_of ()
{
  for mg_call in '2.2/jobs/list?limit=100&expand_tasks=true' 2.1/clusters/list \
    2.0/libraries/all-cluster-statuses 2.0/policies/clusters/list; do
    api "$1" "$mg_call"
    echo
  done | python3 -c '
import json, sys
def texts(value):
    if isinstance(value, dict):
        for one in value.values():
            yield from texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts(one)
    elif isinstance(value, str) and value.startswith("{"):
        yield from texts(json.loads(value))
    elif isinstance(value, str) and (value.startswith(("/", "dbfs:/"))
                                     or value.startswith("bo@")):
        yield value
found = set()
for line in sys.stdin:
    if line.strip():
        found.update(texts(json.loads(line)))
print("\n".join(sorted(found)))'
}

pair
put users '"userName": "bo@example.com"'
put notebooks "\"path\": \"$bo/etl\", \"source\": \"1\""
put notebooks '"path": "/Shared/one/n", "source": "1"'
robot=$(scim old ServicePrincipals '{"displayName": "robot"}' |
  sed -n 's/.*"applicationId": *"\([^"]*\)".*/\1/p')
put notebooks "\"path\": \"/Users/$robot/etl\", \"source\": \"1\""
put repos "\"path\": \"/Repos/bo@example.com/x\",
  \"url\": \"https://git.old.example/x\", \"provider\": \"gitHub\""
cluster_id=$(api old 2.1/clusters/create "{\"cluster_name\": \"c\", $cluster,
  \"init_scripts\": [{\"workspace\": {\"destination\": \"$bo/init.sh\"}}],
  \"cluster_log_conf\": {\"volumes\": {\"destination\": \"/Volumes/a/logs\"}}}" |
  sed 's/.*: *"//; s/".*//')
api old 2.0/libraries/install \
  "{\"cluster_id\": \"$cluster_id\", \"libraries\": $libraries}" >"$tmp/.done"
api old 2.0/policies/clusters/create '{"name": "p", "definition":
  "{\"single_user_name\": {\"type\": \"fixed\", \"value\": \"bo@example.com\"}}"}' >"$tmp/.done"
make_job old "{\"name\": \"a\", \"environments\": [{\"environment_key\": \"e\",
    \"spec\": {\"client\": \"1\", \"dependencies\": [\"/Workspace$bo/dep.whl\",
      \"/Workspace/Shared/one/c.whl\", \"numpy==1.0\"]}}],
  \"tasks\": [
    {\"task_key\": \"a\", \"notebook_task\": {\"notebook_path\": \"$bo/etl\"},
     \"libraries\": $libraries},
    {\"task_key\": \"b\",
     \"notebook_task\": {\"notebook_path\": \"/Users/$robot/etl\"}},
    {\"task_key\": \"c\", \"environment_key\": \"e\",
     \"spark_python_task\": {\"python_file\": \"/Workspace$bo/main.py\"}},
    {\"task_key\": \"d\",
     \"notebook_task\": {\"notebook_path\": \"/Repos/bo@example.com/x/n\"}},
    {\"task_key\": \"e\",
     \"notebook_task\": {\"notebook_path\": \"/Users/gone@example.com/n\"}},
    {\"task_key\": \"f\",
     \"notebook_task\": {\"notebook_path\": \"/Workspace/Shared/one/n\"}},
    {\"task_key\": \"g\",
     \"notebook_task\": {\"notebook_path\": \"$bo/ruled\"}}]}" \
  >"$tmp/.done"
state new "$tmp/before"
run move export
status_is "export ends with 0" 0
migrate --session s rules add email bo@example.com=bo@example.org >"$tmp/.done"
migrate --session s rules add host git.old.example=git.new.example \
  >"$tmp/.done"
migrate --session s rules add path /Shared/one=/Shared/uno >"$tmp/.done"
migrate --session s rules add path dbfs:/mnt=dbfs:/neu >"$tmp/.done"
migrate --session s rules add path "$bo/ruled=/Shared/ruled" >"$tmp/.done"
migrate --session s rules add path /Volumes/a=/Volumes/b >"$tmp/.done"
run move import
status_is "import ends with 0" 0
new_robot=$(scim new ServicePrincipals | sed -n \
  's/.*"applicationId": *"\([^"]*\)", *"displayName": *"robot".*/\1/p')
is "who is called otherwise is followed, and every place of a rule is found" \
  "$(paths_of new)" "$(paths_of old | sed -e 's/bo@example.com/bo@example.org/' \
    -e "s/$robot/$new_robot/" -e 's|/Shared/one|/Shared/uno|' \
    -e 's|dbfs:/mnt|dbfs:/neu|' -e 's|/Volumes/a|/Volumes/b|' \
    -e 's|/Users/bo@example.org/ruled|/Shared/ruled|' | sort -u)"
is "also by the remote of a Git folder" \
  "$(repo new /Repos/bo@example.org/x url)" https://git.new.example/x
run move validate
status_is "validate finds no difference" 0
before=$(ask writes "$url_new")
run move import
status_is "a second import ends with 0" 0
is "and writes nothing" "$(ask writes "$url_new")" "$before"
run move undo
status_is "undo ends with 0" 0
state new "$tmp/after"
is "undo leaves the target as it was" \
  "$(ask same "$tmp/before" "$tmp/after")" ''
end_process "$simulator_pid"

# --- what a rule moves elsewhere, and who is not moved
forget_session
pair
put users '"userName": "bo@example.com"'
make_job old "{\"name\": \"a\", \"tasks\": [
  {\"task_key\": \"a\", \"notebook_task\": {\"notebook_path\": \"$bo/n\"},
   \"libraries\": [{\"whl\": \"/Workspace/Shared/libs/b.whl\"},
    {\"jar\": \"/Workspace/Shared/y.jar\"},
    {\"requirements\": \"/Workspace/Team/r.txt\"}]},
  {\"task_key\": \"b\",
   \"notebook_task\": {\"notebook_path\": \"/Shared/special\"}},
  {\"task_key\": \"c\",
   \"notebook_task\": {\"notebook_path\": \"/Users/ann@example.com/n\"}}]}" \
  >"$tmp/.done"
put users '"userName": "ann@example.com"'
run move export
rule ()
{
  run migrate --session s rules add "$1" "$2"
  status_is "elsewhere: a rule $1" 0
}
rule path /Shared/libs=/Volumes/m/libs
rule path /Shared/y.jar=dbfs:/y.jar
rule path /Team=/Workspace/Others
rule path /Users/ann@example.com=/Shared/ann
rule email ann@example.com=ann@example.org
rule 'settings.tasks[*].notebook_task.notebook_path' /Shared/special=/Shared/new
rule '**.spark_python_task.python_file' /a=/b
run migrate --session s rules show
like "elsewhere: one rule for one place" "$out" 'ann@example.org  *3  users 2, directories 1 '
run move import --plugins jobs
status_is "elsewhere: who is not moved holds nobody up" 0
is "elsewhere: each is where it was sent to" "$(paths_of new)" "/Shared/ann/n
/Shared/new
$bo/n
/Volumes/m/libs/b.whl
/Workspace/Others/r.txt
dbfs:/y.jar"
run move validate --plugins jobs
status_is "elsewhere: validate finds no difference" 0
end_process "$simulator_pid"

# --- a policy: its definition is JSON inside a text, its libraries are not
forget_session
pair
put users '"userName": "bo@example.com"'

# pool END NAME: the id of a new one
pool ()
{
  api "$1" 2.0/instance-pools/create "{\"instance_pool_name\": \"$2\",
    \"node_type_id\": \"i3.xlarge\"}" | sed 's/.*: *"//; s/".*//'
}

# definition END NAME: each of its rules, a line each
definition ()
{
  api "$1" 2.0/policies/clusters/list | python3 -c '
import json, sys
for policy in json.load(sys.stdin)["policies"]:
    if policy["name"] == sys.argv[1]:
        for rule in json.loads(policy["definition"]).items():
            print(json.dumps(rule, sort_keys=True))
        print(json.dumps(policy.get("libraries"), sort_keys=True))' "$2"
}

pool new theirs >"$tmp/.done"
one=$(pool old one) two=$(pool old two)
base=$(api old 2.0/policies/clusters/create '{"name": "base", "definition": "{}"}' |
  sed 's/.*: *"//; s/".*//')
api new 2.0/policies/clusters/create '{"name": "theirs", "definition": "{}"}' \
  >"$tmp/.done"
python3 - "$bo" "$one" "$two" "$base" >"$tmp/policy" <<'END'
import json, sys
bo, one, two, base = sys.argv[1:]
path = {"type": "fixed", "value": bo + "/0.sh"}
print(json.dumps({"name": "all", "libraries": [
    {"whl": "/Workspace%s/b.whl" % bo}, {"jar": "dbfs:/mnt/j.jar"},
    {"pypi": {"package": "numpy"}}], "definition": json.dumps({
  "init_scripts.0.workspace.destination": path,
  "init_scripts.*.workspace.destination": {"type": "allowlist",
    "values": ["/Workspace%s/1.sh" % bo, "/Shared/one/1.sh", "/Users/gone@x.io/1"],
    "defaultValue": "/Workspace/Shared/one/2.sh"},
  "init_scripts.1.volumes.destination": {"type": "allowlist",
    "values": ["/Volumes/a/1.sh", "/Volumes/c/1.sh"]},
  "init_scripts.12.dbfs.destination": {"type": "fixed", "value": "dbfs:/mnt/d.sh"},
  "init_scripts.13.s3.destination": {"type": "unlimited",
    "defaultValue": "s3://old/s.sh"},
  "cluster_log_conf.path": {"type": "fixed", "value": "dbfs:/mnt/logs"},
  "docker_image.url": {"type": "allowlist", "values": [
    "git.old.example/acme/img:1", "git.old.example:5000/acme/img:1", "ubuntu:22.04"],
    "defaultValue": "git.old.example.org/acme/img"},
  "instance_pool_id": {"type": "allowlist", "values": [one, two],
                       "defaultValue": two},
  "driver_instance_pool_id": {"type": "fixed", "value": one, "hidden": True},
  "node_type_id": {"type": "allowlist", "values": ["i3.xlarge", "i3.2xlarge"],
                   "defaultValue": "i3.xlarge"},
  "driver_node_type_id": {"type": "fixed", "value": "i3.xlarge"},
  "single_user_name": {"type": "fixed", "value": "bo@example.com"},
  "policy_id": {"type": "fixed", "value": base},
  "spark_conf.spark.x": {"type": "fixed", "value": "/Shared/one/x"},
  "init_scripts.14.workspace.destination": {"type": "regex",
                                            "pattern": "/Shared/one/.*"},
})}))
END
api old 2.0/policies/clusters/create "$(cat "$tmp/policy")" >"$tmp/.done"
state new "$tmp/before"
run move export
status_is "policy: export ends with 0" 0
rule email bo@example.com=bo@example.org
rule path /Shared/one=/Shared/uno
rule path dbfs:/mnt=dbfs:/neu
rule path /Volumes/a=/Volumes/b
rule path s3://old=s3://new
rule host git.old.example=git.new.example
rule node-type i3.xlarge=i3en.xlarge
run migrate --session s rules show
like "policy: what a path changes in it is counted" "$out" \
  '^path +/Shared/one +/Shared/uno +2  cluster-policies 2 '
like "policy: and a host" "$out" 'git.new.example +2  cluster-policies 2 '
run move import
status_is "policy: import ends with 0" 0
# new_id PATH PREFIX NAME: of a pool or a policy, the target's id
new_id ()
{
  api new "$1" | python3 -c '
import json, sys
prefix, name = sys.argv[1:]
print(*(one[prefix + "id"] for one in next(iter(json.load(sys.stdin).values()))
        if one.get(prefix + "name", one.get("name")) == name))' "$2" "$3"
}
new_one=$(new_id 2.0/instance-pools/list instance_pool_ one)
new_two=$(new_id 2.0/instance-pools/list instance_pool_ two)
new_base=$(new_id 2.0/policies/clusters/list policy_ base)
ok "policy: what it names has other ids there" \
  test "$new_one/$new_two/$new_base" != "$one/$two/$base"
is "policy: every rule of it, and nothing else" "$(definition new all)" \
  "$(definition old all | sed -e '/spark_conf\|pattern/!s|/Shared/one|/Shared/uno|g' \
    -e 's/bo@example.com/bo@example.org/g' -e 's|dbfs:/mnt|dbfs:/neu|g' \
    -e 's|/Volumes/a|/Volumes/b|g' -e 's|s3://old|s3://new|g' \
    -e 's/git\.old\.example\([:/]\)/git.new.example\1/g' \
    -e "s/$two/$new_two/g" -e "s/$one/$new_one/g" -e "s/$base/$new_base/g" \
    -e 's/i3\.xlarge/i3en.xlarge/g')"
run move validate
status_is "policy: validate finds no difference" 0
run move undo
status_is "policy: undo ends with 0" 0
state new "$tmp/after"
is "policy: undo leaves the target as it was" \
  "$(ask same "$tmp/before" "$tmp/after")" ''
end_process "$simulator_pid"
