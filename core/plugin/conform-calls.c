/* Each callback of a plugin, with services that only record: once with all
 * going well, then with every kind of trouble.  See conform.h. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/thread.h"
#include "plugin/conform-fake.h"

#define MAX_CALLS 200              /* of services in one callback that are
                                      tried one by one */
#define MAX_CROWD 8
#define CROWD_TURNS 50

enum what {
  OPEN, PREFLIGHT, EXPORT, FETCH, IMPORT_CREATE, IMPORT_UPDATE,
  IMPORT_FINISH, IMPORT_MERGE, VALIDATE, DELETE, N_WHAT
};

static const struct {
  const char *name;
  int only_reads;
  uint32_t phase;
} callbacks[N_WHAT] = {
  [OPEN] = { "open", 1, 0 },
  [PREFLIGHT] = { "preflight", 1, 0 },
  [EXPORT] = { "export_kind", 1, 0 },
  [FETCH] = { "fetch_asset", 1, 0 },
  [IMPORT_CREATE] = { "import_asset to create", 0, MIGRATE_CREATE },
  [IMPORT_UPDATE] = { "import_asset to update", 0, MIGRATE_UPDATE },
  [IMPORT_FINISH] = { "import_asset to finish", 0, MIGRATE_UPDATE },
  [IMPORT_MERGE] = { "import_asset to merge", 0, MIGRATE_MERGE },
  [VALIDATE] = { "validate_asset", 1, 0 },
  [DELETE] = { "delete_asset", 0, 0 },
};

struct run {
  struct mg_conform *c;
  struct mg_fake fake;
  const struct migrate_plugin *p;
  enum what what;
  struct mg_buf ready;           /* the asset as import gets it */
  struct mg_buf bare;            /* ... as an adopted one lacks it */
  char name[200];                /* of the check that runs */
};

static int
has (const struct run *run, enum what what)
{
  const struct migrate_plugin *p = run->p;

  switch (what) {
  case OPEN: return p->open != NULL;
  case PREFLIGHT: return p->preflight != NULL;
  case EXPORT: return p->export_kind != NULL;
  case FETCH: return p->fetch_asset != NULL;
  case IMPORT_MERGE:
    return p->import_asset != NULL && run->fake.kind->merge != NULL;
  case IMPORT_CREATE:
    return p->import_asset != NULL && run->fake.kind->part_of == NULL;
  case IMPORT_UPDATE: return p->import_asset != NULL;
  case IMPORT_FINISH:
    return p->import_asset != NULL
           && (run->fake.kind->flags & MIGRATE_KIND_FINISH) != 0;
  case VALIDATE: return p->validate_asset != NULL;
  case DELETE:
    return p->delete_asset != NULL && run->fake.kind->part_of == NULL;
  case N_WHAT: break;
  }
  return 0;
}

static void
make_asset (const struct run *run, struct migrate_asset *a)
{
  const struct mg_fake *f = &run->fake;
  int raw = run->what == FETCH || run->what == VALIDATE;
  int there = run->what != FETCH && run->what != IMPORT_CREATE;

  memset (a, 0, sizeof *a);
  a->kind = f->kind;
  a->id = "1";
  a->key = "canned 'name'";
  a->phase = callbacks[run->what].phase;
  a->finishes = run->what == IMPORT_FINISH;
  a->source_json = mg_buf_text (&f->sample);
  a->source_json_len = f->sample.len;
  a->json = raw ? a->source_json : mg_buf_text (&run->ready);
  a->json_len = raw ? a->source_json_len : run->ready.len;
  if (there) {
    a->target_id = "2";
    a->target_json = a->source_json;
    a->target_json_len = a->source_json_len;
  }
  if (run->what == IMPORT_MERGE) {
    a->target_json = mg_buf_text (&run->bare);
    a->target_json_len = run->bare.len;
  }
}

