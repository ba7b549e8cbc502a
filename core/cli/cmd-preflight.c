/* migrate preflight: what would go wrong, before it does.  Lines of 'ok',
 * 'warn' and 'fail', each with its cure; exit 1 when something failed. */
#include <config.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/str.h"
#include "cli/app.h"
#include "run/listed.h"
#include "view/codes.h"
#include "view/events.h"
#include "view/hint.h"

#define LEAST_SPACE ((int64_t) 1024 * MG_MIB)
#define MOST_SKEW_US (300 * MG_SECOND_US)

struct preflight {
  struct mg_app *app;
  int n_failed, n_warned;
};

static void say (struct preflight *p, const char *verdict, const char *code,
                 const char *format, ...) MG_PRINTF (4, 5);

static void
say (struct preflight *p, const char *verdict, const char *code,
     const char *format, ...)
{
  const struct migrate_code *known =
    code ? mg_code_any (&p->app->registry, code) : NULL;
  MG_CLEANUP_FREE char *cure =
    mg_hint (&p->app->view, known ? known->cure : NULL);
  MG_CLEANUP_FREE char *text = NULL;
  MG_CLEANUP (mg_buf_done) struct mg_buf shown = MG_BUF_MUST (MG_MIB);
  struct mg_line line;
  va_list args;

  va_start (args, format);
  text = mg_xvasprintf (format, args);
  va_end (args);
  p->n_failed += strcmp (verdict, "fail") == 0;
  p->n_warned += strcmp (verdict, "warn") == 0;
  if (p->app->view.json) {
    mg_line_begin (&line, "check");
    mg_line_text (&line, "verdict", verdict);
    mg_line_text (&line, "message", text);
    mg_line_text (&line, "code", code);
    mg_line_text (&line, "cure", cure);
    mg_line_end (&line);
    return;
  }
  mg_buf_add_printable (&shown, text);
  printf ("%-4s  %s%s%s%s\n", verdict, mg_buf_text (&shown), code ? " [" : "",
          code ? code : "", code ? "]" : "");
  if (cure != NULL && strcmp (verdict, "ok") != 0)
    printf ("      cure: %s\n", cure);
}

static void
say_error (struct preflight *p, const char *verdict, const struct mg_error *err)
{
  say (p, verdict, err->id[0] ? err->id : NULL, "%s", err->text);
}

/* ---- the checks ---- */

static int
check_end (struct preflight *p, enum mg_app_end which, struct mg_error *err)
{
  struct mg_app *app = p->app;
  const char *role = which == MG_SOURCE ? "source" : "target";
  const struct mg_who *who = &app->who[which];
  int64_t skew;
  int r = mg_app_open_end (app, which, err);

  if (r < 0) {
    say_error (p, "fail", err);
    return r;
  }
  if (app->sides[which].end == MIGRATE_END_MLFLOW)
    say (p, "ok", NULL, "%s %s answers: a plain MLflow server", role,
         mg_host_name (app->ends[which].host));
  else if (who->is_admin)
    say (p, "ok", NULL, "%s %s: %s, admin, workspace %s", role,
         mg_host_name (app->ends[which].host), who->user, who->org_id);
  else
    say (p, "warn", "denied", "%s %s: %s is no workspace admin; what "
         "that identity may not see is not moved", role,
         mg_host_name (app->ends[which].host), who->user);
  skew = mg_remote_clock_skew_us (app->remotes[which]);
  if (skew > MOST_SKEW_US || skew < -MOST_SKEW_US)
    say (p, "warn", "clock-skew", "this machine's clock differs from %s's by "
         "%llds", role, (long long) (skew / MG_SECOND_US));
  return 0;
}

static void
check_disk (struct preflight *p)
{
  MG_CLEANUP_FREE char *home = mg_session_home ();
  const char *folder = p->app->has_session ? p->app->session.folder : home;
  struct statvfs st;
  int64_t space;

  if (statvfs (folder, &st) < 0)
    return;
  space = (int64_t) st.f_bavail * (int64_t) st.f_frsize;
  if (space < LEAST_SPACE)
    say (p, "warn", "disk-full", "only %lld MiB free where the session lies",
         (long long) (space / MG_MIB));
  else
    say (p, "ok", NULL, "%lld GiB free where the session lies",
         (long long) (space / MG_MIB / 1024));
}

static void
check_plugins (struct preflight *p, enum mg_app_end which)
{
  struct mg_app *app = p->app;
  struct mg_ctx ctx;
  int i;

  mg_ctx_init (&ctx, app->has_session ? app->session.store : NULL,
               &app->sides[which], &app->registry);
  ctx.option = mg_app_plugin_option (app);
  for (i = 0; i < app->registry.n_plugins; i++) {
    struct mg_plugin *plugin = app->registry.plugins[i];
    int r = mg_call_open (&ctx, plugin);

    if (r == 0)
      r = mg_call_preflight (&ctx, plugin);
    if (r < 0)
      say_error (p, "fail", &ctx.error);
    mg_call_close (&ctx, plugin);
  }
  mg_ctx_done (&ctx);
}

