/* migrate-simulator: options, start, wait for a signal, end.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/parse.h"
#include "base/str.h"
#include "shell.h"

struct workspace { struct sim_config config; const char *state_file; };

struct options {
  struct workspace list[SHELL_MAX_WORKSPACES];
  int n;
  const char *listen, *profiles, *ledger, *cert, *key;
  uint64_t seed;
  double time_scale;
};

enum kind { TEXT, FILE_TEXT, LIMITS, NUMBER, MILLISECONDS, SECONDS, SWITCH };

/* Options of a workspace, and where they go. */
static const struct workspace_option {
  const char *name, *value, *help;
  enum kind kind;
  size_t at;
} workspace_options[] = {
#define AT(field) offsetof (struct workspace, field)
  { "populate", "SIZE", "small, medium, large or users=N,groups=N,...",
    TEXT, AT (config.populate) },
  { "limits", "off|published|FILE", "rate limits [off]", LIMITS,
    AT (config.limits) },
  { "latency", "MS", "delay of every reply [0]", MILLISECONDS,
    AT (config.latency_us) },
  { "page", "N", "most elements of a page [the service's]", NUMBER,
    AT (config.page) },
  { "tier", "premium|standard|standard-text|standard-bare",
    "no permissions but in premium [premium]", TEXT, 0 },
  { "cloud", "aws|azure|gcp", "the cloud [aws]", TEXT, AT (config.cloud) },
  { "without-family", "ID", "a family of policies that it lacks", TEXT,
    AT (config.without_family) },
  { "federated", NULL, "principals belong to an account", SWITCH,
    AT (config.federated) },
  { "faults", "FILE", "what goes wrong, and when", FILE_TEXT,
    AT (config.faults) },
  { "routes", "FILE", "further REST kinds", FILE_TEXT, AT (config.routes) },
  { "state", "FILE", "load at the start, save at the end", TEXT,
    AT (state_file) },
  { "file-limit", "BYTES", "of a workspace file [524288000]", NUMBER,
    AT (config.file_limit) },
  { "token-life", "SECONDS", "life of OAuth tokens [3600]", SECONDS,
    AT (config.token_life_us) },
  { "ledger-size", "N", "requests that are remembered [1000000]", NUMBER,
    AT (config.n_ledger) },
  { "lenient", NULL, "count what is unknown or of a wrong type, and let it pass", SWITCH,
    AT (config.lenient) },
#undef AT
};

static const char *const global_help[][2] = {
  { "--workspace NAME", "another workspace; its options follow" },
  { "--listen ADDR[:PORT]", "where to listen [127.0.0.1, any port]" },
  { "--seed N", "of everything that is random [1]" },
  { "--profiles FILE", "write a .databrickscfg" },
  { "--ledger FILE", "write every request to this SQLite file at the end" },
  { "--time-scale F", "simulated time runs F times as fast [1]" },
  { "--tls CERT KEY", "serve https" },
  { "--help", "this text" },
  { "--version", "the version" },
};

static int fail (const char *format, ...) MG_PRINTF (1, 2);

static int
fail (const char *format, ...)
{
  va_list args;

  fputs ("migrate-simulator: ", stderr);
  va_start (args, format);
  vfprintf (stderr, format, args);
  va_end (args);
  fputs ("\nTry 'migrate-simulator --help'.\n", stderr);
  return -1;
}

static void
print_help (void)
{
  size_t i;
  char left[60];

  puts ("usage: migrate-simulator [--workspace NAME [OPTION...]]...\n\n"
        "Simulated workspaces, for rehearsals and tests.  Prints 'NAME URL "
        "TOKEN' for\neach when it is ready, and ends on SIGTERM.\n");
  for (i = 0; i < MG_N_ELEMENTS (global_help); i++)
    printf ("  %-28s %s\n", global_help[i][0], global_help[i][1]);
  puts ("\nOptions of a workspace:");
  for (i = 0; i < MG_N_ELEMENTS (workspace_options); i++) {
    const struct workspace_option *o = &workspace_options[i];

    snprintf (left, sizeof left, "--%s %s", o->name,
              o->value ? o->value : "");
    printf ("  %-28s %s\n", left, o->help);
  }
}

static char *
read_text (const char *path, size_t max)
{
  struct mg_buf text = MG_BUF_INIT (max);
  struct mg_error err = MG_ERROR_INIT;

  if (mg_file_read (path, &text, &err) < 0) {
    fail ("%s", err.text);
    mg_buf_done (&text);
    return NULL;
  }
  mg_buf_add_str (&text, "");
  return text.data ? mg_buf_steal (&text) : mg_xstrdup ("");
}

