#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Signals: the documented exit status, a message, and a session that goes on.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"
requires test -d /proc/self

# the assets that the session has of the source
exported ()
{
  rows "SELECT kind.name, src_id, key, hex (sha) FROM asset JOIN kind USING (kid)
    WHERE wsid = 0 ORDER BY 1, 2"
}

# pages: those of lists that were answered, as often as that
pages ()
{
  ask get "$url_old" ledger | grep '"status":200,' | sed -n 's/.*"path":"\([^"]*startIndex[^"]*\)".*/\1/p' |
    sort
}

pair --page 5 --populate users=60,groups=20,service-principals=10 -- --page 20
run move export
status_is "export ends with 0" 0
cp -R "$tmp/sessions/s" "$tmp/exported"
all=$(exported)
all_pages=$(pages)

before=
# What keeps an import busy while it is signalled.
slow='{"match": "POST *Users", "do": "delay", "ms": 20, "times": 0}'
silent='{"match": "POST *Users", "do": "silent", "offset": 3, "times": 6}'

# signalled TEXT STATUS WORDS FAULTS STEP... : an import ends with STATUS and
# says WORDS; the next one ends with 0 and everything is there, once
signalled ()
{
  mg_text=$1 mg_status=$2 mg_words=$3
  tell "$url_new" reset '{}'
  tell "$url_new" reset '{"what": "state"}'
  forget_session
  cp -R "$tmp/exported" "$tmp/sessions/s"
  printf '%s\n' "$4" >"$tmp/faults"
  shift 4
  # shellcheck disable=SC2086
  run env HOME="$tmp/home" MIGRATE_HOME="$tmp/sessions" \
    python3 "$srcdir/tests/fault/signals.py" "$url_new" "$tmp/faults" "$@" -- \
    $before "$program" $mg_plugin_dirs --session s import --to new \
    --yes-host "$host_new" --invitations-muted --settle 200ms
  is "$mg_text: import ends with $mg_status" \
    "$(printf '%s\n' "$out" | head -n 1)" "ended $mg_status"
  like "$mg_text: it says so" "$out" "$mg_words"
  [ "$mg_status" != 0 ] || return 0
  run move import --settle 200ms
  status_is "$mg_text: the next import ends with 0" 0
  is "$mg_text: everything is there, once" \
    "$(ask check "$url_old" "$url_new")" ''
}

stopped='stopped: .* done, nothing lost; resume: migrate import'
signalled 'INT from the terminal' 130 "$stopped" "$slow" \
  'at 5 POST *' 'group INT'
signalled 'INT twice' 130 'ended at once; nothing is lost' "$silent" \
  'at 6 POST *' 'group INT' 'says stopping' 'group INT'
signalled 'TERM' 143 "$stopped" "$slow" 'at 5 POST *' 'supervisor TERM'
signalled 'TERM twice' 143 'ended at once; nothing is lost' "$silent" \
  'at 6 POST *' 'supervisor TERM' 'says stopping' 'supervisor TERM'
signalled 'TERM to the child' 143 "$stopped" "$slow" 'at 5 POST *' 'child TERM'
signalled 'HUP' 129 "$stopped" "$slow" 'at 5 POST *' 'supervisor HUP'
signalled 'HUP to all' 129 "$stopped" "$slow" 'at 5 POST *' 'group HUP'
signalled 'HUP to all, twice' 129 'ended at once; nothing is lost' "$silent" \
  'at 6 POST *' 'group HUP' 'says stopping' 'group HUP'
signalled 'TSTP and CONT' 0 'all done' "$slow" \
  'at 5 POST *' 'group TSTP' 'stopped' 'group CONT'
before=nohup
signalled 'HUP under nohup' 0 'all done' "$slow" 'at 5 POST *' 'group HUP'
before=
signalled 'KILL of the child' 137 \
  'killed \(signal 9\); nothing is lost, run the same command again \[killed\]' \
  "$slow" 'at 5 POST *' 'child KILL'
signalled 'one crash of our own' 0 \
  'crashed \(signal 11\) outside of any plugin; going on .*\[crash\]' "$slow" \
  'at 5 GET *' 'child SEGV'
signalled 'two crashes of our own' 4 \
  'crashed again \(signal 7\); what was done is kept.*\[crash\]' "$slow" \
  'at 5 GET *' 'child SEGV' 'at 5 POST *' 'child BUS'
signalled 'QUIT' 131 'ended 131' "$slow" 'at 5 POST *' 'child QUIT'

# --- an export
slow='{"match": "GET *", "do": "delay", "ms": 20, "times": 0}'
silent='{"match": "GET *Users*", "do": "silent", "offset": 3, "times": 6}'

# export_signalled TEXT STATUS WORDS FAULTS STEP... : the same of an export; it goes
# on where it was, and what the first has listed is not listed again
export_signalled ()
{
  mg_what="export, $1" mg_status=$2 mg_words=$3
  tell "$url_old" reset '{}'
  forget_session
  printf '%s\n' "$4" >"$tmp/faults"
  shift 4
  # shellcheck disable=SC2086
  run env HOME="$tmp/home" MIGRATE_HOME="$tmp/sessions" \
    python3 "$srcdir/tests/fault/signals.py" "$url_old" "$tmp/faults" "$@" -- \
    "$program" $mg_plugin_dirs --session s export --from old
  is "$mg_what: it ends with $mg_status" \
    "$(printf '%s\n' "$out" | head -n 1)" "ended $mg_status"
  like "$mg_what: it says so" "$out" "$mg_words"
  ok "$mg_what: it was not at its end" \
    [ "$(pages | wc -l)" -lt "$(printf '%s\n' "$all_pages" | wc -l)" ]
  run move export
  status_is "$mg_what: the next export ends with 0" 0
  is "$mg_what: everything is there, once" "$(exported)" "$all"
}

stopped='stopped: .* done, nothing lost; resume: migrate export'
export_signalled 'INT' 130 "$stopped" "$slow" 'at 3 GET *Users*' 'group INT'
is "export, INT: no page was listed twice" "$(pages)" "$all_pages"
export_signalled 'TERM' 143 "$stopped" "$slow" 'at 3 GET *Users*' \
  'supervisor TERM'
is "export, TERM: no page was listed twice" "$(pages)" "$all_pages"
export_signalled 'INT twice' 130 'ended at once; nothing is lost' "$silent" \
  'at 3 GET *Users*' 'group INT' 'says stopping' 'group INT'
