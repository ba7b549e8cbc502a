#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Files over 10 MiB are streamed through the session, byte for byte, and compared
# by their digests; whatever breaks off is taken again, and damage is no file.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"

# make FILE BYTE COUNT: so many bytes, none of which a form or a text likes
make ()
{
  python3 -c '
import sys
block = bytes(range(256)) + b"\r\n--\r\nContent-Disposition: form-data\r\n\r\n"
data = (bytes([int(sys.argv[2])]) + block) * (int(sys.argv[3]) // len(block) + 1)
open(sys.argv[1], "wb").write(data[:int(sys.argv[3])])' "$1" "$2" "$3"
}

# upload END PATH FILE [true]: as a client would
upload ()
{
  eval "mg_host=\$url_$1 mg_token=\$token_$1"
  curl -sSf -o "$tmp/.done" -H "Authorization: Bearer $mg_token" \
    -F "path=$2" -F format=RAW -F "overwrite=${4:-false}" -F "content=@$3" \
    "$mg_host/api/2.0/workspace/import"
}

# download END PATH FILE
download ()
{
  eval "mg_host=\$url_$1 mg_token=\$token_$1"
  curl -sSf -o "$3" -H "Authorization: Bearer $mg_token" \
    "$mg_host/api/2.0/workspace/export?path=$2&format=RAW&direct_download=true"
}

blobs ()
{
  find "$tmp/sessions/s/blobs" -type f | wc -l | tr -d ' '
}

export='"match": "GET *workspace/export", "with": "direct_download"'
import='"match": "POST *workspace/import"'

make "$tmp/large" 1 12000001
make "$tmp/other" 2 11000000
make "$tmp/small" 3 1000

# --- each way, once
pair
upload old /Shared/large "$tmp/large"
upload old /Shared/same "$tmp/large"
upload old /Shared/small "$tmp/small"
state new "$tmp/before"
run move export
status_is "export ends with 0" 0
is "the same bytes lie in the session once" "$(blobs)" 1
run move export
is "what did not change is not asked for again" \
  "$(ask get "$url_old" ledger | python3 -c '
import json, sys
print(sum("direct_download" in one["path"]
          for one in map(json.loads, sys.stdin)))')" 2
run move import
status_is "import ends with 0" 0
for name in large same; do
  download new /Shared/$name "$tmp/got"
  ok "$name is there, byte for byte" cmp "$tmp/large" "$tmp/got"
done
download new /Shared/small "$tmp/got"
ok "and so is what is small" cmp "$tmp/small" "$tmp/got"
run move validate
status_is "validate finds them equal" 0
run move import
is "a second import creates nothing" "$(ask twice "$url_new" "$url_old")" ''
is "nothing that was asked for was unknown to the simulator" \
  "$(ask strict "$url_old")$(ask strict "$url_new")" ''
upload new /Shared/same "$tmp/other" true
run move validate
status_is "another content is a difference" 5
like "which names the digest" "$(migrate --session s report 2>&1)$out" sha256
upload new /Shared/same "$tmp/large" true
run move undo
status_is "undo ends with 0" 0
state new "$tmp/after"
is "undo leaves the target as it was" \
  "$(ask same "$tmp/before" "$tmp/after")" ''
end_process "$simulator_pid"

# --- what breaks off is begun again; what is sent twice is there once
forget_session
pair
upload old /Shared/large "$tmp/large"
upload old /Shared/other "$tmp/other"
fault old "$export"', "do": "truncate", "bytes": 5000000'
fault old "$export"', "do": "cut"'
fault new "$import"', "do": "cut", "when": "after"'
fault new "$import"', "do": "status", "when": "before"'
run move export
status_is "broken: export ends with 0" 0
is "broken: nothing half is kept" "$(blobs)" 2
run move import --settle 0
status_is "broken: import ends with 0" 0
is "broken: each is there once, by us" \
  "$(rows "SELECT key, work.state, provenance FROM work JOIN asset USING (aid)
    JOIN kind ON kind.kid = work.kid WHERE kind.name = 'files' AND phase = 1
      AND work.wsid <> 0 ORDER BY key")" '/Shared/large|4|1
/Shared/other|4|1'
for name in large other; do
  download new /Shared/$name "$tmp/got"
  ok "broken: $name is whole" cmp "$tmp/$name" "$tmp/got"
done
end_process "$simulator_pid"

# --- what is no file is not taken for one
forget_session
pair
upload old /Shared/large "$tmp/large"
upload old /Shared/other "$tmp/other"
fault old '"match": "GET *workspace/export", "with":
  "large&format=RAW&direct_download", "do": "status", "status": 200, "times": 0,
  "body": "{}"'
run move export
status_is "error: export ends with 1" 1
like "error: one line" "$(migrate --session s errors)" '^1  no-content '
tell "$url_old" reset '{"what": "faults"}'
run move export --retry-failed
status_is "error: and is taken when it comes" 0
for file in "$tmp"/sessions/s/blobs/b*; do
  [ "$(wc -c <"$file")" -ne 11000000 ] || printf x >>"$file"
done
run move import
status_is "damage: import ends with 1" 1
is "damage: what is damaged is not sent, the rest is" \
  "$(work_of files 'work.wsid > 0')" \
  '/Shared/large|4|
/Shared/other|6|damaged-file'
run move export
status_is "damage: an export reads it anew" 0
run move import --retry-failed
status_is "damage: and what failed is done" 0
download new /Shared/other "$tmp/got"
ok "damage: it is there, byte for byte" cmp "$tmp/other" "$tmp/got"
end_process "$simulator_pid"

# --- what somebody else has there is put back
forget_session
pair
upload old /Shared/large "$tmp/large"
upload new /Shared/large "$tmp/other"
state new "$tmp/before"
run move export
run move import --on-conflict update
status_is "theirs: import ends with 0" 0
download new /Shared/large "$tmp/got"
ok "theirs: it is ours now" cmp "$tmp/large" "$tmp/got"
run move undo
status_is "theirs: undo ends with 0" 0
download new /Shared/large "$tmp/got"
ok "theirs: and is theirs again" cmp "$tmp/other" "$tmp/got"
end_process "$simulator_pid"

# --- a service that gives nothing out so
forget_session
pair
upload old /Shared/large "$tmp/large"
upload old /Shared/small "$tmp/small"
fault old "$export"', "do": "status", "status": 400, "times": 0, "body":
  "{\"error_code\":\"MAX_NOTEBOOK_SIZE_EXCEEDED\",\"message\":\"no\"}"'
run move export
status_is "refused: export ends with 1" 1
is "refused: one line tells the size" \
  "$(rows "SELECT message FROM note WHERE code = 'too-large'
    UNION SELECT message FROM work WHERE code = 'too-large'")" \
  '11.5 MiB, over what the service lets out; move it by hand'
end_process "$simulator_pid"

# --- a target that takes less
forget_session
pair -- --file-limit 11500000
upload old /Shared/large "$tmp/large"
upload old /Shared/other "$tmp/other"
run move export
run move import
status_is "limit: import ends with 1" 1
is "limit: what is too large is one line, the rest is moved" "$(work_of files)" \
  '/Shared/large|6|too-large
/Shared/other|4|'
like "limit: which tells the size" "$(migrate --session s errors)" \
  '11\.5 MiB, over what the target takes'
end_process "$simulator_pid"

# --- who only reads leaves alone what an export is writing
forget_session
pair
upload old /Shared/large "$tmp/large"
run move export
: >"$tmp/sessions/s/blobs/partial/half"
run migrate --session s status
ok "reading: what is written stays" test -e "$tmp/sessions/s/blobs/partial/half"
run move export
ok "reading: what nobody writes any more goes with the next export" \
  test ! -e "$tmp/sessions/s/blobs/partial/half"
end_process "$simulator_pid"

# --- how large it is
# nameless: what a service says of a file, without its size
nameless='"match": "GET *get-status", "do": "text", "status": 200, "times": 0,
  "body": "{\"object_type\":\"FILE\",\"path\":\"/Shared/large\"}"'
single='"match": "GET *workspace/export", "do": "status", "status": 400, "body":
  "{\"error_code\":\"MAX_NOTEBOOK_SIZE_EXCEEDED\",\"message\":\"no\"}"'
forget_session
pair
upload old /Shared/large "$tmp/large"
upload old /Shared/small "$tmp/small"
fault old "$nameless"', "with": "large"'
fault old "$single"', "with": "small&format=RAW"'
run move export
status_is "size: a refusal tells it as well, and a small one may be refused: 0" 0
run move import
download new /Shared/small "$tmp/got"
ok "size: it is whole" cmp "$tmp/small" "$tmp/got"
end_process "$simulator_pid"

# --- what an edit puts beside the digest is what is moved
forget_session
pair
upload old /Shared/large "$tmp/large"
run move export
cat >"$tmp/editor" <<'END'
#!/bin/sh
sed 's/"path"/"content": "eA==", "path"/' "$1" >"$1.new" && mv "$1.new" "$1"
END
chmod +x "$tmp/editor"
EDITOR=$tmp/editor VISUAL=$tmp/editor run migrate --session s edit \
  files//Shared/large
status_is "edit: ends with 0" 0
run move import
download new /Shared/large "$tmp/got"
is "edit: what was written is there" "$(cat "$tmp/got")" x
end_process "$simulator_pid"
