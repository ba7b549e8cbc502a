#!/bin/sh
# README, HACKING, NEWS and the design: the commands, options, files and
# versions that they name are there.
. "${MG_BUILDDIR:-.}/tests/functions.sh"

texts="$srcdir/README.md $srcdir/HACKING.md $srcdir/NEWS
$srcdir/docs/design.md $srcdir/SECURITY.md"

# files_of TEXT...: files and folders of the tree that are named; a name in
# capitals stands for any
files_of ()
{
  cat "$@" |
    grep -o -E '(^|[^A-Za-z0-9_./-])(contrib|core|docs|m4|plugins|sdk|tests)/[A-Za-z0-9_./*-]+' |
    sed -E 's/^[^a-z]//; s/[.,:]+$//; s|/$||' | grep -v '[A-Z*]' | sort -u
}

# absent_files TEXT...
absent_files ()
{
  files_of "$@" | while read -r file; do
    # also a test's program or log, which are there after a check
    [ -e "$srcdir/$file" ] || [ -e "$builddir/$file" ] ||
      [ -e "$srcdir/$file.c" ] || [ -e "$srcdir/${file%.log}.sh" ] ||
      echo "$file"
  done
}

# options_of TEXT...: long options
options_of ()
{
  cat "$@" | grep -o -E '(^|[^A-Za-z0-9-])--[a-z][a-z-]+' |
    sed 's/^[^-]*--//' | sort -u
}

# Every option that a program or a script of the tree has.
{
  migrate --dump-options | awk -F'\t' '$1 ~ /^(option|alias)$/ { print $2 }'
  echo dump-options
  for plugin in "$srcdir"/plugins/*/*.7; do    # those with options
    migrate plugins show "$(basename "${plugin%.7}" | cut -d - -f 2)"
  done
  "$builddir/migrate-simulator" --help
  "$builddir/migrate-plugin-check" --help
  sh "$srcdir/configure" --help
  sed -n '2,/^$/p' "$srcdir/contrib/check" "$srcdir/contrib/clean-room"
} 2>&1 | grep -o -E -- '(^|--)[a-z][a-z-]+' | sed 's/^--//' | sort -u \
  >"$tmp/options"

# absent_options TEXT...; --enable-x and --disable-x of plugins apart
absent_options ()
{
  options_of "$@" | while read -r option; do
    case $option in
      enable- | disable- | disable-users | disable-clusters | \
      disable-mlflow | werror) continue ;;
    esac
    grep -q -x -e "$option" "$tmp/options" || echo "$option"
  done
}

# commands_of TEXT...: words behind 'migrate' at the beginning of a line of
# code or in backquotes
commands_of ()
{
  cat "$@" | grep -o -E '(^    |^\$ |`)migrate [a-z]+' |
    sed 's/.*migrate //' | sort -u
}

absent_commands ()
{
  migrate --dump-options | awk -F'\t' '$1 == "command" { print $2 }' | sort \
    >"$tmp/commands"
  commands_of "$@" | comm -23 - "$tmp/commands"
}

# shellcheck disable=SC2086
{
run absent_files $texts
is "every file that is named is there" "$out$err" ""
run absent_options $texts
is "every option" "$out$err" ""
run absent_commands $texts
is "every command" "$out$err" ""
}

# The test can fail.
printf '    migrate teleport --warp 9\nsee core/base/nothing.c\n' >"$tmp/bad"
run absent_files "$tmp/bad"
is "a file that is not there" "$out" core/base/nothing.c
run absent_options "$tmp/bad"
is "an option that is not there" "$out" warp
run absent_commands "$tmp/bad"
is "a command that is not there" "$out" teleport

# Comments and texts name no other text than those of the tree.
other_texts ()
{
  grep -r -h -o -E --include='*.[chm1-8]' --include='*.md' --include='*.sh' \
    '[A-Za-z][A-Za-z_-]*\.md' "$@" | sort -u | while read -r text; do
      [ -n "$(find "$srcdir" -name "$text" | head -n 1)" ] || echo "$text"
    done
}
run other_texts "$srcdir/core" "$srcdir/sdk" "$srcdir/plugins" "$srcdir/docs"
is "no text is named that is not in the tree" "$out$err" ""
mkdir "$tmp/tree"
echo '/* see wishes.md */' >"$tmp/tree/a.c"
run other_texts "$tmp/tree"
is "and one would be found" "$out" wishes.md

# The two commands.
for script in quickstart check; do
  like "README names contrib/$script" "$(cat "$srcdir/README.md")" \
    "^    contrib/$script "
  ok "which can be run" test -x "$srcdir/contrib/$script"
done

# Versions.
version=$(migrate --version | sed -n 's/^migrate \([0-9.]*\).*/\1/p')
abi=$(migrate --version | sed -n 's/^plugin ABI //p')
like "NEWS begins with this version" \
  "$(grep -m 1 '^migrate ' "$srcdir/NEWS")" "^migrate $version\$"
is "NEWS has its three parts" \
  "$(grep '^For ' "$srcdir/NEWS" | sort -u | tr '\n' ',')" \
  "For authors of plugins,For packagers,For users,"
like "README names the version" "$(cat "$srcdir/README.md")" \
  "Version $version\\."
like "and that of the contract" "$(cat "$srcdir/README.md")" \
  "abi_version\` $abi:"
format=$(sed -n 's/^#define MG_SCHEMA_VERSION //p' \
  "$srcdir/core/store/schema.h")
like "and that of the session's format" "$(cat "$srcdir/README.md")" \
  "format is version $format;"
sed -n -E 's/^PKG_CHECK_MODULES\(\[[A-Z]+\], \[([^ ]+) >= ([0-9.]+)\]\)/\1 \2/p' \
  "$srcdir/configure.ac" | sed 's/^sqlite3/SQLite/' >"$tmp/versions"
ok "configure.ac names versions" test -s "$tmp/versions"
while read -r library least; do
  like "README: $library" "$(grep "^| $library " "$srcdir/README.md")" \
    "^\\| $library \\| $least \\|"
  like "NEWS: $library" "$(tr '\n' ' ' <"$srcdir/NEWS" | tr -s ' ')" \
    "$library $least"
done <"$tmp/versions"

# Its picture has the kinds in the order that the program has them.
# kinds_of: the first table of standard input
kinds_of ()
{
  awk '/^KIND/ { on = 1; next } on && !/^[a-z-]+ +[0-9]/ { exit } on { print $1 }'
}
start_simulator --populate users=2,groups=2,experiments=2
profile sim "$url_sim" "$token_sim"
is "README's picture has the order of the kinds" \
  "$(kinds_of <"$srcdir/README.md")" "$(migrate inventory --from sim | kinds_of)"

# What README says is moved is what the plugins move, and the whole of it.
migrate plugins list --json | sed -n 's/.*"name":"\([a-z-]*\)".*/\1/p' |
  while read -r name; do
    grep -q "^| \`$name\` " "$srcdir/README.md" || echo "$name"
  done >"$tmp/plugins"
is "README names every plugin" "$(cat "$tmp/plugins")" ""