static int
call (struct run *run, void *self, void **ret_self)
{
  const struct migrate_plugin *p = run->p;
  struct migrate_ctx *ctx = &run->fake.ctx.pub;
  struct migrate_asset a;

  if (run->fake.kind != NULL)
    make_asset (run, &a);
  switch (run->what) {
  case OPEN: return p->open (ctx, ret_self);
  case PREFLIGHT: return p->preflight (ctx, self);
  case EXPORT: return p->export_kind (ctx, self, run->fake.kind);
  case FETCH: return p->fetch_asset (ctx, self, &a);
  case IMPORT_CREATE: case IMPORT_UPDATE: case IMPORT_FINISH:
  case IMPORT_MERGE:
    return p->import_asset (ctx, self, &a);
  case VALIDATE: return p->validate_asset (ctx, self, &a);
  case DELETE: return p->delete_asset (ctx, self, &a);
  case N_WHAT: break;
  }
  return 0;
}

/* What the result must be like, whatever happened. */
static void
judge_any (struct run *run, int r)
{
  struct mg_fake *f = &run->fake;

  if (r > 0 || r < MG_E_BUG)
    mg_fake_wrong (f, "it returned %d, which means nothing", r);
  if (r < 0 && f->ctx.error.code == 0)
    mg_fake_wrong (f, "it returned %d without a text: use migrate_fail", r);
  if (r == 0 && run->what == IMPORT_CREATE && !f->created && !f->manual
      && !f->generic)
    mg_fake_wrong (f, "it returned 0 and said neither migrate_created nor "
                   "migrate_manual");
  if (f->n_creates > 0 && run->what != IMPORT_CREATE)
    mg_fake_wrong (f, "it sent a create, and nothing was to be created");
}

static void
judge_trouble (struct run *run, int r)
{
  struct mg_fake *f = &run->fake;

  if (f->trouble == MG_TROUBLE_STOP && f->troubled && r != MG_E_CANCELLED)
    mg_fake_wrong (f, "the run was being stopped, and it returned %d, not "
                   "MIGRATE_E_CANCELLED", r);
  if (f->n_after_stop > 1)
    mg_fake_wrong (f, "the run was being stopped, and it went on with %d "
                   "calls of services", f->n_after_stop);
  if (f->must_fail && r >= 0)
    mg_fake_wrong (f, "call %d of a service failed, and it returned %d", f->at,
                   r);
}

/* open, the callback, close.  The callback's result; its text is in
 * fake.wrong. */
static int
one_run (struct run *run, enum mg_trouble trouble, int at)
{
  struct mg_fake *f = &run->fake;
  void *self = NULL;
  enum what what = run->what;
  int r = 0;

  if (what != OPEN && run->p->open != NULL) {
    f->trouble = MG_TROUBLE_NONE;
    f->only_reads = 1;
    run->what = OPEN;
    mg_fake_begin (f);
    r = call (run, NULL, &self);
    run->what = what;
    if (r != 0)
      mg_fake_wrong (f, "open failed: %s", f->ctx.error.text);
  }
  if (r == 0) {
    f->trouble = trouble;
    f->at = at;
    f->only_reads = callbacks[what].only_reads;
    mg_fake_begin (f);
    r = call (run, self, &self);
    judge_any (run, r);
    judge_trouble (run, r);
  }
  f->trouble = MG_TROUBLE_NONE;
  if (run->p->close != NULL && (what != OPEN || r == 0))
    run->p->close (&f->ctx.pub, self);
  return r;
}

/* The name of what is tried next. */
static void
begin (struct run *run, const char *how)
{
  const struct migrate_kind *k = run->fake.kind;

  snprintf (run->name, sizeof run->name, "%s%s%s, %s", k ? k->name : "",
            k ? ": " : "", callbacks[run->what].name, how);
  if (run->c->begin != NULL)
    run->c->begin (run->c->opaque, run->name);
}

