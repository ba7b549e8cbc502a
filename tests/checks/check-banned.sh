#!/bin/sh
# Calls that are unsafe are not made; threads, clocks, randomness, files and
# processes are those of core/base.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/checks/checks.sh"

tree "no banned call" check_banned

for call in strcpy strcat sprintf strncpy strncat strtok gets gmtime \
  localtime ctime atoi atol strtol sscanf mktemp alloca rand system popen; do
  bad "$call" check_banned core/net/a.c "\\n  x = $call (y);\\n" \
    "^core/net/a.c:2: '$call' is banned here"
done
for call in malloc free pthread_create clock_gettime time fork open unlink; do
  bad "$call outside the base" check_banned core/run/a.c "  $call(y);\\n" \
    "core/run/a.c:1: '$call'"
done
bad "a clock in the pure part of the simulator" check_banned \
  sdk/simulator/state.c '  now = time (NULL);\n' "'time' is banned here"
bad "a thread in a plugin" check_banned plugins/users/users.c \
  '  pthread_create (0);\n' "'pthread_create' is for core/base alone"

good "the base has them" check_banned core/base/a.c \
  '  pthread_create (x); clock_gettime (y); p = malloc (3);\n'
good "the simulator's shell has them" check_banned \
  sdk/simulator/shell-http.c '  pthread_create (x); clock_gettime (y);\n'
good "a member, a longer name and a text are no calls" check_banned \
  core/net/a.c '  t->time (x); t.free (y); mg_open (z); s = "free (x)";\n'
