#!/bin/sh
# What the program says about itself comes from its tables, and so does what
# the shells complete.
. "${MG_BUILDDIR:-.}/tests/functions.sh"

run migrate --version
status_is "--version" 0
like "... says the version" "$out" '^migrate [0-9]+\.[0-9]+\.[0-9]+'
like "... and the ABI" "$out" '^plugin ABI [0-9]+$'
run migrate -V
like "-V too" "$out" '^migrate '

migrate --dump-options >"$tmp/table"
tab=$(printf '\t')
commands=$(sed -n "s/^command$tab\([^$tab]*\).*/\1/p" "$tmp/table")

run migrate --help
status_is "--help" 0
bad=
for c in $commands; do
  printf '%s\n' "$out" | grep -q "^  $c  *[a-z]" || bad="$bad $c"
done
is "... lists every command" "$bad" ""
ok "... in one screen" [ "$(printf '%s\n' "$out" | wc -l)" -le 40 ]
is "--help without a home" "$(env -i "$builddir/migrate" --help)" "$out"

bad=
while IFS=$tab read -r what name letter argument of env key default help; do
  [ "$what" = option ] || continue
  for c in $(printf '%s' "$of" | tr , ' '); do
    case $name in version | dump-config) run migrate --help ;;
      *) run migrate "$c" --help ;;
    esac
    printf '%s\n' "$out" | grep -q -e "--$name\( \|$\)" || bad="$bad $c:$name"
  done
done <"$tmp/table"
is "every option stands in the help of its commands" "$bad" ""

bad=
for c in $commands; do
  run migrate "$c" --help
  [ "$status" = 0 ] || bad="$bad $c"
  case $out in "usage: migrate $c"*) ;; *) bad="$bad $c" ;; esac
  printf '%s\n' "$out" | grep -q '^.\{90\}' && bad="$bad $c(wide)"
done
is "every command has a help" "$bad" ""

bad=
while IFS=$tab read -r what name letter argument of env key default help; do
  [ "$what" = option ] || continue
  want=MIGRATE_$(printf '%s' "$name" | tr a-z- A-Z_)
  case $env in "$want" | -) ;; *) bad="$bad $name" ;; esac
  case $key in "$name" | -) ;; *) bad="$bad $name" ;; esac
  [ -n "$help" ] || bad="$bad $name"
done <"$tmp/table"
is "names in environment and file follow from the option" "$bad" ""
is "flags only" "$(awk -F '\t' '$1 == "option" && $6 == "-" { print $2 }' \
  "$tmp/table" | sort | tr '\n' ' ')" \
  "dump-config help invitations-muted old-account-id on out plan plan plugin-dir reason remove replace-email replace-old-email update-account-id update-new-email version yes-host "
is "secrets do not belong into the file" "$(awk -F '\t' \
  '$1 == "option" && $6 != "-" && $7 == "-" { print $2 }' "$tmp/table" |
  tr '\n' ' ')" "token client-secret "

# --- completion ---

if command -v bash >/dev/null; then
  profile one https://x.example t
  complete ()
  {
    HOME="$tmp/home" PATH="$builddir:$PATH" bash -c '
      . "$1"; shift
      COMP_WORDS=("$@"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
      _migrate; echo "${COMPREPLY[*]}"' - \
      "$srcdir/contrib/completions/migrate.bash" "$@"
  }
  is "bash: commands" "$(complete migrate ex)" "export explain"
  is "bash: options of a command" "$(complete migrate undo --pl)" \
    "--plugins --plan --plugin-timeout --plugin-dir"
  is "bash: not those of others" "$(complete migrate status --dry)" ""
  is "bash: words of a command" "$(complete migrate session '')" \
    "new list show"
  is "bash: a choice" "$(complete migrate plan --on-conflict '')" \
    "skip update fail"
  is "bash: profiles" "$(complete migrate plan --to '')" "one"
fi
for shell in zsh fish; do
  command -v $shell >/dev/null || continue
  file=migrate.fish
  [ $shell = zsh ] && file=_migrate
  ok "$shell reads its file" $shell -n "$srcdir/contrib/completions/$file"
done

# --- what errors tell to type names the session where the command takes one
is "hints name the session for every command that works on one" \
  "$(sed -n '/commands\[\] = {/,/};/s/[", ]\{1,\}/ /gp' \
    "$srcdir/core/view/hint.c" | sed '/=/d; /}/d' | xargs -n 1 | sort)" \
  "$(sed -n "s/^option${tab}session$tab[^$tab]*$tab[^$tab]*$tab\([^$tab]*\).*/\1/p" \
    "$tmp/table" | tr , '\n' | grep -vx session | sort)"