static void
report (struct run *run)
{
  const struct mg_buf *wrong = &run->fake.wrong;

  mg_conform_report (run->c, run->name,
                     wrong->len > 0 ? mg_buf_text (wrong) : NULL);
}

/* Returns how many calls of services there were. */
static int
all_well (struct run *run, int is_sample)
{
  int r;

  begin (run, "with all going well");
  r = one_run (run, MG_TROUBLE_NONE, 0);
  if (r < 0 && is_sample)
    mg_fake_wrong (&run->fake, "it failed on the asset it was given: %s",
                   run->fake.ctx.error.text);
  report (run);
  return run->fake.n_calls;
}

/* A trouble at each call in turn; stops at the first broken rule. */
static void
sweep (struct run *run, enum mg_trouble trouble, int n_calls, const char *how)
{
  int at;

  if (n_calls == 0)
    return;
  if (n_calls > MAX_CALLS)
    n_calls = MAX_CALLS;
  begin (run, how);
  for (at = 1; at <= n_calls; at++) {
    one_run (run, trouble, at);
    if (run->fake.wrong.len > 0)
      break;
  }
  report (run);
}

static void
odd_answers (struct run *run)
{
  static const char *const bodies[] = {
    "", "{}", "[]", "null", "\"\"", "<html><body>login</body></html>",
    "{\"id\":", "{\"id\":null,\"name\":[]}", "[[[[[[[[[[[[", "\xff\xfe",
  };
  size_t i;

  begin (run, "with odd answers");
  for (i = 0; i < MG_N_ELEMENTS (bodies); i++) {
    run->fake.odd_body = bodies[i];
    one_run (run, MG_TROUBLE_ODD, 0);
    if (run->fake.wrong.len > 0)
      break;
  }
  report (run);
}

static void
with_options (struct run *run)
{
  if (run->p->options == NULL)
    return;
  begin (run, "with its options given");
  run->fake.option = "1";
  one_run (run, MG_TROUBLE_NONE, 0);
  run->fake.option = NULL;
  report (run);
}

/* ---- several threads at once ---- */

struct member {
  struct run run;
  void *self;
  struct mg_thread thread;
};

static void
member_main (void *arg)
{
  struct member *m = arg;
  int i;

  for (i = 0; i < CROWD_TURNS && m->run.fake.wrong.len == 0; i++) {
    mg_fake_begin (&m->run.fake);
    judge_any (&m->run, call (&m->run, m->self, NULL));
  }
}

/* One thread's own services and assets; 'run' has the kind's. */
static void
member_init (struct member *m, const struct run *run, void *self)
{
  memset (m, 0, sizeof *m);
  m->run.c = run->c;
  m->run.p = run->p;
  m->run.what = run->what;
  m->self = self;
  mg_fake_init (&m->run.fake, run->fake.plugin);
  m->run.fake.kind = run->fake.kind;
  m->run.fake.end = run->fake.end;
  m->run.fake.only_reads = callbacks[run->what].only_reads;
  mg_buf_add (&m->run.fake.sample, run->fake.sample.data,
              run->fake.sample.len);
  mg_buf_add (&m->run.fake.answer, run->fake.answer.data,
              run->fake.answer.len);
  m->run.ready = run->ready;       /* shared: only read */
  m->run.bare = run->bare;
}

static void
crowd (struct run *run, void *self, uint32_t n)
{
  struct member *members = mg_xcalloc (n, sizeof *members);
  uint32_t i;

  for (i = 0; i < n; i++) {
    member_init (&members[i], run, self);
    if (mg_thread_start (&members[i].thread, "check", member_main,
                         &members[i]) < 0)
      mg_fake_wrong (&run->fake, "thread %u could not be started", i);
  }
  for (i = 0; i < n; i++) {
    mg_thread_join (&members[i].thread);
    if (members[i].run.fake.wrong.len > 0)
      mg_fake_wrong (&run->fake, "%s", mg_buf_text (&members[i].run.fake.wrong));
    mg_fake_done (&members[i].run.fake);
  }
  mg_free (members);
}

