#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A server that wishes us ill gets nothing but messages: the client ends, with
# a status that the manual knows, in the memory that it always takes, sends its
# token nowhere else, and no terminal what is not text.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"

# The bound of the program; the sanitizers need a lot for themselves.
most_kib=98304
! grep -q '^MG_SAN_CFLAGS = .*sanitize' "$builddir/Makefile" || most_kib=4000000

hostile ()
{
  python3 "$srcdir/tests/fault/hostile.py" "$@"
}

# try TEXT STATUSES CODE COMMAND...: 'migrate COMMAND' ends with one of the
# statuses; CODE is said
try ()
{
  mg_text=$1 mg_wanted=$2 mg_code=$3
  shift 3
  HOSTILE_OUT=$tmp/ran HOME="$tmp/home" MIGRATE_HOME="$tmp/sessions" \
    hostile run 300 "$program" $mg_plugin_dirs --session s "$@" \
    --retry-total 2 --retry-backoff 10ms --throttle-wait 1s \
    --trace "$tmp/trace" >"$tmp/.out" 2>"$tmp/.err" </dev/null || :
  mg_status=$(sed -n 's/^status //p' "$tmp/ran")
  mg_memory=$(sed -n 's/^memory //p' "$tmp/ran")
  case " $mg_wanted " in
    *" $mg_status "*) pass "$mg_text: it ends with one of: $mg_wanted" ;;
    *)
      fail "$mg_text: it ends with one of: $mg_wanted"
      note "$mg_status; stderr: $(tail -n 20 "$tmp/.err")"
      ;;
  esac
  [ -z "$mg_code" ] ||
    like "$mg_text: it says why" "$(cat "$tmp/.err")" "\\[($mg_code)\\]"
  ok "$mg_text: memory is as ever" [ "$mg_memory" -le "$most_kib" ]
  note "$mg_memory KiB"
  is "$mg_text: what it says is text" \
    "$(hostile clean "$tmp/.out" "$tmp/.err")" ''
}

# export_from MODE STATUSES CODE [OPTION...]
export_from ()
{
  mg_mode=$1 mg_statuses=$2 mg_why=$3
  shift 3
  forget_session
  try "$mg_mode" "$mg_statuses" "$mg_why" export --from "$mg_mode" "$@"
}

pair --populate users=4,groups=3,service-principals=2,experiments=3
rm -f "$tmp/home/.databrickscfg"
mkfifo "$tmp/hostile"
python3 "$srcdir/tests/fault/hostile.py" serve "$url_old" "$tmp/log" \
  >"$tmp/hostile" &
cleanup_fn end_process $!
n=0
while [ "$n" -lt 31 ] && read -r name url; do
  profile "$name" "$url" "$token_old"
  eval "url_$name=\$url"
  n=$((n + 1))
done <"$tmp/hostile"
is "the server has its modes" "$n" 31

# --- bodies and heads without an end
for mode in endless_list endless_string endless_space endless_number bomb \
  endless_headers endless_header endless_continue endless_trailer; do
  export_from "$mode" 1 '' --plugins users
done

# --- what is no answer
for mode in deep deep_element garbage two_lengths no_length no_http odd_status \
  escapes echo; do
  export_from "$mode" 1 '' --plugins users
done
export_from later_for_ever 10 throttled --plugins users

# --- redirects
for status in 301 302 307 308; do
  export_from "redirect_$status" 1 '' --plugins users
done

# --- lists
export_from same_token 1 '' --plugins experiments
for mode in new_tokens empty_pages; do
  export_from $mode 10 '' --plugins experiments --max-duration 2s
done
export_from no_last_page 10 '' --plugins users --max-duration 2s

# --- values
export_from odd_types '0 1' ''
export_from odd_frame '0 1' ''
export_from odd_names '0 1' ''
run move import
move errors >"$tmp/said" 2>&1 || :
move mapping >>"$tmp/said" 2>&1 || :
move inventory >>"$tmp/said" 2>&1 || :
is "odd_names: what other commands say is text" "$(hostile clean "$tmp/said")" ''
export_from odd_ids '0 1' ''

# --- a target that gives odd ids to what is made there
rm -f "$tmp/home/.databrickscfg"
profile old "$url_old" "$token_old"
python3 "$srcdir/tests/fault/hostile.py" serve "$url_new" "$tmp/log2" \
  >"$tmp/hostile" &
cleanup_fn end_process $!
n=0
while [ "$n" -lt 31 ] && read -r name url; do
  n=$((n + 1))
  [ "$name" = odd_ids ] || continue
  profile new "$url" "$token_new"
  host_new=${url#http://}
done <"$tmp/hostile"
forget_session
run move export
try "ids of a target" '1' '' import --to new --yes-host "$host_new" \
  --invitations-muted --settle 100ms
run move undo
ok "ids of a target: undo ends" [ "$status" -le 5 ]

is "no credential went elsewhere, no path led out" \
  "$(cat "$tmp/log" "$tmp/log2")" ''
