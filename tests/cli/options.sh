#!/bin/sh
# The command line: every option, wherever it stands; and where a value comes
# from.
. "${MG_BUILDDIR:-.}/tests/functions.sh"

config=$tmp/home/.config/migrate/config
mkdir -p "$(dirname "$config")"

# value OPTION [ARG...]: what --dump-config says of an option
value ()
{
  mg_option=$1
  shift
  migrate "$@" --dump-config | sed -n "s/^\(# \)\{0,1\}$mg_option =/&/p"
}

# --- mistakes ---

run migrate
status_is "no command is exit 2" 2
like "... and says where to look" "$err" 'see migrate --help \[no-command\]$'
is "... with nothing on standard output" "$out" ""

run migrate exprot
status_is "an unknown command is exit 2" 2
like "... with the nearest" "$err" "did you mean 'export'\? \[unknown-command\]"

run migrate xyzzy
like "no suggestion where nothing is near" "$err" \
  "unknown command 'xyzzy'; see migrate --help"

run migrate export --paralel 4
status_is "an unknown option is exit 2" 2
like "... with the nearest" "$err" \
  "'--paralel'; did you mean '--parallel'\? \[unknown-option\]"

run migrate status -x
status_is "an unknown letter is exit 2" 2

run migrate status --dry-run
status_is "an option of another command is exit 2" 2
like "... which is said" "$err" "no meaning for 'migrate status'.*\[wrong-option\]"

run migrate export --name 'a*'
like "... also where it would do nothing" "$status $err" '^2 .*\[wrong-option\]'

run migrate export --parallel
like "a value that is missing" "$err" "wants a value.*\[missing-value\]"

for bad in '--parallel=0' '--parallel=x' '--parallel=257' '--max-duration=0' '--settle=soon' '--stop-at=25:00' \
  '--on-conflict=maybe' '--session='; do
  run migrate import "$bad"
  like "bad value $bad" "$status $err" '^2 .*\[bad-value\]$'
done

run migrate export --profile a --from b
like "two names for one end" "$status $err" \
  "^2 .*--profile a and --from b name the same end.*\[wrong-option\]"
run migrate import --profile a --to b
like "... of import" "$status $err" '^2 .*--to b .*\[wrong-option\]'
run migrate export --profile a --from a
like "twice the same is not two" "$status $err" '^3 .*\[no-profile\]'

run migrate status one
status_is "too many words are exit 2" 2
like "... with the usage" "$err" "'one' is one word too many.*\[bad-words\]"

run migrate session
like "too few words" "$err" 'usage: migrate session new NAME'

run migrate session nwe x
like "a wrong word, with the nearest" "$err" "did you mean 'new'"

# --- forms ---

is "--opt value" "$(value parallel --parallel 3)" 'parallel = 3  # command line'
is "--opt=value" "$(value parallel --parallel=3)" 'parallel = 3  # command line'
is "options before the command" "$(value settle --settle 2s import)" \
  'settle = 2s  # command line'
is "options behind it" "$(value settle import --settle 2s)" \
  'settle = 2s  # command line'
is "the last one counts" "$(value parallel --parallel 3 --parallel 5)" \
  'parallel = 5  # command line'
is "letters together" "$(value verbose -vv)" 'verbose = yes  # command line'
is "--num-parallel is --parallel" "$(value parallel --num-parallel 8)" \
  'parallel = 8  # command line'
is "--skip-tasks is --skip" "$(value skip --skip-tasks a,b)" \
  'skip = a,b  # command line'
run migrate --use-checkpoint explain tls
status_is "--use-checkpoint is accepted" 0
run migrate explain -- --json
like "behind -- all are words" "$err" "nothing is known under '--json'"

# --- where from ---

is "the default" "$(value retry-total)" 'retry-total = 8  # default'
is "what is not set is a comment" "$(value session)" '# session ='
printf '# mine\nretry-total = 5\n\nsession=from-file\n' >"$config"
is "the config file before the default" "$(value retry-total)" \
  "retry-total = 5  # $config:2"
is "... without blanks too" "$(value session)" \
  "session = from-file  # $config:4"
MIGRATE_RETRY_TOTAL=6
export MIGRATE_RETRY_TOTAL
is "the environment before the file" "$(value retry-total)" \
  'retry-total = 6  # MIGRATE_RETRY_TOTAL'
is "the flag before the environment" "$(value retry-total --retry-total 7)" \
  'retry-total = 7  # command line'
MIGRATE_RETRY_TOTAL=many
run migrate status
like "a bad value in the environment names it" "$status $err" \
  "^2 .*MIGRATE_RETRY_TOTAL cannot be 'many'.*\[bad-value\]"
unset MIGRATE_RETRY_TOTAL

for line in 'no equals sign' '= 5' 'yes-host = h' 'plugin-dir = d' \
  'token = dapi1'; do
  printf 'quiet = no\n%s\n' "$line" >"$config"
  run migrate status
  like "odd line '$line'" "$status $err" "^2 .*$config:2: .*\[bad-config\]$"
done
unlike "a secret in the file is not repeated" "$err" dapi1
printf 'paralel = 4\n' >"$config"
run migrate status
like "an unknown key, with the nearest" "$status $err" \
  "^2 .*$config:1: unknown key 'paralel'; did you mean 'parallel'"
printf 'settle = soon\n' >"$config"
run migrate status
like "a bad value in the file" "$status $err" \
  "^2 .*$config:1: 'settle' cannot be 'soon'.*\[bad-value\]"
rm "$config"

MIGRATE_YES_HOST=h MIGRATE_INVITATIONS_MUTED=1
export MIGRATE_YES_HOST MIGRATE_INVITATIONS_MUTED
run migrate --dump-config
unlike "what only flags may say is not read elsewhere" "$out" 'yes-host|muted'
unset MIGRATE_YES_HOST MIGRATE_INVITATIONS_MUTED

MIGRATE_TOKEN=dapi-secret
export MIGRATE_TOKEN
run migrate --dump-config
like "a secret from the environment is taken" "$out" \
  '^token = \(not shown\)  # MIGRATE_TOKEN$'
unlike "... and not shown" "$out" 'dapi-secret'
unset MIGRATE_TOKEN

migrate --dump-config >"$tmp/dump"
grep -v '^#' "$tmp/dump" | sed 's/  # .*//' >"$config"
run migrate session list
status_is "what --dump-config prints is a config file" 0
rm "$config"

# --- options of plugins ---

run migrate plugins list --frobnicate 3
status_is "an option that no plugin knows either is exit 2" 2
like "... and named" "$err" "unknown option '--frobnicate'"

# --- standard output that cannot be written ---

if [ -e /dev/full ]; then
  status=0
  migrate explain tls >/dev/full 2>"$tmp/err" || status=$?
  like "a full disk under standard output is no success" \
    "$status $(cat "$tmp/err")" '^3 .*cannot write to standard output'
fi
