/* See plan-file.h. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/fd.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/str.h"
#include "cli/plan-file.h"
#include "run/rules.h"
#include "store/decision.h"
#include "store/edited.h"
#include "view/csv.h"

#define HEX (2 * MG_DIGEST_LEN + 1)
#define MAX_HEAD (4 * MG_MIB)
#define ASSETS ",\n\"assets\":["
#define DIGEST "\n],\n\"digest\":\""

/* The options that decide what a plan does. */
static const enum mg_opt choices[] = {
  MG_OPT_PLUGINS, MG_OPT_SKIP, MG_OPT_NAME, MG_OPT_NO_REFERENCED,
  MG_OPT_ON_CONFLICT,
};

/* ---- what a plan is made of ---- */

struct state {
  int64_t export_sid, n_rules, n_decisions;
  char rules[HEX], decisions[HEX], rows[HEX];
};

static void
add_text (struct mg_digest *d, const char *text)
{
  mg_digest_add (d, text ? text : "", text ? strlen (text) + 1 : 1);
}

static void
add_number (struct mg_digest *d, int64_t n)
{
  char text[24];

  snprintf (text, sizeof text, "%lld", (long long) n);
  add_text (d, text);
}

static void
end_hex (struct mg_digest *d, char ret_hex[HEX])
{
  unsigned char sha[MG_DIGEST_LEN];

  mg_digest_end (d, sha);
  mg_hex (sha, sizeof sha, ret_hex);
}

static int
add_row (void *opaque, const struct mg_work *w, struct mg_error *err)
{
  int is_open = w->state == MG_READY || w->state == MG_WAIT;

  (void) err;
  add_number (opaque, w->aid);
  add_number (opaque, w->op);
  add_number (opaque, is_open ? MG_WAIT : w->state);
  add_number (opaque, w->new_aid);
  return 0;
}

static int
add_edited (struct mg_app *app, struct state *s, struct mg_digest *digest,
            struct mg_error *err)
{
  int64_t after = 0;
  int r;

  do {
    MG_CLEANUP (mg_edited_done) struct mg_edited one = { 0 };

    r = mg_edited_after (app->session.store, after, &one, err);
    if (r > 0) {
      s->n_decisions++;
      add_number (digest, one.aid);
      add_number (digest, one.at_us);
      after = one.aid;
    }
  } while (r > 0);
  return r;
}

static int
digest_decisions (struct mg_app *app, int wsid, struct state *s,
                  struct mg_error *err)
{
  const int spaces[] = { MG_SOURCE_WSID, wsid };
  struct mg_digest digest;
  size_t i;
  int r = 0;

  mg_digest_init (&digest);
  for (i = 0; i < MG_N_ELEMENTS (spaces) && r >= 0; i++) {
    int64_t after = 0;

    do {
      MG_CLEANUP (mg_decision_done) struct mg_decision one = { 0 };

      r = mg_decision_after (app->session.store, spaces[i], after, &one, err);
      if (r > 0) {
        s->n_decisions++;
        add_number (&digest, one.aid);
        add_number (&digest, one.what);
        after = one.aid;
      }
    } while (r > 0);
  }
  if (r >= 0)
    r = add_edited (app, s, &digest, err);
  end_hex (&digest, s->decisions);
  return r < 0 ? r : 0;
}

static int
digest_rules (struct mg_app *app, struct state *s, struct mg_error *err)
{
  MG_CLEANUP (mg_rules_done) struct mg_rules rules = { NULL, 0 };
  struct mg_digest digest;
  size_t i;
  int r = mg_rules_load (app->session.store, &rules, err);

  mg_digest_init (&digest);
  for (i = 0; i < rules.n; i++) {
    add_text (&digest, rules.rule[i].sort);
    add_text (&digest, rules.rule[i].from);
    add_text (&digest, rules.rule[i].to ? rules.rule[i].to : "drop");
  }
  s->n_rules = (int64_t) rules.n;
  end_hex (&digest, s->rules);
  return r;
}

static int
state_of (struct mg_app *app, struct state *s, struct mg_error *err)
{
  int wsid = app->sides[MG_TARGET].wsid;
  struct mg_digest digest;
  int r;

  memset (s, 0, sizeof *s);
  r = digest_rules (app, s, err);
  if (r == 0)
    r = mg_snapshot_last (app->session.store, MG_SOURCE_WSID, "export",
                          &s->export_sid, NULL, NULL, err);
  if (r >= 0)
    r = digest_decisions (app, wsid, s, err);
  mg_digest_init (&digest);
  if (r == 0)
    r = mg_work_each_phase (app->session.store, wsid, MG_PHASE_MAIN, 0, add_row,
                            &digest, err);
  end_hex (&digest, s->rows);
  return r < 0 ? r : 0;
}

