# Commands and options of migrate(1) as lines, in the form that the test makes
# of 'migrate --dump-options':
#
#   command NAME
#   option NAME LETTER ARGUMENT      in capitals, words joined by '|'; - = none
#   default NAME TEXT                every word of the entry, for looking up
#
# An alias is an entry that says 'The same.'; it is no line.

/^\.Sh / {
  section = $0
  entry = ""
}

section == ".Sh COMMANDS" && /^\.It Cm / { print "command", $3 }

section == ".Sh OPTIONS" && /^\.It Fl / {
  flush_entry()
  letter = "-"
  name = ""
  argument = ""
  for (i = 3; i <= NF; i++) {
    if ($i ~ /^-/) name = substr($i, 2)
    else if ($i == "Fl" || $i == "Ar" || $i == "Cm" || $i == "," ||
             $i == "|") continue
    else if (name == "") letter = $i
    else argument = argument (argument == "" ? "" : "|") toupper($i)
  }
  entry = name
  text = ""
  next
}

section == ".Sh OPTIONS" && entry != "" && !/^\.(El|Ss|Bl)/ {
  text = text " " $0
}

/^\.(El|Ss)/ { flush_entry() }

function flush_entry()
{
  if (entry != "" && text !~ /^ The same\./) {
    print "option", entry, letter, argument == "" ? "-" : argument
    print "default", entry, text
  }
  entry = ""
}
