#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The formats in which notebooks can be moved: what each carries, what of it is
# compared, what it cannot do.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"

# tree END [results]: the notebooks that are there, also with what they show
tree ()
{
  eval "ask get \"\$url_$1\" state" | python3 -c '
import json, sys
for line in sorted(
        json.dumps([one["fields"][name] if name in one["fields"] else 0
                    for name in ["path", "language", "content"] + sys.argv[1:]])
        for one in json.load(sys.stdin)["tables"]["notebooks"]):
    print(line)' ${2:+"$2"}
}

some ()
{
  put notebooks '"path": "/Shared/p", "results": 70,
    "source": "print (1)\n\n# COMMAND ----------\n\nprint (2)"'
  put notebooks '"path": "/Shared/q\u00e9 \"x\"", "language": "SQL",
    "source": "select 1\n\n-- COMMAND ----------\n\n-- MAGIC %md two"'
  put notebooks '"path": "/Shared/r", "language": "R", "source": "x <- 1"'
  put notebooks '"path": "/Shared/s", "language": "SCALA"'
  put notebooks '"path": "/Shared/cells", "source": "1", "results": 9,
    "form": "ipynb"'
}

# --- each format, there and back; replies are lost
for format in JUPYTER DBC R_MARKDOWN AUTO SOURCE; do
  forget_session
  pair
  some
  [ $format = SOURCE ] || fault new '"match": "POST *workspace/import",
    "do": "cut", "when": "after", "times": 1'
  run move export --notebook-format $format
  status_is "$format: export ends with 0" 0
  run move import --settle 0
  status_is "$format: import ends with 0" 0
  is "$format: nothing was created twice" "$(ask twice "$url_new" "$url_old")" ''
  is "$format: sources and languages are the source's" "$(tree new)" \
    "$(tree old)"
  case $format in
    JUPYTER | DBC)
      is "$format: and what was shown" "$(tree new results)" \
        "$(tree old results)" ;;
    AUTO)
      is "$format: what is cells in the source comes with what they show" \
        "$(tree new results | grep -c ', 9]$')" 1 ;;
    *)
      is "$format: what was shown stays behind" \
        "$(tree new results | grep -vc ', 0]$')" 0 ;;
  esac
  run move validate
  status_is "$format: validate ends with 0" 0
  sent=$(calls new 'POST.*/import')
  run move import
  is "$format: a second import sends nothing" "$(calls new 'POST.*/import')" \
    "$sent"
  is "$format: nothing was asked for that is unknown" \
    "$(ask strict "$url_old")$(ask strict "$url_new")" ''
  run move undo
  status_is "$format: undo ends with 0" 0
  is "$format: undo leaves nothing" "$(tree new)" ''
  end_process "$simulator_pid"
done

# --- line breaks at the end of a source, of which a service drops one, are no
# difference; anything else is
forget_session
pair
for end in '' a ab abc 'abc\n' 'abcd\n\n' '\n\n\n'; do
  put notebooks "\"path\": \"/Shared/n$end\", \"source\": \"$end\\n\\n\\n\""
done
put notebooks '"path": "/Shared/b", "source": "1"'
run move export
run move import
status_is "line breaks: import ends with 0" 0
is "line breaks: the target has one less of them" \
  "$(tree new | python3 -c '
import base64, json, sys
print([base64.b64decode(json.loads(line)[2]).decode() for line in sys.stdin])')" \
  "$(tree old | python3 -c '
import base64, json, sys
cut = lambda text: text[:-1] if text.endswith("\n") else text
print([cut (base64.b64decode(json.loads(line)[2]).decode())
       for line in sys.stdin])')"
run move validate
status_is "line breaks: validate ends with 0" 0
for source in 'Mg==' 'MQo='; do      # "2", and "1\n"
  api new 2.0/workspace/import '{"path": "/Shared/b", "overwrite": true,
    "language": "PYTHON", "content": "'"$source"'"}' >/dev/null
  run move validate
  [ $source = MQo= ] || status_is "line breaks: another source is found" 5
done
status_is "line breaks: what was changed back is none" 0
run move undo
status_is "line breaks: undo ends with 0" 0
is "line breaks: undo leaves nothing" "$(tree new)" ''
end_process "$simulator_pid"

# --- only R has R Markdown
forget_session
pair
some
run move export --notebook-format R_MARKDOWN
is "R_MARKDOWN is asked for what is R" "$(calls old format=R_MARKDOWN)" 1
end_process "$simulator_pid"

# --- what shows more than a format can hold comes as its source, with a line
forget_session
pair
put notebooks '"path": "/Shared/most", "source": "1", "results": 10485760'
run move export --notebook-format JUPYTER
status_is "too much: export ends with 0" 0
like "too much: it is told" "$(rows 'SELECT message FROM note')" \
  'moved as SOURCE: as JUPYTER it is too large'
run move import
is "too much: the source is moved" "$(tree new)" "$(tree old)"
end_process "$simulator_pid"

# --- an archive cannot be put over what is there
forget_session
pair
put notebooks '"path": "/Shared/a", "source": "ours"'
put notebooks '"path": "/Shared/b", "source": "1", "results": 3'
api new 2.0/workspace/import '{"path": "/Shared/a", "language": "PYTHON",
  "content": "dGhlaXJz"}' >/dev/null
run move export --notebook-format DBC
run move import --on-conflict update
status_is "over: import ends with 1" 1
is "over: it is refused, and the other one is moved" "$(work_of notebooks)" \
  '/Shared/a|6|no-overwrite
/Shared/b|4|'
like "over: errors has what to do" "$(migrate --session s errors)" \
  'remove it in the target'
run move validate
status_is "over: validate has a reason" 1
end_process "$simulator_pid"

# --- what is no format of a move
forget_session
pair
some
run move export --notebook-format HTML
status_is "HTML: export ends with 1" 1
like "HTML: it says why" "$(migrate --session s report)" \
  'HTML is for reading: no notebook can be made of it'
is "HTML: no notebook was asked for" "$(calls old workspace/export)" 0
run move export --notebook-format ipynb
status_is "a format that nobody knows ends with 2" 2
like "and the formats are told" "$err" 'SOURCE\|DBC\|JUPYTER'
like "the help has the option" "$(migrate plugins show notebooks)" \
  'notebook-format'
end_process "$simulator_pid"