/* ---- writing ---- */

struct writer {
  struct mg_app *app;
  struct mg_csv out;
  struct mg_digest digest;
  int64_t n;
};

static int
put (struct writer *w, const char *text, struct mg_error *err)
{
  mg_digest_add (&w->digest, text, strlen (text));
  return mg_csv_text (&w->out, text, err);
}

static void
add_member (struct mg_buf *b, const char *name, const char *value)
{
  mg_buf_addf (b, ",\n\"%s\":", name);
  mg_buf_add_json (b, value ? value : "");
}

static void
add_options (struct mg_app *app, struct mg_buf *b)
{
  size_t i, n = 0;

  mg_buf_add_str (b, ",\n\"options\":{");
  for (i = 0; i < MG_N_ELEMENTS (choices); i++)
    if (mg_opt_given (&app->options, choices[i])) {
      mg_buf_addf (b, "%s\"%s\":", n++ ? "," : "",
                   mg_option_table[choices[i]].name);
      mg_buf_add_json (b, mg_opt_text (&app->options, choices[i]));
    }
  mg_buf_add_byte (b, '}');
}

static void
add_kinds (const struct mg_plan *plan, struct mg_buf *b)
{
  int i;

  mg_buf_add_str (b, ",\n\"kinds\":[");
  for (i = 0; i < plan->n_rows; i++) {
    const struct mg_plan_row *row = &plan->rows[i];

    mg_buf_addf (b, "%s\n{\"kind\":\"%s\",\"create\":%lld,\"update\":%lld,"
                 "\"same\":%lld,\"blocked\":%lld,\"skipped\":%lld,"
                 "\"failed\":%lld}", i ? "," : "", row->kind->k->name,
                 (long long) row->create, (long long) row->update,
                 (long long) row->same, (long long) row->blocked,
                 (long long) row->skipped, (long long) row->failed);
  }
  mg_buf_add_str (b, "\n]");
}

static int
put_head (struct writer *w, const struct mg_plan *plan, struct mg_error *err)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf b = MG_BUF_MUST (MAX_HEAD);
  MG_CLEANUP_FREE char *id = mg_meta_get (&w->app->session, "id");
  struct state s;
  char when[24];
  int r = state_of (w->app, &s, err);

  if (r < 0)
    return r;
  mg_buf_addf (&b, "{\"plan\":1,\n\"version\":\"%s\"", PACKAGE_VERSION);
  add_member (&b, "made", mg_time_iso (mg_clock_wall_us (), when));
  add_member (&b, "session", id);
  add_member (&b, "target", w->app->ends[MG_TARGET].host);
  add_member (&b, "workspace", w->app->who[MG_TARGET].org_id);
  mg_buf_addf (&b, ",\n\"export\":%lld,\"n_rules\":%lld,\"n_decisions\":%lld",
               (long long) s.export_sid, (long long) s.n_rules,
               (long long) s.n_decisions);
  add_member (&b, "rules", s.rules);
  add_member (&b, "decisions", s.decisions);
  add_member (&b, "rows", s.rows);
  add_options (w->app, &b);
  add_kinds (plan, &b);
  mg_buf_add_str (&b, ASSETS);
  return put (w, mg_buf_text (&b), err);
}

static int
put_asset (void *opaque, const struct mg_work *row, struct mg_error *err)
{
  struct writer *w = opaque;
  MG_CLEANUP (mg_buf_done) struct mg_buf b = MG_BUF_MUST (MG_MIB);
  MG_CLEANUP (mg_asset_done) struct mg_asset a = MG_ASSET_INIT;
  const struct mg_kind *kind = mg_registry_kid (&w->app->registry, row->kid);
  int is_open = row->state == MG_READY || row->state == MG_WAIT;
  int r = mg_asset_get (w->app->session.store, NULL, row->aid, &a, err);

  if (r <= 0 || kind == NULL)
    return r < 0 ? r : 0;
  mg_buf_addf (&b, "%s\n{\"kind\":\"%s\",\"id\":", w->n++ ? "," : "",
               kind->k->name);
  mg_buf_add_json (&b, a.src_id);
  mg_buf_add_str (&b, ",\"name\":");
  mg_buf_add_json (&b, a.key ? a.key : "");
  mg_buf_addf (&b, ",\"op\":\"%s\",\"state\":\"%s\"",
               mg_work_op_name (row->op),
               is_open ? "planned" : mg_state_name (row->state));
  if (row->code[0] != '\0')
    mg_buf_addf (&b, ",\"code\":\"%s\"", row->code);
  mg_buf_add_byte (&b, '}');
  return put (w, mg_buf_text (&b), err);
}

