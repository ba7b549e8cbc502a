#!/bin/sh
# The judge of other tests: what it finds equal and what it does not.
. "${MG_BUILDDIR:-.}/tests/functions.sh"

requires python3 --version
requires curl --version

start_simulator --workspace old --populate small \
  --workspace new --populate small

compare ()
{
  run python3 "$srcdir/tests/simulator/compare.py" "$url_old" "$url_new"
}

# change KIND MATCH WHAT: an object of the second workspace
change ()
{
  run curl -sS --noproxy '*' -d "{\"kind\":\"$1\",\"match\":$2,$3}" \
    "$url_new/_simulator/object"
}

compare
status_is "two workspaces of one seed hold the same, whatever the ids" 0

# differs TEXT PATTERN: one difference more than before
differs ()
{
  compare
  like "$1" "$out" "$2"
  run curl -sS --noproxy '*' -d '{"what":"state"}' "$url_new/_simulator/reset"
}

churn='{"name":"/Shared/churn"}'
change users '{"userName":"ann.smith@example.com"}' '"set":{"active":false}'
differs "a field" '^missing users .*"active": true.*ann.smith'
change users '{"userName":"same@example.com"}' '"delete":true'
differs "a user that is gone" '^missing users .*same@example.com'
change groups '{"displayName":"cycle a"}' \
  '"members":{"remove":["cycle b"]}'
differs "a member that is gone" '^extra groups .*cycle a'
change experiments "$churn" \
  '"permissions":{"remove":["users"],"add":{"users":"CAN_EDIT"}}'
differs "a permission" '^extra experiments .*"groups users", "CAN_EDIT"'
change service-principals '{"displayName":"nightly job"}' '"delete":true'
differs "one of two twins" '^missing service-principals .*nightly job'
change experiments "$churn" '"set":{"tags":[]}'
differs "tags" '^extra experiments .*/Shared/churn.*"tags": \[\]'
compare
status_is "nothing of it is left after a reset" 0
