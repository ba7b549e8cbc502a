#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Workspaces behind a proxy that offers HTTP/2 with a certificate of its own:
# everything goes over it, when the authority is named, and nothing when not.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"

PATH=$PATH:/usr/sbin
requires nghttpx --version
requires openssl version

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
  -keyout "$tmp/key.pem" -out "$tmp/cert.pem" -days 2 -subj /CN=127.0.0.1 \
  -addext subjectAltName=IP:127.0.0.1 2>/dev/null

free_port ()
{
  python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}

# front NAME URL [OPTION...]: nghttpx before it; sets $https_NAME.  Every
# request is a line of $tmp/NAME.log: its protocol, method and path.  It cannot
# be asked which port it got, so a free one is looked for, until one still is.
front ()
{
  mg_name=$1 mg_behind=${2#http://}
  shift 2
  for mg_try in 1 2 3 4 5; do
    mg_port=$(free_port)
    rm -f "$tmp/front"
    mkfifo "$tmp/front"
    nghttpx --conf=/dev/null --frontend="127.0.0.1,$mg_port" \
      --backend="127.0.0.1,${mg_behind#*:}" --workers=1 --no-ocsp \
      --single-process --log-level=NOTICE --errorlog-file=/dev/stderr \
      --accesslog-file="$tmp/$mg_name.log" \
      --accesslog-format='$alpn $request' "$@" \
      "$tmp/key.pem" "$tmp/cert.pem" 2>"$tmp/front" &
    mg_pid=$!
    exec 8<"$tmp/front"
    while read -r mg_line <&8; do
      case $mg_line in
        *'Listening on'*)
          cleanup_fn end_process "$mg_pid"
          # it goes on writing there
          cat <&8 >/dev/null &
          cleanup_fn end_process $!
          exec 8<&-
          eval "https_$mg_name=https://127.0.0.1:\$mg_port"
          return 0
          ;;
      esac
    done
    exec 8<&-
    wait "$mg_pid" || :
  done
  fail "nghttpx did not start: $mg_line"
  exit 0
}

# protocols NAME: which have been spoken there
protocols ()
{
  cut -d' ' -f1 "$tmp/$1.log" | sort -u | tr '\n' ' '
}

pair --populate users=30,groups=12,service-principals=5,experiments=20 \
  -- --page 7
front old "$url_old"
front new "$url_new"
rm "$tmp/home/.databrickscfg"
profile old "$https_old" "$token_old"
profile new "$https_new" "$token_new"
host_new=${https_new#https://}

run move export
status_is "without --ca-bundle: export ends with 3" 3
like "without --ca-bundle: it says what to do" "$err" '--ca-bundle.*\[tls\]'
is "without --ca-bundle: no request left" "$(cat "$tmp/old.log")" ''

run move export --ca-bundle "$tmp/cert.pem"
status_is "export ends with 0" 0
run move import --ca-bundle "$tmp/cert.pem"
status_is "import ends with 0" 0
run move validate --ca-bundle "$tmp/cert.pem"
status_is "validate ends with 0" 0
is "everything is there, once" "$(ask check "$url_old" "$url_new")" ''
is "the source was spoken to by HTTP/2 alone" "$(protocols old)" 'h2 '
is "the target was spoken to by HTTP/2 alone" "$(protocols new)" 'h2 '
like "... creates, too" "$(cat "$tmp/new.log")" \
  '^h2 POST /api/2.0/preview/scim/v2/Users HTTP/2'
is "nothing went past the proxy" "$(wc -l <"$tmp/new.log" | tr -d ' ')" \
  "$(ask number "$url_new" routes)"

# --- one that does not offer it
list=alpn-list
nghttpx --help | grep -q -e "--$list" || list=npn-list
front plain "$url_old" "--$list=http/1.1"
rm "$tmp/home/.databrickscfg"
profile old "$https_plain" "$token_old"
forget_session
run move export --ca-bundle "$tmp/cert.pem"
status_is "not offered: export ends with 0" 0
is "not offered: HTTP/1.1 does as well" "$(protocols plain)" 'http/1.1 '
