/* What did not start while it was off: see action.h. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cron.h"
#include "run/action-impl.h"

#define MOST_TIMES 10000           /* of one place of one asset */

struct missed {
  const struct mg_action_options *options;
  struct mg_switch sw;
  mg_missed_fn each;
  void *opaque;
  struct mg_error *err;
  const struct mg_action_row *row;
  int64_t from_us, to_us;
  int n;                           /* of one place */
};

static int
tell (struct missed *m, int64_t at_us, const char *note)
{
  struct mg_missed one = { m->row->src_id, m->row->key ? m->row->key : "", note,
                           at_us };

  return m->each (m->opaque, &one, m->err);
}

static int
on_time (void *opaque, int64_t at_us)
{
  struct missed *m = opaque;
  int r;

  if (m->n++ < MOST_TIMES)
    return tell (m, at_us, "");
  r = tell (m, 0, "and more than can be listed");
  return r < 0 ? r : 1;
}

static int
by_timetable (struct missed *m, const char *expression, const char *zone_name)
{
  char note[300];
  struct mg_cron cron;
  struct mg_zone *zone;
  int r;

  if (mg_cron_parse (expression, &cron) < 0) {
    snprintf (note, sizeof note, "not known: '%.200s' is not understood",
              expression);
    return tell (m, 0, note);
  }
  zone = mg_zone_load (zone_name);
  if (zone == NULL) {
    snprintf (note, sizeof note, "not known: this machine has no time zone "
              "'%.200s'", zone_name);
    return tell (m, 0, note);
  }
  m->n = 0;
  r = mg_cron_each (&cron, zone, m->from_us, m->to_us, on_time, m);
  mg_zone_free (zone);
  return r < 0 ? r : 0;
}

static int
on_place (void *opaque, const char *holder, struct mg_span value)
{
  struct missed *m = opaque;
  const struct migrate_timetable *t = m->options->action->timetables;
  char note[300];

  for (; t != NULL && t->holder != NULL; t++) {
    MG_CLEANUP_FREE char *cron = NULL;
    MG_CLEANUP_FREE char *zone = NULL;

    if (strcmp (t->holder, holder) != 0)
      continue;
    cron = mg_json_get_text (value.p, value.len, t->cron);
    zone = mg_json_get_text (value.p, value.len, t->zone);
    if (cron != NULL)
      return by_timetable (m, cron, zone ? zone : "UTC");
  }
  snprintf (note, sizeof note, "not known: '%.200s' has no timetable", holder);
  return tell (m, 0, note);
}

/* While a target did not start it the source may have: what neither did is
 * missed. */
static int
find_span_of_target (struct mg_run *run, struct missed *m, struct mg_error *err)
{
  const struct mg_action_row *row = m->row;
  MG_CLEANUP (mg_action_row_done) struct mg_action_row source = { 0 };
  int r = mg_action_get (run->store, MG_SOURCE_WSID, row->kid, row->source_id,
                         &source, err);

  if (r <= 0)
    return r;
  if (source.state == MG_ACTION_KEPT)
    return row->off_at_us != 0 ? 1
           : tell (m, 0, "not known: it was off in the source already") < 0
           ? MG_E_FAIL : 0;
  if (source.state == MG_ACTION_BACK && source.back_at_us < m->to_us)
    m->to_us = source.back_at_us;
  if (source.off_at_us > m->from_us)
    m->from_us = source.off_at_us;
  return m->from_us < m->to_us;
}

/* From when to when it was off: 1, or 0 when it was not, or it is not known. */
static int
find_span (struct mg_run *run, struct missed *m, struct mg_error *err)
{
  const struct mg_action_row *row = m->row;

  if (row->state != MG_ACTION_BACK || row->back_at_us == 0)
    return 0;
  m->to_us = row->back_at_us;
  m->from_us = row->off_at_us;
  if (row->wsid == MG_SOURCE_WSID || row->source_id == NULL)
    return m->from_us != 0;
  return find_span_of_target (run, m, err);
}

static int
missed_of (struct mg_run *run, struct missed *m, struct mg_packer *packer,
           struct mg_error *err)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf before = MG_BUF_INIT (MG_MAX_ELEMENT);
  int r = find_span (run, m, err);

  if (r > 0)
    r = mg_unpack (packer, mg_buf_text (&m->row->before), m->row->before.len,
                   &before, err);
  else
    return r;
  return r < 0 ? r : mg_switch_each_on (&m->sw, &before, on_place, m);
}

int
mg_run_missed (struct mg_run *run, const struct mg_action_options *options,
               mg_missed_fn each, void *opaque, struct mg_error *err)
{
  struct missed m = { .options = options, .each = each, .opaque = opaque,
                      .sw = { options->kind->k, options->action->absent },
                      .err = err };
  MG_CLEANUP_FREE char *after = mg_xstrdup ("");
  struct mg_packer packer;
  int r;

  mg_packer_init (&packer, mg_store_blobs (run->store),
                  mg_store_key (run->store));
  for (;;) {
    MG_CLEANUP (mg_action_row_done) struct mg_action_row row = { 0 };

    r = mg_action_after (run->store, options->side->wsid, options->kind->kid,
                         after, &row, err);
    if (r > 0) {
      m.row = &row;
      r = missed_of (run, &m, &packer, err) < 0 ? MG_E_FAIL : 1;
    }
    if (r <= 0)
      break;
    mg_free (after);
    after = mg_xstrdup (row.src_id);
  }
  mg_packer_done (&packer);
  if (r < 0 && err->code == 0)
    mg_error_set (err, r, "session-corrupt", "what was kept is not JSON");
  return r;
}