int
mg_plan_file_write (struct mg_app *app, const struct mg_plan *plan,
                    const char *path, struct mg_error *err)
{
  struct writer w = { .app = app };
  char hex[HEX], tail[HEX + 8];
  int closed, r = mg_csv_open (&w.out, path, NULL, err);

  mg_digest_init (&w.digest);
  if (r == 0)
    r = put_head (&w, plan, err);
  if (r == 0)
    r = mg_work_each_phase (app->session.store, app->sides[MG_TARGET].wsid,
                            MG_PHASE_MAIN, 0, put_asset, &w, err);
  if (r == 0)
    r = put (&w, DIGEST, err);
  end_hex (&w.digest, hex);
  snprintf (tail, sizeof tail, "%s\"}\n", hex);
  if (r == 0)
    r = mg_csv_text (&w.out, tail, err);
  closed = mg_csv_close (&w.out, r == 0 ? err : NULL);
  return r == 0 ? closed : r;
}

/* ---- reading ---- */

static int
is_none (const char *path, struct mg_error *err)
{
  return mg_error_set (err, MG_E_INVALID, "bad-plan",
                       "'%s' is no plan of this program as it wrote it; run "
                       "migrate plan --out again", path);
}

struct reader {
  struct mg_digest digest;
  struct mg_buf head;              /* until the assets begin */
  char last[HEX + 2];              /* the digest that stands at the end */
  size_t n_last;
  int has_head;
};

/* Everything but the digest itself, which the last bytes are. */
static void
take (struct reader *rd, const char *text, size_t len)
{
  size_t keep = sizeof rd->last;   /* HEX without its NUL, and three more */
  size_t all = rd->n_last + len, out = all > keep ? all - keep : 0;
  size_t old = out < rd->n_last ? out : rd->n_last;

  mg_digest_add (&rd->digest, rd->last, old);
  mg_digest_add (&rd->digest, text, out - old);
  memmove (rd->last, rd->last + old, rd->n_last - old);
  memcpy (rd->last + rd->n_last - old, text + (out - old), len - (out - old));
  rd->n_last = all - out;
  if (!rd->has_head && rd->head.len < MAX_HEAD - MG_CHUNK) {
    mg_buf_add (&rd->head, text, len);
    rd->has_head = strstr (mg_buf_text (&rd->head), ASSETS) != NULL;
  }
}

static int
read_all (struct reader *rd, const char *path, struct mg_error *err)
{
  char *chunk = mg_xmalloc (MG_CHUNK);
  size_t n = 0;
  int fd = -1, r = mg_fd_open (path, &fd, NULL, err);

  while (r == 0 && (r = mg_fd_read (fd, chunk, MG_CHUNK, &n, path, err)) == 0
         && n > 0)
    take (rd, chunk, n);
  mg_fd_close (&fd);
  mg_free (chunk);
  return r;
}

int
mg_plan_file_read (const char *path, struct mg_plan_file *ret,
                   struct mg_error *err)
{
  struct reader rd = { .head = MG_BUF_MUST (MAX_HEAD) };
  char hex[HEX];
  char *end;
  int r;

  mg_digest_init (&rd.digest);
  r = read_all (&rd, path, err);
  end_hex (&rd.digest, hex);
  end = rd.has_head ? strstr (rd.head.data, ASSETS) : NULL;
  if (r == 0 && (end == NULL || rd.n_last != sizeof rd.last
                 || memcmp (rd.last, hex, HEX - 1) != 0
                 || memcmp (rd.last + HEX - 1, "\"}\n", 3) != 0))
    r = is_none (path, err);
  if (r == 0) {
    ret->head = mg_xasprintf ("%.*s}", (int) (end - rd.head.data), rd.head.data);
    memcpy (ret->digest, hex, sizeof hex);
    if (mg_json_check (ret->head, strlen (ret->head), NULL) < 0) {
      mg_plan_file_done (ret);
      r = is_none (path, err);
    }
  }
  mg_buf_done (&rd.head);
  return r;
}

void
mg_plan_file_done (struct mg_plan_file *file)
{
  mg_free (file->head);
  memset (file, 0, sizeof *file);
}

static char *
text_of (const struct mg_plan_file *file, const char *path)
{
  return mg_json_get_text (file->head, strlen (file->head), path);
}

