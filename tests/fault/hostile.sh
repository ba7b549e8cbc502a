#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A server that wishes us ill gets nothing but messages: the client ends, with
# a status that the manual knows, in the memory that it always takes, sends its
# token nowhere else, and no terminal what is not text.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"
. "$srcdir/tests/fault/hostile-lib.sh"

pair --populate users=4,groups=3,service-principals=2,experiments=3
rm -f "$tmp/home/.databrickscfg"
serve_ill "$tmp/log" old
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
serve_ill "$tmp/log2" new
host_ids=${url_odd_ids#http://}
forget_session
run move export
try "ids of a target" '1' '' import --to odd_ids --yes-host "$host_ids" \
  --invitations-muted --settle 100ms
run migrate --session s undo --to odd_ids --yes-host "$host_ids"
ok "ids of a target: undo ends" [ "$status" -le 5 ]

is "no credential went elsewhere, no path led out" \
  "$(cat "$tmp/log" "$tmp/log2")" ''