/* Kinds that one end has and the other has not. */
static void
check_kinds (struct preflight *p)
{
  const struct mg_registry *registry = &p->app->registry;
  uint32_t target = p->app->sides[MG_TARGET].end;
  int i;

  for (i = 0; i < registry->n_kinds; i++) {
    const struct mg_kind *kind = registry->kinds[i];
    uint32_t ends = kind->k->ends ? kind->k->ends : MIGRATE_END_DATABRICKS;

    if (kind->chosen && kind->parent == NULL && !(ends & target))
      say (p, "warn", "unsupported", "%s: the target does not offer them; they "
           "stay in the session", kind->k->name);
  }
}

/* ---- identities that the target will lack ---- */

#define MAX_NAMES 100000

struct name {
  char *text;
  int exported;
  int64_t total, *n;               /* where it stands: by kind */
};

struct names {
  const struct mg_registry *registry;
  struct name *name;               /* sorted by text */
  size_t n;
};

/* Where a name stands, or would. */
static size_t
place_of (const struct names *names, const char *text)
{
  size_t low = 0, high = names->n;

  while (low < high) {
    size_t middle = (low + high) / 2;

    if (strcmp (names->name[middle].text, text) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static void
add_name (struct names *names, const struct mg_kind *kind, const char *val,
          int exported)
{
  size_t at = place_of (names, val);
  struct name *name;

  if (at == names->n || strcmp (names->name[at].text, val) != 0) {
    if (names->n == MAX_NAMES)
      return;
    if ((names->n & (names->n - 1)) == 0)
      names->name = mg_xreallocarray (names->name,
                                      names->n ? 2 * names->n : 1,
                                      sizeof *names->name);
    name = names->name + at;
    memmove (name + 1, name, (names->n++ - at) * sizeof *name);
    memset (name, 0, sizeof *name);
    name->text = mg_xstrdup (val);
    name->exported = exported;
    name->n = mg_xcalloc ((size_t) names->registry->n_kinds, sizeof *name->n);
  }
  names->name[at].total++;
  names->name[at].n[kind->index]++;
}

static int
count_name (void *opaque, const struct mg_kind *kind, const char *ns,
            const char *val, int exported)
{
  if (mg_starts (ns, "principal."))
    add_name (opaque, kind, val, exported);
  return 0;
}

static int
most_first (const void *a, const void *b)
{
  const struct name *x = a, *y = b;

  if (x->total != y->total)
    return x->total < y->total ? 1 : -1;
  return strcmp (x->text, y->text);
}

static void
add_places (struct mg_buf *where, const struct names *names,
            const struct name *name)
{
  int i;

  for (i = 0; i < names->registry->n_kinds; i++)
    if (name->n[i] > 0)
      mg_buf_addf (where, "%s%lld in %s", where->len ? ", " : "",
                   (long long) name->n[i], names->registry->kinds[i]->k->name);
}

static void
say_name (struct preflight *p, const struct names *names,
          const struct name *name)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf where = MG_BUF_MUST (MG_MIB);

  add_places (&where, names, name);
  say (p, "warn", "unknown-principal", "%s %s: %s", name->text,
       name->exported ? "is not in the target" : "no longer exists",
       mg_buf_text (&where));
}

static void
say_value (struct preflight *p, const struct names *names,
           const struct name *name, const struct mg_listed *listed,
           const struct migrate_listed *row)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf where = MG_BUF_MUST (MG_MIB);
  MG_CLEANUP (mg_buf_done) struct mg_buf nearest = MG_BUF_MUST (MG_MIB);
  MG_CLEANUP_FREE char *cure = NULL;

  add_places (&where, names, name);
  mg_listed_add_cure (&nearest, listed, row, name->text);
  cure = mg_hint (&p->app->view, mg_buf_text (&nearest));
  say (p, "warn", "unknown-value", "%s is not known to the target: %s%s",
       name->text, mg_buf_text (&where), cure);
}

static void
names_done (struct names *names)
{
  size_t i;

  for (i = 0; i < names->n; i++) {
    mg_free (names->name[i].text);
    mg_free (names->name[i].n);
  }
  mg_free (names->name);
}

/* The session as the functions that look into it want it. */
static void
begin_run (struct mg_app *app)
{
  mg_run_init (&app->run);
  app->run.rules = &app->rules;
  app->run.store = app->session.store;
  app->run.registry = &app->registry;
  app->run.source = app->sides[MG_SOURCE];
  app->run.target = app->sides[MG_TARGET];
}

/* One decision each, before they block what names them. */
static int
check_principals (struct preflight *p, struct mg_error *err)
{
  struct mg_app *app = p->app;
  MG_CLEANUP (names_done) struct names names = { .registry = &app->registry };
  size_t i;
  int r;

  begin_run (app);
  r = mg_run_each_missing (&app->run, count_name, &names, err);
  mg_run_done (&app->run);
  if (names.n > 1)
    qsort (names.name, names.n, sizeof *names.name, most_first);
  for (i = 0; i < names.n && r == 0; i++)
    say_name (p, &names, &names.name[i]);
  return r;
}

/* ---- values that the target does not know ---- */

static void
count_value (void *opaque, const struct mg_kind *kind, const char *text)
{
  add_name (opaque, kind, text, 1);
}

static int
check_listed (struct preflight *p, struct mg_plugin *plugin,
              const struct migrate_listed *listed, struct mg_error *err)
{
  struct mg_app *app = p->app;
  MG_CLEANUP (names_done) struct names names = { .registry = &app->registry };
  MG_CLEANUP (mg_listed_done) struct mg_listed known = { NULL, 0 };
  struct mg_ctx ctx;
  size_t i;
  int r;

  begin_run (app);
  r = mg_run_each_value (&app->run, listed->what, count_value, &names, err);
  mg_run_done (&app->run);
  if (r < 0 || names.n == 0)
    return r;
  mg_ctx_init (&ctx, app->session.store, &app->sides[MG_TARGET],
               &app->registry);
  mg_ctx_begin (&ctx, NULL, NULL);
  ctx.plugin = plugin;
  r = mg_listed_read (&ctx, listed, &known);
  if (r < 0)
    say_error (p, "warn", &ctx.error);
  qsort (names.name, names.n, sizeof *names.name, most_first);
  for (i = 0; i < names.n && r == 0; i++)
    if (!mg_listed_has (&known, names.name[i].text))
      say_value (p, &names, &names.name[i], &known, listed);
  mg_ctx_done (&ctx);
  return 0;
}

/* Before the service refuses what has them. */
static int
check_values (struct preflight *p, struct mg_error *err)
{
  const struct mg_registry *registry = &p->app->registry;
  int i, r = 0;

  for (i = 0; i < registry->n_plugins && r == 0; i++) {
    const struct migrate_listed *listed = registry->plugins[i]->p.listed;

    for (; listed != NULL && listed->call != NULL && r == 0; listed++)
      r = check_listed (p, registry->plugins[i], listed, err);
  }
  return r;
}

static int
check_export (struct preflight *p, int has_target, struct mg_error *err)
{
  struct mg_app *app = p->app;
  int r;

  if (!app->has_session)
    return 0;
  r = mg_rules_load (app->session.store, &app->rules, err);
  if (r == 0)
    r = check_principals (p, err);
  return r == 0 && has_target ? check_values (p, err) : r;
}

static int
run_checks (struct preflight *p, struct mg_error *err)
{
  struct mg_app *app = p->app;
  MG_CLEANUP_FREE char *target = mg_app_end_name (app, MG_TARGET);
  int source_r = check_end (p, MG_SOURCE, err), target_r = -1, r = 0;

  if (target != NULL)
    target_r = check_end (p, MG_TARGET, err);
  else
    say (p, "warn", "no-target", "the session has no target yet");
  if (source_r == 0 && target_r == 0
      && strcmp (app->who[0].org_id, app->who[1].org_id) == 0)
    say (p, "fail", "same-workspace", "source and target are the same "
         "workspace (%s)", app->who[0].org_id);
  check_disk (p);
  if (source_r == 0)
    r = mg_app_choose (app, app->sides[MG_SOURCE].end, err);
  if (source_r == 0 && r == 0)
    check_plugins (p, MG_SOURCE);
  if (target_r == 0 && r == 0) {
    if (source_r == 0)
      check_kinds (p);
    check_plugins (p, MG_TARGET);
  }
  return source_r < 0 || r < 0 ? r : check_export (p, target_r == 0, err);
}

int
mg_cmd_preflight (struct mg_app *app)
{
  struct preflight p = { .app = app };
  struct mg_error err = MG_ERROR_INIT;
  int r = mg_app_start (app, MG_START_IF_ANY, &err);

  if (r == 0 && app->has_session)
    say (&p, "ok", NULL, "session '%s'", app->session_name);
  if (r == 0)
    r = run_checks (&p, &err);
  if (r < 0)
    return mg_app_fail (app, &err);
  return p.n_failed > 0 ? MG_EXIT_SOME : MG_EXIT_OK;
}