int
mg_plan_file_options (struct mg_app *app, const struct mg_plan_file *file,
                      struct mg_error *err)
{
  size_t i;
  int r = 0;

  for (i = 0; i < MG_N_ELEMENTS (choices) && r == 0; i++) {
    const struct mg_option *option = &mg_option_table[choices[i]];
    struct mg_value *value = &app->options.values[choices[i]];
    MG_CLEANUP_FREE char *path = mg_xasprintf ("options.%s", option->name);
    MG_CLEANUP_FREE char *text = text_of (file, path);

    if (value->text != NULL && !mg_streq (value->text, text))
      return mg_error_set (err, MG_E_INVALID, "wrong-option",
                           "the plan was made %s%s%s, and --%s says otherwise; "
                           "leave it out, or plan again",
                           text ? "with '" : "without", text ? text : "",
                           text ? "'" : " it", option->name);
    if (text != NULL)
      r = mg_value_set (value, option, text, MG_FROM_FLAG, "the plan", err);
  }
  return r;
}

static int
is_stale (struct mg_app *app, const char *why, struct mg_error *err)
{
  return mg_error_set (err, MG_E_MISMATCH, "stale-plan",
                       "plan is older than session '%s' (%s); run migrate plan "
                       "again", app->session_name, why);
}

static int
differs (const struct mg_plan_file *file, const char *path, const char *now)
{
  MG_CLEANUP_FREE char *then = text_of (file, path);

  return !mg_streq (then, now);
}

static int64_t
more_than (const struct mg_plan_file *file, const char *path, int64_t now)
{
  int64_t then = 0;

  mg_json_get_int64 (file->head, strlen (file->head), path, &then);
  return now - then;
}

/* Rules, skips and resolutions: how many more or less, else that they are others. */
static int
check_list (struct mg_app *app, const struct mg_plan_file *file,
            const char *name, const char *digest, int64_t n_now,
            struct mg_error *err)
{
  MG_CLEANUP_FREE char *number = mg_xasprintf ("n_%s", name);
  MG_CLEANUP_FREE char *why = NULL;
  int64_t n = more_than (file, number, n_now);

  if (n == 0 && !differs (file, name, digest))
    return 0;
  why = n == 0 ? mg_xasprintf ("other %s", name)
        : n < 0 ? mg_xasprintf ("%s: %lld removed", name, (long long) -n)
        : mg_xasprintf ("%s: %lld added", name, (long long) n);
  return is_stale (app, why, err);
}

static int
check_state (struct mg_app *app, const struct mg_plan_file *file,
             const struct state *s, int is_begun, struct mg_error *err)
{
  int r;

  if (more_than (file, "export", s->export_sid) != 0)
    return is_stale (app, "exported again", err);
  r = check_list (app, file, "rules", s->rules, s->n_rules, err);
  if (r == 0)
    r = check_list (app, file, "decisions", s->decisions, s->n_decisions, err);
  return r == 0 && !is_begun && differs (file, "rows", s->rows)
         ? is_stale (app, "planned or imported otherwise since", err) : r;
}

int
mg_plan_file_forget (struct mg_app *app, struct mg_error *err)
{
  MG_CLEANUP_FREE char *name = mg_xasprintf ("plan:%d",
                                             app->sides[MG_TARGET].wsid);
  MG_CLEANUP_FREE char *begun = mg_meta_get (&app->session, name);

  return begun == NULL || begun[0] == '\0' ? 0
         : mg_meta_put (&app->session, name, "", err);
}

int
mg_plan_file_check (struct mg_app *app, const struct mg_plan_file *file,
                    struct mg_error *err)
{
  MG_CLEANUP_FREE char *id = mg_meta_get (&app->session, "id");
  MG_CLEANUP_FREE char *name = mg_xasprintf ("plan:%d",
                                             app->sides[MG_TARGET].wsid);
  MG_CLEANUP_FREE char *begun = mg_meta_get (&app->session, name);
  struct state s;
  int r;

  if (differs (file, "session", id))
    return mg_error_set (err, MG_E_MISMATCH, "stale-plan",
                         "the plan is one of another session; name that with "
                         "--session");
  if (differs (file, "workspace", app->who[MG_TARGET].org_id))
    return mg_error_set (err, MG_E_MISMATCH, "wrong-workspace",
                         "the plan is for another target than '%s'; name that "
                         "with --to", app->ends[MG_TARGET].host);
  r = state_of (app, &s, err);
  if (r == 0)
    r = check_state (app, file, &s, mg_streq (begun, file->digest), err);
  return r == 0 ? mg_meta_put (&app->session, name, file->digest, err) : r;
}
