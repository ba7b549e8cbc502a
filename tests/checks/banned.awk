# Calls that the tree does not make, or makes in one place only.  Run in the
# root of the tree with all sources as arguments.

BEGIN {
  # Nowhere: unsafe, locale-dependent or without a way to tell an error.
  ban("strcpy strcat sprintf vsprintf strncpy strncat strtok gets", "-",
      "use mg_buf or snprintf")
  ban("gmtime localtime ctime asctime", "-", "use base/clock.h")
  ban("atoi atol atoll atof sscanf", "-", "use base/parse.h")
  ban("mktemp tmpnam tempnam", "-", "use base/file.h")
  ban("alloca", "-", "use mg_buf or an arena")
  ban("rand srand random srandom drand48", "-", "use base/rand.h")
  ban("system popen", "-", "start no shell")
  ban("strtol strtoll strtoul strtoull strtod", "core/base/parse.c",
      "use base/parse.h")

  # One floor only, so that a twin can replace it when it is linked.
  ban("malloc calloc realloc free strdup strndup asprintf vasprintf",
      "core/base/ sdk/", "use base/alloc.h")
  ban("time clock_gettime gettimeofday nanosleep clock_nanosleep usleep " \
      "sleep", "core/base/", "use base/clock.h or base/thread.h")
  ban("getrandom getentropy arc4random randombytes_buf", "core/base/",
      "use base/rand.h")
  ban("fork vfork execv execve execvp execl execlp posix_spawn " \
      "posix_spawnp waitpid wait4", "core/base/",
      "processes go through core/base")
  ban("open openat creat fopen freopen rename renameat unlink unlinkat " \
      "mkdir mkdirat ftruncate fsync fdatasync flock", "core/base/",
      "use base/file.h")
  ban("dlopen dlsym lt_dlopen lt_dlopenadvise lt_dlsym", "core/plugin/",
      "only core/plugin loads modules")
  ban("abort", "-", "use mg_bug or return an error")
}

FNR == 1 {
  # The simulator's shell talks to the network and has threads of its own.
  shell = FILENAME ~ /^sdk\/simulator\/(main|shell[^\/]*)\.[ch]$/
}

{ code = code_line($0) }

{
  rest = code
  while (match (rest, /[A-Za-z_][A-Za-z_0-9]*[ \t]*\(/)) {
    word = substr (rest, RSTART, RLENGTH)
    before = RSTART > 1 ? substr (rest, RSTART - 1, 1) : ""
    lead = substr (rest, 1, RSTART - 1)
    rest = substr (rest, RSTART + RLENGTH)
    sub (/[ \t]*\($/, "", word)
    if (before ~ /[A-Za-z_0-9.]/ || lead ~ /->[ \t]*$/)
      continue
    if (word ~ /^pthread_/) {
      if (!shell && !in_places("core/base/"))
        complain("'" word "' is for core/base alone: use base/thread.h")
    }
    else if (word in where && !in_places(where[word]) \
             && !(shell && where[word] != "-"))
      complain("'" word "' is banned here: " why[word])
  }
}

function ban(words, places, text,   list, n, i)
{
  n = split (words, list, " ")
  for (i = 1; i <= n; ++i) {
    where[list[i]] = places
    why[list[i]] = text
  }
}

function in_places(places,   list, n, i)
{
  n = split (places, list, " ")
  for (i = 1; i <= n; ++i)
    if (index (FILENAME, list[i]) == 1)
      return 1
  return 0
}
