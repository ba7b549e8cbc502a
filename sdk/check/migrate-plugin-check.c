/* migrate-plugin-check: does a plugin keep its contract?
 *
 * The checks are in core/plugin/conform.h.  They run in a process of their
 * own, which is this program once more: a plugin that crashes or hangs there
 * is one failed check here.
 */
#include <config.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/process.h"
#include "base/str.h"
#include "plugin/conform.h"

#define INSIDE "--in-this-process"
#define BEGIN "# begin: "
#define END "# the end"
#define TIMEOUT_US (120 * INT64_C (1000000))
#define MAX_SAMPLES 64
#define MAX_OUTPUT (16 * MG_MIB)

static const char usage[] =
  "usage: migrate-plugin-check [--sample KIND=FILE]... PLUGIN.so\n";

static const char help[] =
  "\nChecks whether a plugin of migrate keeps its contract, and prints TAP.\n"
  "\n"
  "  --sample KIND=FILE  an asset of this kind as the service gives it, JSON\n"
  "  --help              this text\n"
  "  --version           the version\n"
  "\nSee migrate-plugin(3).\n";

/* ---- inside ---- */

struct inside {
  struct mg_conform conform;
  struct mg_sample samples[MAX_SAMPLES];
};

static void
print_line (void *opaque, const char *what, const char *why)
{
  const struct mg_conform *c = opaque;
  char text[1000];

  printf ("%s %d - %s\n", why ? "not ok" : "ok", c->n_checks, what);
  if (why != NULL)
    printf ("# %s\n", mg_printable (why, text, sizeof text));
}

static void
print_begin (void *opaque, const char *what)
{
  (void) opaque;
  printf (BEGIN "%s\n", what);
}

/* "KIND=FILE"; an unreadable file is a failed check. */
static void
add_sample (struct inside *in, const char *text)
{
  struct mg_sample *s = &in->samples[in->conform.n_samples];
  const char *mark = strchr (text, '=');
  struct mg_buf body = MG_BUF_INIT (MG_MAX_ELEMENT);
  struct mg_error err = MG_ERROR_INIT;

  if (in->conform.n_samples == MAX_SAMPLES || mark == NULL
      || mg_file_read (mark + 1, &body, &err) < 0
      || mg_json_check (mg_buf_text (&body), body.len, &err) < 0) {
    mg_conform_report (&in->conform, text, err.code ? err.text
                       : "a sample is KIND=FILE");
    mg_buf_done (&body);
    return;
  }
  s->kind = mg_xstrndup (text, (size_t) (mark - text));
  s->len = body.len;
  s->json = mg_buf_steal (&body);
  in->conform.n_samples++;
}

static int
run_inside (char **argv)
{
  struct inside in = { .conform = { .report = print_line,
                                    .begin = print_begin } };
  const char *path = NULL;
  size_t i;

  in.conform.opaque = &in.conform;
  in.conform.samples = in.samples;
  setvbuf (stdout, NULL, _IOLBF, 0);
  dup2 (1, 2);                     /* what a sanitizer says belongs to it */
  for (; *argv != NULL; argv++)
    if (strcmp (*argv, "--sample") == 0)
      add_sample (&in, *++argv);
    else
      path = *argv;
  mg_conform_run (&in.conform, path);
  for (i = 0; i < in.conform.n_samples; i++) {
    mg_free ((void *) (uintptr_t) in.samples[i].kind);
    mg_free ((void *) (uintptr_t) in.samples[i].json);
  }
  puts (END);
  return in.conform.n_failed > 0;
}

/* ---- outside ---- */

struct outside {
  int n, n_failed, ended;
  char last[300];                /* what ran when it ended */
};

static void
show_line (struct outside *out, const char *line)
{
  if (mg_starts (line, BEGIN)) {
    snprintf (out->last, sizeof out->last, "%s", line + strlen (BEGIN));
    return;
  }
  if (strcmp (line, END) == 0) {
    out->ended = 1;
    return;
  }
  out->n += mg_starts (line, "ok ") || mg_starts (line, "not ok ");
  out->n_failed += mg_starts (line, "not ok ");
  if (mg_starts (line, "ok ") || mg_starts (line, "not ok ")
      || mg_starts (line, "# "))
    puts (line);
  else
    printf ("# %s\n", line);
}

static void
show (struct outside *out, char *text)
{
  char *end;

  for (; text != NULL && *text != '\0'; text = end) {
    end = strchr (text, '\n');
    if (end != NULL)
      *end++ = '\0';
    show_line (out, text);
  }
}

static void
show_end (struct outside *out, int r, int status, const struct mg_error *err)
{
  if (r == 0 && status <= 1 && out->ended)
    return;
  printf ("not ok %d - %s\n", ++out->n, out->last[0] ? out->last : "it runs");
  out->n_failed++;
  if (r < 0)
    printf ("# %s\n", err->text);
  else if (status > 128)
    printf ("# it crashed (signal %d)\n", status - 128);
  else
    printf ("# it ended the process with status %d\n", status);
}

static int
run_outside (int argc, char **argv)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf text = MG_BUF_INIT (MAX_OUTPUT);
  const char **args = mg_xcalloc ((size_t) argc + 2, sizeof *args);
  struct mg_process process = { .argv = args, .timeout_us = TIMEOUT_US };
  struct mg_error err = MG_ERROR_INIT;
  struct outside out = { 0 };
  int i, r, status = 0;

  args[0] = argv[0];
  args[1] = INSIDE;
  for (i = 1; i < argc; i++)
    args[i + 1] = argv[i];
  r = mg_process_run (&process, &text, &status, &err);
  mg_free (args);
  show (&out, text.data);
  show_end (&out, r, status, &err);
  printf ("1..%d\n", out.n);
  return out.n_failed > 0;
}

/* 0 when the arguments are options and one file. */
static int
bad_arguments (int argc, char **argv)
{
  int i, n = 0;

  for (i = 1; i < argc; i++)
    if (strcmp (argv[i], "--sample") == 0) {
      if (++i == argc || strchr (argv[i], '=') == NULL)
        return 1;
    }
    else if (argv[i][0] == '-' || ++n > 1)
      return 1;
  return n != 1;
}

int
main (int argc, char **argv)
{
  if (argc > 2 && strcmp (argv[1], INSIDE) == 0)
    return run_inside (argv + 2);
  if (argc == 2 && strcmp (argv[1], "--help") == 0) {
    printf ("%s%s", usage, help);
    return 0;
  }
  if (argc == 2 && strcmp (argv[1], "--version") == 0) {
    puts ("migrate-plugin-check " PACKAGE_VERSION);
    return 0;
  }
  if (bad_arguments (argc, argv)) {
    fputs (usage, stderr);
    return 2;
  }
  return run_outside (argc, argv);
}