static struct workspace *
new_workspace (struct options *o, const char *name)
{
  struct workspace *w;

  if (o->n == SHELL_MAX_WORKSPACES)
    return NULL;
  w = &o->list[o->n++];
  w->config.name = name;
  return w;
}

static int
set_tier (struct workspace *w, const char *value)
{
  static const char *const names[] = {
    [SIM_PREMIUM] = "premium", [SIM_STANDARD] = "standard",
    [SIM_STANDARD_TEXT] = "standard-text", [SIM_STANDARD_BARE] = "standard-bare",
  };
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (names); i++)
    if (mg_streq (value, names[i])) {
      w->config.tier = (enum sim_tier) i;
      return 0;
    }
  return fail ("'--tier' is premium, standard, standard-text or standard-bare, "
               "not '%s'", value);
}

static int
set_number (const struct workspace_option *d, int64_t *to, const char *value)
{
  int64_t n;

  if (mg_parse_int64 (value, &n) < 0 || n < 0)
    return fail ("'--%s' needs a number, not '%s'", d->name, value);
  *to = d->kind == MILLISECONDS ? n * MG_MS_US
    : d->kind == SECONDS ? n * MG_SECOND_US : n;
  return 0;
}

static int
set_option (struct workspace *w, const struct workspace_option *d,
            const char *value)
{
  char *base = (char *) w;
  const char **text = (const char **) (void *) (base + d->at);

  switch (d->kind) {
  case SWITCH:
    *(int *) (void *) (base + d->at) = 1;
    return 0;
  case NUMBER: case MILLISECONDS: case SECONDS:
    return set_number (d, (int64_t *) (void *) (base + d->at), value);
  case LIMITS:
  case FILE_TEXT:
    *text = d->kind == LIMITS && (mg_streq (value, "off")
                                  || mg_streq (value, "published"))
      ? value : read_text (value, 16 << 20);
    return *text ? 0 : -1;
  case TEXT:
    break;
  }
  if (strcmp (d->name, "tier") == 0)
    return set_tier (w, value);
  *text = value;
  return 0;
}

/* --- the command line ------------------------------------------------ */

struct words { char **argv; int argc, i; };

/* The value of option argv[i], which may stand behind '='. */
static const char *
value_of (struct words *w, const char *name)
{
  const char *equal = strchr (w->argv[w->i], '=');

  if (equal != NULL)
    return equal + 1;
  if (w->i + 1 < w->argc)
    return w->argv[++w->i];
  fail ("'--%s' needs a value", name);
  return NULL;
}

static int
global_number (struct options *o, const char *name, const char *value)
{
  int64_t n;
  double f;

  if (strcmp (name, "seed") == 0 && mg_parse_int64 (value, &n) == 0) {
    o->seed = (uint64_t) n;
    return 1;
  }
  if (strcmp (name, "time-scale") == 0 && mg_parse_double (value, &f) == 0
      && f > 0) {
    o->time_scale = f;
    return 1;
  }
  return fail ("'--%s' cannot be '%s'", name, value);
}

/* 1 when it was a global option, 0 when not, -1 after a message. */
static int
read_global (struct options *o, struct words *w, const char *name)
{
  const struct { const char *name; const char **to; } texts[] = {
    { "listen", &o->listen }, { "profiles", &o->profiles },
    { "ledger", &o->ledger }, { "tls", &o->cert },
  };
  const char *value;
  size_t i;

  if (strcmp (name, "workspace") == 0) {
    value = value_of (w, name);
    if (value == NULL || new_workspace (o, value) == NULL)
      return value ? fail ("too many workspaces") : -1;
    return 1;
  }
  if (strcmp (name, "seed") == 0 || strcmp (name, "time-scale") == 0) {
    value = value_of (w, name);
    return value ? global_number (o, name, value) : -1;
  }
  for (i = 0; i < MG_N_ELEMENTS (texts); i++) {
    if (strcmp (texts[i].name, name) != 0)
      continue;
    *texts[i].to = value_of (w, name);
    if (*texts[i].to == NULL)
      return -1;
    if (texts[i].to == &o->cert) {
      o->key = w->i + 1 < w->argc ? w->argv[++w->i] : NULL;
      if (o->key == NULL)
        return fail ("'--tls' needs a certificate and a key");
    }
    return 1;
  }
  return 0;
}

