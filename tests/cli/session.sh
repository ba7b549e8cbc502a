#!/bin/sh
# Sessions: new, list, show; which one is meant; their ends.
. "${MG_BUILDDIR:-.}/tests/functions.sh"

start_simulator --workspace old --populate users=5,groups=4 \
  --workspace new --workspace third
profile old "$url_old" "$token_old"
profile new "$url_new" "$token_new"
profile third "$url_third" "$token_third"
profile bad "$url_new" dapi-wrong
host_old=${url_old#http://}
host_new=${url_new#http://}

run migrate session list
is "no sessions" "$status $out" "0 "
like "... is said" "$err" 'no session yet; make one with migrate session new'

run migrate status
status_is "a command without a session is exit 3" 3
like "... with a cure" "$err" 'migrate session new NAME.*\[no-session\]'

run migrate session new acme --from old --to new
status_is "session new" 0
like "... tells both ends" "$out" \
  "^session 'acme': [0-9]+ \(read-only\) -> [0-9]+; key .*/acme.key"
key=$tmp/home/.config/migrate/acme.key
is "the key is private" "$(stat -c %a "$key")" 600
like "... and a key" "$(cat "$key")" '^[0-9a-f]{64}$'
is "the folder is private" "$(stat -c %a "$tmp/sessions/acme")" 700

run migrate session new acme --from old
like "a second one of the name is refused" "$status $err" \
  "^3 .*'acme' is there already.*\[session-exists\]"
run migrate session new twice --from old --to old
like "both ends the same" "$status $err" '^3 .*\[same-workspace\]'
run migrate session new lost --from old --to bad
like "a refused token" "$status $err" '^3 .*\[token-expired\]'
run migrate session new lost --from old --to nowhere
like "an unknown profile" "$status $err" '^3 .*\[no-profile\]'
for from in bad nowhere; do
  run migrate export --session lost --from "$from"
  status_is "the first export from '$from'" 3
done
run migrate export --session lost
status_is "... from nowhere at all" 3
ok "none of them left a session behind" [ ! -e "$tmp/sessions/lost" ]
ok "... nor a key" [ ! -e "$tmp/home/.config/migrate/lost.key" ]
for name in '..' '-x' 'a b' 'a;b' ''; do
  run migrate session new -- "$name"
  like "the name '$name' is refused" "$status $err" \
    '^2 .*\[bad-session-name\]'
done

run migrate session show acme
like "show tells the source" "$out" \
  "^source +$host_old  workspace [0-9]+  profile old  \(read-only\)"
like "... and the target" "$out" \
  "^target +$host_new  workspace [0-9]+  profile new"
run migrate session show nosuch
like "show of none" "$status $err" '^3 .*\[no-session\]'
run migrate session list
like "list" "$out" "^acme  +$host_old  +$host_new"
run migrate session list --json
like "list as JSON" "$out" \
  '^\{"t":"[^"]*","event":"session","name":"acme","source":"http://127'

# --- something that is neither a workspace nor an MLflow server ---

cat >"$tmp/empty.py" <<'end'
import http.server


class Empty (http.server.BaseHTTPRequestHandler):
    def do_GET (self):
        self.send_error (404)

    def log_message (self, *args):
        pass


server = http.server.HTTPServer (("127.0.0.1", 0), Empty)
print ("http://127.0.0.1:%d" % server.server_port, flush=True)
server.serve_forever ()
end
mkfifo "$tmp/empty"
python3 "$tmp/empty.py" >"$tmp/empty" &
cleanup_fn end_process $!
read -r url_empty <"$tmp/empty"
run migrate inventory --from "$url_empty"
like "404 to everything is no MLflow server" "$status $err" \
  '^3 .*\[not-a-workspace\]'
run migrate export --session lost --from "$url_empty"
ok "... and no session is made of it" [ ! -e "$tmp/sessions/lost" ]

# --- looking leaves no trace ---

run migrate preflight --from old --to third
like "preflight names its session" "$out" "^ok +session 'acme'"
like "... and looks at another target" "$out" "target ${url_third#http://}: "
run migrate session show acme
unlike "... which does not become the session's" "$out" "${url_third#http://}"

# --- which session ---

run migrate status
status_is "the only one needs no name" 0
migrate session new other --from third >/dev/null
run migrate status
like "of two one must be named" "$status $err" \
  '^3 .*there are: acme, other \[no-session\]'
run migrate status --session acme
status_is "--session" 0
MIGRATE_SESSION=other
export MIGRATE_SESSION
run migrate session show
like "MIGRATE_SESSION" "$out" "^session 'other'"
unset MIGRATE_SESSION

run migrate export --from old
like "export goes on with the session of that source" "$status $err" \
  "^0 .*session 'acme'"
run migrate export --from new
like "... or makes a new one and names it" "$status $err" \
  "^0 .*session '127-0-0-1-[0-9]+'"

DATABRICKS_HOST=$url_old DATABRICKS_TOKEN=$token_old
export DATABRICKS_HOST DATABRICKS_TOKEN
run migrate export
like "the environment counts where no end is named" "$status $err" \
  "^0 .*session 'acme'"
DATABRICKS_TOKEN=dapi-wrong
run migrate export --from old
status_is "... and does not where one is" 0
DATABRICKS_TOKEN=$token_old
run migrate export --session from-env
status_is "a session of the environment's source" 0
unset DATABRICKS_HOST DATABRICKS_TOKEN
run migrate export --session from-env
like "... without it says which that was, and how to name it" "$status $err" \
  "^3 .*source of session 'from-env' is $host_old,.*--from PROFILE \[no-profile\]"
run migrate export --session from-env --from old
status_is "... which does it" 0
run migrate export --session from-env
status_is "... and is remembered" 0
DATABRICKS_HOST=$url_third DATABRICKS_TOKEN=$token_third
export DATABRICKS_HOST DATABRICKS_TOKEN
run migrate plan --session from-env
unset DATABRICKS_HOST DATABRICKS_TOKEN
run migrate plan --session from-env
like "so with a target" "$status $err" \
  "^3 .*target of session 'from-env' is ${url_third#http://},.*--to PROFILE \[no-target\]"
rm -r "$tmp/sessions/from-env"

cd "$tmp"
run migrate export --profile old --session ./here/session
status_is "a folder is a session" 0
ok "... where it was named" [ -s "$tmp/here/session/session.db" ]
cd "$srcdir"
run migrate export --from old
like "... found again from elsewhere" "$status $err" \
  "^0 .*session '$tmp/./here/session'"

# --- the wrong workspace ---

run migrate export --session acme --from third
like "another source" "$status $err" '^3 .*\[wrong-workspace\]'
run migrate plan --session acme --to old
like "the source as target" "$status $err" '^3 .*\[same-workspace\]'
run migrate export --session acme --from new
like "swapped ends" "$status $err" '^3 .*\[wrong-workspace\]'
run migrate export --session acme
like "... are not remembered" "$status $err" "^0 .*source $host_old is read-only"
run migrate plan --session other
like "a session without an export" "$status $err" '^3 .*\[no-export\]'
migrate export --session other 2>/dev/null >&2
run migrate plan --session other
like "a session without a target" "$status $err" '^3 .*\[no-target\]'

# --- what is broken ---

mkdir "$tmp/sessions/odd"
printf 'this is no database at all, and long enough to be one\n' \
  >"$tmp/sessions/odd/session.db"
run migrate status --session odd
like "a file that is no session" "$status $err" '^3 .*\[session-corrupt\]'
run migrate session list
like "... does not hide the others" "$status $out" '^0 .*SESSION'
rm -r "$tmp/sessions/odd"
mkdir -p "$tmp/sessions/odd/session.db"
run migrate status --session odd
like "a folder that is no session" "$status $err" \
  "^3 .*odd/session.db' is no file.*name another one.*\[session-corrupt\]"
rm -r "$tmp/sessions/odd"

cp "$key" "$tmp/key"
printf 'short\n' >"$key"
run migrate status --session acme
like "a key that is none" "$status $err" '^3 .*\[bad-key\]'
run migrate status --session acme --key-file "$tmp/key"
status_is "--key-file" 0
run migrate status --session acme --key-command "cat $tmp/key"
status_is "--key-command" 0
run migrate status --session acme --key-command false
like "--key-command that fails" "$status $err" '^3 .*\[bad-key\]'
run migrate status --session acme --key-command no-such-program
like "--key-command that is not there" "$status $err" '^3 .*\[no-program\]'
cp "$tmp/key" "$key"

# --- what others may touch ---

for mode in 644 640 620 606; do
  chmod $mode "$key"
  run migrate status --session acme
  like "a key of mode $mode" "$status $err" "^3 .*chmod 600 .*\[key-exposed\]"
done
chmod 644 "$tmp/key"
run migrate status --session acme --key-file "$tmp/key"
like "... also with --key-file" "$status $err" "^3 .*$tmp/key.*\[key-exposed\]"
chmod 400 "$key"
run migrate status --session acme
status_is "a key that is only read is fine" 0
chmod 600 "$key"
for file in "$tmp/sessions/acme" "$tmp/sessions/acme/session.db"; do
  old=$(stat -c %a "$file")
  chmod o+w "$file"
  run migrate status --session acme
  like "${file##*/} that others may write" "$status $err" \
    "^3 .*'$file'.*chmod go-w .*\[session-writable\]"
  chmod "$old" "$file"
done
run migrate status --session acme
status_is "... and then not" 0

# --- keys of two sessions of one name ---

sum=$(cat "$key")
run migrate session new "$tmp/here/acme" --from third
status_is "a second session of the name, elsewhere" 0
own=$(printf '%s\n' "$out" | sed -n "s/.*key \(.*\): keep.*/\1/p")
like "... has a key of its own" "$own" '/acme-[0-9a-f]+\.key$'
ok "... which is there" [ -s "$own" ]
is "... and leaves the first one alone" "$(cat "$key")" "$sum"
printf 'short\n' >"$key"
run migrate status --session "$tmp/here/acme"
status_is "... nor reads it" 0
printf '%s\n' "$sum" >"$key"
mv "$tmp/here/acme" "$tmp/here/moved"
printf 'short\n' >"$own"
run migrate status --session "$tmp/here/moved"
like "... and is found where the session is moved to" "$status $err" \
  "^3 .*$own.*\[bad-key\]"
rm -r "$tmp/here/moved"
cp -r "$tmp/sessions/acme" "$tmp/here/acme"
printf 'short\n' >"$key"
run migrate status --session "$tmp/here/acme"
like "a session from before is opened with NAME.key" "$status $err" \
  "^3 .*acme.key.*\[bad-key\]"
printf '%s\n' "$sum" >"$key"

# An index that cannot be read is no index without an entry.
n_sessions ()
{
  find "$tmp/sessions" -name session.db | wc -l
}
before=$(n_sessions)
mv "$tmp/sessions/index" "$tmp/index"
mkdir "$tmp/sessions/index"
run migrate export --from old
like "an index that cannot be read is told" "$status $err" \
  '^3 .*sessions/index.*\[cannot-read\]'
is "... and makes no second session" "$(n_sessions)" "$before"
rmdir "$tmp/sessions/index"
: >"$tmp/sessions/index"
run migrate session new fifth --from old
status_is "an index that is empty stops nothing" 0
rm -r "$tmp/sessions/fifth"
mv "$tmp/index" "$tmp/sessions/index"

if command -v flock >/dev/null; then
  exec 8>"$tmp/sessions/acme/lock"
  flock 8
  run migrate export --session acme
  like "a session in use is locked" "$status $err" '^3 .*\[locked\]'
  run migrate status --session acme
  status_is "... but can be read" 0
  exec 8>&-
fi
