#!/bin/sh
# migrate-plugin-check: our plugins pass, and each module of this folder fails
# for the one rule that it breaks.
. "${MG_BUILDDIR:-.}/tests/functions.sh"

check=$builddir/migrate-plugin-check

for plugin in "$builddir"/plugins/*/.libs/*.so; do
  case $plugin in *T.so) continue ;; esac
  run "$check" "$plugin"
  status_is "our plugin $(basename "$plugin") passes" 0
  unlike "$(basename "$plugin"): no check fails" "$out" '^not ok'
done

run "$check" "$builddir/tests/conform/sound.so"
status_is "a sound plugin passes" 0
like "its create is tried with trouble" "$out" \
  '^ok .*sound: import_asset to create, with the run being stopped$'
like "the plan is at the end" "$(printf '%s\n' "$out" | tail -n 1)" '^1\.\.[0-9]+$'

# broken MODULE CHECK WHY
broken ()
{
  run "$check" "$builddir/tests/conform/$1.so"
  status_is "$1: exit status" 1
  like "$1: '$2' fails" "$out" "^not ok [0-9]+ - .*$2"
  like "$1: says why" "$out" "^# .*$3"
}

run "$check" "$builddir/tests/conform/loose.so"
like "answers that are no JSON have a text of the core's" "$out" \
  '^ok .*loose: export_kind, with odd answers'

broken two-creates 'create, with all going well' 'second create.*two-creates'
broken loses-error 'each call of a service failing' 'failed, and it returned 0'
broken goes-on 'the run being stopped' 'it went on with [34] calls'
broken hides-stop 'the run being stopped' \
  'returned -1, not MIGRATE_E_CANCELLED'
broken crashes 'each call of a service failing' 'it crashed \(signal|Sanitizer'
broken odd-crash 'with odd answers' 'it crashed \(signal|Sanitizer'
broken leaves 'create, with all going well' 'ended the process with status 0'
broken leaves-merge 'merge, with all going well' 'migrate_generic to merge'
broken writes 'export_kind, with all going well' \
  "writes where it may only read: 'PUT"
broken says-nothing 'create, with all going well' 'neither migrate_created'
broken no-text 'create, with all going well' 'without a text: use migrate_fail'
broken no-call 'create, with all going well' 'which is not "METHOD /path"'
broken no-json 'create, with all going well' 'a body that is not JSON'
broken no-code 'create, with all going well' "'gadget-bent', which the plugin"
broken no-option 'create, with all going well' "the option 'gadget-color'"
broken no-id 'export_kind, with all going well' "an asset without 'id'"
broken two-symbols 'exports one symbol' 'more than migrate_plugin: .*helper'

broken one-thread 'by several threads at once' 'without a text'

broken senseless 'gadgets: can come into being' "neither 'create' nor"
like "an empty summary" "$out" '^# .summary. is empty'
like "an empty version" "$out" '^# .version. is empty'
like "a get of nobody" "$out" "'GET /api/2.0/gadgets' has no \\{id\\}"
like "a list by DELETE" "$out" 'a list is read by GET or POST'
like "an update_body that is not JSON" "$out" "'update_body' is not JSON"
like "a code of leave that is not declared" "$out" "the code 'no-such-code'"
like "a right to a stranger's kind" "$out" "'gizmos' is no kind"

run "$check" "$builddir/tests/loader/other-abi.so"
status_is "what the loader refuses fails" 1
like "with the loader's reason" "$out" '^# .*built for ABI 99'
run "$check" "$tmp/nothing.so"
like "a file that is not there" "$out" '^# .*No such file'

# 'migrate plugins check' says the same of what can be seen without a call.
run migrate plugins check "$builddir/tests/conform/senseless.so"
status_is "plugins check: something is wrong" 1
like "and says what" "$out" '^fail  says what it is for: .summary. is empty'
run migrate plugins check "$builddir/tests/conform/sound.so"
status_is "plugins check: nothing is wrong" 0
unlike "no line says so" "$out" '^fail'
run migrate plugins check "$builddir/tests/loader/other-abi.so"
status_is "plugins check: what the loader refuses" 3
like "with its code" "$err" 'built for ABI 99.*\[plugin-abi\]'

# Samples.
printf '{"name":"a","id":"7"}' >"$tmp/good.json"
printf '{"name":' >"$tmp/bad.json"
run "$check" --sample "sound=$tmp/good.json" "$builddir/tests/conform/sound.so"
status_is "a sample is taken" 0
run "$check" --sample "no-text=$tmp/good.json" \
  "$builddir/tests/conform/no-text.so"
like "a callback may not fail on it" "$out" '^# '
run "$check" --sample "sound=$tmp/bad.json" "$builddir/tests/conform/sound.so"
status_is "a sample that is not JSON fails" 1
run "$check" --sample "sound=$tmp/none.json" "$builddir/tests/conform/sound.so"
status_is "a sample that is not there fails" 1

# The command line.
run "$check"
status_is "no file" 2
run "$check" --sample
status_is "a sample without a value" 2
run "$check" one two
status_is "two files" 2
run "$check" --unknown x
status_is "an unknown option" 2
run "$check" --help
like "help" "$out" 'prints TAP'
run "$check" --version
like "version" "$out" '^migrate-plugin-check [0-9]'