static int
read_one (struct options *o, struct words *w)
{
  const char *word = w->argv[w->i], *value = NULL;
  MG_CLEANUP_FREE char *name = NULL;
  size_t i;
  int r;

  if (!mg_starts (word, "--"))
    return fail ("unexpected '%s'", word);
  name = mg_xstrndup (word + 2, strcspn (word + 2, "="));
  r = read_global (o, w, name);
  if (r != 0)
    return r;
  for (i = 0; i < MG_N_ELEMENTS (workspace_options); i++)
    if (strcmp (workspace_options[i].name, name) == 0)
      break;
  if (i == MG_N_ELEMENTS (workspace_options))
    return fail ("unknown option '--%s'", name);
  if (o->n == 0)
    new_workspace (o, "sim");
  if (workspace_options[i].value != NULL) {
    value = value_of (w, name);
    if (value == NULL)
      return -1;
  }
  return set_option (&o->list[o->n - 1], &workspace_options[i], value);
}

static int
read_options (struct options *o, int argc, char **argv)
{
  struct words w = { argv, argc, 1 };
  int i, j;

  for (; w.i < argc; w.i++)
    if (read_one (o, &w) < 0)
      return -1;
  if (o->n == 0)
    new_workspace (o, "sim");
  for (i = 0; i < o->n; i++) {
    o->list[i].config.seed = o->seed;
    o->list[i].config.time_scale = o->time_scale;
    for (j = 0; j < i; j++)
      if (mg_streq (o->list[i].config.name, o->list[j].config.name))
        return fail ("there are two workspaces '%s'",
                     o->list[i].config.name);
  }
  return 0;
}

/* --- running --------------------------------------------------------- */

static int
make_servers (struct shell *sh, const struct options *o, struct mg_error *err)
{
  int i;

  for (i = 0; i < o->n; i++) {
    struct shell_server *server = &sh->servers[i];

    server->shell = sh;
    server->name = o->list[i].config.name;
    server->state_file = o->list[i].state_file;
    mg_mutex_init (&server->lock);
    mg_rand_seed (&server->rng, o->seed * 31 + (uint64_t) i);
    if (sim_new (&o->list[i].config, mg_clock_wall_us (), &server->sim,
                 err) < 0)
      return mg_error_prefix (err, "workspace '%s'", o->list[i].config.name);
    sh->n_servers = i + 1;
    if (shell_read_state (server, err) < 0)
      return err->code;
  }
  return 0;
}

/* The servers answer already: a port that was chosen need not be read here. */
static void
announce (struct shell *sh)
{
  int i;

  for (i = 0; i < sh->n_servers; i++) {
    struct shell_server *server = &sh->servers[i];

    MG_LOCKED (&server->lock);
    printf ("%s %s %s\n", server->name, server->url, sim_token (server->sim));
  }
  fflush (stdout);
}

static int
run (struct shell *sh, const struct options *o, const sigset_t *signals,
     struct mg_error *err)
{
  int r, got;

  r = make_servers (sh, o, err);
  if (r == 0)
    r = shell_start (sh, err);
  if (r == 0 && o->profiles != NULL)
    r = shell_write_profiles (sh, o->profiles, err);
  if (r == 0) {
    announce (sh);
    while (sigwait (signals, &got) != 0)
      ;
  }
  shell_stop (sh);
  if (r == 0 && o->ledger != NULL)
    r = shell_write_ledger (sh, o->ledger, err);
  if (r == 0)
    r = shell_write_states (sh, err);
  return r;
}

int
main (int argc, char **argv)
{
  static struct options o = { .seed = 1, .time_scale = 1 };
  static struct shell sh;
  struct mg_error err = MG_ERROR_INIT;
  sigset_t signals;
  int i, r;

  for (i = 1; i < argc; i++) {
    if (mg_streq (argv[i], "--help")) {
      print_help ();
      return 0;
    }
    if (mg_streq (argv[i], "--version")) {
      puts ("migrate-simulator " PACKAGE_VERSION);
      return 0;
    }
  }
  if (read_options (&o, argc, argv) < 0)
    return 2;
  sigemptyset (&signals);
  sigaddset (&signals, SIGTERM);
  sigaddset (&signals, SIGINT);
  sigaddset (&signals, SIGHUP);
  sigprocmask (SIG_BLOCK, &signals, NULL);
  sh.listen = o.listen;
  sh.time_scale = o.time_scale;
  if (o.cert != NULL) {
    sh.tls_cert = read_text (o.cert, 1 << 20);
    sh.tls_key = read_text (o.key, 1 << 20);
    if (sh.tls_cert == NULL || sh.tls_key == NULL)
      return 2;
  }
  r = run (&sh, &o, &signals, &err);
  if (r < 0)
    fprintf (stderr, "migrate-simulator: %s\n", err.text);
  for (i = 0; i < sh.n_servers; i++)
    sim_free (sh.servers[i].sim);
  return r < 0 ? 1 : 0;
}
