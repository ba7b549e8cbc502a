# SPDX-License-Identifier: Apache-2.0
# What the scripts about a server that wishes us ill share.  Read after pair.sh.
#
#   serve_ill LOG END [work]    starts it in front of END, for all of its modes:
#                               a profile and $url_MODE for each
#   try TEXT STATUSES CODE COMMAND...   'migrate COMMAND' ends with one of the
#                               statuses, in the memory that it always takes; CODE
#                               (may be empty) is said, and nothing but text
#   export_from MODE STATUSES CODE [OPTION...]   an export with a new session
#   stays_inside TEXT           nothing was written but into the session

# The bound of the program; the sanitizers need a lot for themselves.
most_kib=98304
! grep -q '^MG_SAN_CFLAGS = .*sanitize' "$builddir/Makefile" || most_kib=4000000

hostile ()
{
  python3 "$srcdir/tests/fault/hostile.py" "$@"
}

serve_ill ()
{
  eval "mg_url=\$url_$2 mg_token=\$token_$2"
  mkfifo "$1.modes"
  python3 "$srcdir/tests/fault/hostile.py" serve "$mg_url" "$1" ${3:+"$3"} \
    >"$1.modes" &
  cleanup_fn end_process $!
  n=0
  while read -r mg_name mg_url && [ "$mg_name" != end ]; do
    profile "$mg_name" "$mg_url" "$mg_token"
    eval "url_$mg_name=\$mg_url"
    n=$((n + 1))
  done <"$1.modes"
}

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

export_from ()
{
  mg_mode=$1 mg_statuses=$2 mg_why=$3
  shift 3
  forget_session
  try "$mg_mode" "$mg_statuses" "$mg_why" export --from "$mg_mode" "$@"
}
