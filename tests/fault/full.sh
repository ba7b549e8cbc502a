#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A disk that is full, and a file that may not grow: every command says so and
# ends with 3, and goes on when there is room, with nothing lost or twice.

# A small file system takes a mount, which takes a name space of our own.
if [ -z "${MG_TEST_INSIDE:-}" ] &&
  unshare -rm mount -t tmpfs none /tmp 2>/dev/null; then
  MG_TEST_INSIDE=yes exec unshare -rm sh "$0"
fi
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"

pair --populate users=300,groups=60,service-principals=30,experiments=40 \
  -- --page 50
state new "$tmp/before"

# grudging WHAT COMMAND...: again and again, with more room each time ('room N'
# gives it), until it ends with 0; before that always with 3 and the reason
grudging ()
{
  mg_what=$1 mg_times=0 mg_odd=
  shift
  while :; do
    mg_times=$((mg_times + 1))
    room $mg_times
    run limited "$@"
    [ "$status" != 0 ] && [ $mg_times -lt 60 ] || break
    [ "$status" = 3 ] || mg_odd="$mg_odd $status"
    case $err in
      *"[disk-full]"*) ;;
      *) mg_odd="$mg_odd mute" ;;
    esac
    [ -z "$mg_odd" ] || note "$err"
  done
  note "$mg_what: ended the ${mg_times}th time"
  is "$mg_what: ends with 0 when there is room" "$status" 0
  ok "$mg_what: there was none at first" [ "$mg_times" -gt 2 ]
  is "$mg_what: each time with 3 and a reason" "$mg_odd" ''
}

moves ()
{
  forget_session
  tell "$url_new" reset '{}'
  tell "$url_new" reset '{"what": "state"}'
  grudging "$1: export" export
  grudging "$1: import" import --settle 200ms
  is "$1: import: everything is there, once" \
    "$(ask check "$url_old" "$url_new" | cut -c 1-200)" ''
  grudging "$1: validate" validate
  grudging "$1: undo" undo
  state new "$tmp/undone"
  is "$1: undo: the target is as it was" \
    "$(ask same "$tmp/before" "$tmp/undone")" ''
}

# --- a file that may not be larger (ulimit -f counts blocks of 512 bytes)
room ()
{
  blocks=$(($1 * 160))
}
limited ()
{
  (ulimit -f $blocks && move "$@")
}
moves 'ulimit'

# --- a file system that is full
if [ -n "${MG_TEST_INSIDE:-}" ]; then
  forget_session
  mount -t tmpfs -o size=64k none "$tmp/sessions"
  cleanup_fn umount "$tmp/sessions"
  room ()
  {
    mg_used=$(df -k --output=used "$tmp/sessions" | tail -n 1)
    mount -o "remount,size=$((mg_used + $1 * 64))k" "$tmp/sessions"
  }
  limited () { move "$@"; }
    moves 'a full disk'
fi
