# bash completion for migrate(1).  Everything it knows it asks the program.

_migrate ()
{
  local cur prev word command= table kind i
  cur=${COMP_WORDS[COMP_CWORD]}
  prev=
  [ "$COMP_CWORD" -gt 0 ] && prev=${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  table=$("${COMP_WORDS[0]}" --dump-options 2>/dev/null) || return 0

  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if awk -F '\t' -v w="$word" \
      '$1 == "command" && $2 == w { f = 1 } END { exit !f }' <<<"$table"; then
      command=$word
      break
    fi
  done

  # The value of the option before.
  if [[ $prev == --* ]]; then
    kind=$(awk -F '\t' -v o="${prev#--}" \
      '$1 == "alias" && $2 == o { o = $3 } { line[NR] = $0 }
       END { for (i = 1; i <= NR; ++i) { split (line[i], f, "\t")
               if (f[1] == "option" && f[2] == o) print f[4] } }' <<<"$table")
    case $kind in
      '' | -) ;;
      FILE* | DIR) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
      PROFILE*)
        mapfile -t COMPREPLY < <(compgen -W "$(sed -n 's/^\[\(.*\)\]$/\1/p' \
          "${DATABRICKS_CONFIG_FILE:-$HOME/.databrickscfg}" 2>/dev/null)" \
          -- "$cur")
        return ;;
      NAME\|DIR)
        mapfile -t COMPREPLY < <(compgen -W "$(ls \
          "${MIGRATE_HOME:-${XDG_STATE_HOME:-$HOME/.local/state}/migrate}" \
          2>/dev/null | grep -v -e '^index$' -e '\.lock$')" -- "$cur")
        return ;;
      *[a-z]\|[a-z]*)
        mapfile -t COMPREPLY < <(compgen -W "${kind//|/ }" -- "$cur"); return ;;
      *) return ;;
    esac
  fi

  if [[ $cur == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(awk -F '\t' -v c="$command" \
      '$1 == "option" && (c == "" || index ("," $5 ",", "," c ",")) \
       { print "--" $2 }' <<<"$table")" -- "$cur")
  elif [ -z "$command" ]; then
    mapfile -t COMPREPLY < <(compgen -W "$(awk -F '\t' \
      '$1 == "command" { print $2 }' <<<"$table")" -- "$cur")
  elif [ "${COMP_WORDS[COMP_CWORD-1]}" = "$command" ]; then
    mapfile -t COMPREPLY < <(compgen -W "$(awk -F '\t' -v c="$command" \
      '$1 == "command" && $2 == c {
         n = split ($3, w, /[^A-Za-z]+/)
         for (i = 1; i <= n; ++i) if (w[i] ~ /^[a-z]+$/) print w[i] }' \
      <<<"$table")" -- "$cur")
  fi
}

complete -F _migrate migrate