/* As the core does it: opened once, called by up to 'lanes' threads. */
static void
many_threads (struct run *run)
{
  uint32_t n = run->fake.kind->lanes < MAX_CROWD ? run->fake.kind->lanes
               : MAX_CROWD;
  enum what what = run->what;
  void *self = NULL;
  int r = 0;

  if (n < 2 || what == EXPORT)
    return;
  begin (run, "by several threads at once");
  run->fake.trouble = MG_TROUBLE_NONE;
  mg_fake_begin (&run->fake);
  run->what = OPEN;
  if (run->p->open != NULL)
    r = call (run, NULL, &self);
  run->what = what;
  mg_buf_reset (&run->fake.wrong);
  if (r == 0)
    crowd (run, self, n);
  if (r == 0 && run->p->close != NULL)
    run->p->close (&run->fake.ctx.pub, self);
  report (run);
}

static void
try_callback (struct run *run, enum what what, int is_sample)
{
  int n;

  run->what = what;
  if (!has (run, what))
    return;
  n = all_well (run, is_sample);
  with_options (run);
  sweep (run, MG_TROUBLE_NET, n, "with each call of a service failing");
  sweep (run, MG_TROUBLE_REFUSED, n, "with each request refused");
  sweep (run, MG_TROUBLE_STOP, n, "with the run being stopped");
  odd_answers (run);
  if (run->fake.kind != NULL)
    many_threads (run);
}

/* The sample without what is at these paths. */
static void
without (const struct run *run, const char *const *paths, struct mg_buf *out)
{
  const struct mg_buf *sample = &run->fake.sample;
  struct mg_edit edits[64];
  size_t n = 0;

  for (; paths != NULL && paths[n] != NULL && n < 64; n++) {
    memset (&edits[n], 0, sizeof edits[n]);
    edits[n].op = MG_EDIT_DROP;
    edits[n].path = paths[n];
  }
  mg_buf_reset (out);
  if (mg_json_edit (sample->data, sample->len, edits, n, out, NULL) < 0) {
    mg_buf_reset (out);
    mg_buf_add (out, sample->data, sample->len);
  }
}

static void
try_kind (struct run *run, const struct migrate_kind *k)
{
  const struct mg_sample *sample = NULL;
  size_t i;
  int what;

  for (i = 0; i < run->c->n_samples; i++)
    if (strcmp (run->c->samples[i].kind, k->name) == 0)
      sample = &run->c->samples[i];
  mg_fake_kind (&run->fake, k, sample);
  without (run, k->owned, &run->ready);
  without (run, k->merge, &run->bare);
  run->fake.end = k->ends & MIGRATE_END_MLFLOW && !(k->ends & 1u)
                  ? MIGRATE_END_MLFLOW : MIGRATE_END_DATABRICKS;
  for (what = EXPORT; what < N_WHAT; what++)
    try_callback (run, (enum what) what, sample != NULL);
}

void
mg_conform_calls (struct mg_conform *c, struct mg_plugin *plugin)
{
  struct run run = { .c = c, .p = &plugin->p };
  uint32_t i;

  mg_fake_init (&run.fake, plugin);
  mg_buf_init (&run.ready, MG_MAX_ELEMENT);
  mg_buf_init (&run.bare, MG_MAX_ELEMENT);
  run.fake.end = MIGRATE_END_DATABRICKS;
  mg_buf_add_str (&run.fake.answer, "{}");
  try_callback (&run, OPEN, 0);
  try_callback (&run, PREFLIGHT, 0);
  for (i = 0; i < plugin->p.n_kinds; i++)
    if (plugin->kinds[i].flags & MIGRATE_KIND_CALLS)
      try_kind (&run, &plugin->kinds[i]);
  mg_buf_done (&run.ready);
  mg_buf_done (&run.bare);
  mg_fake_done (&run.fake);
}
