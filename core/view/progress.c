/* Progress: see progress.h. */
#include <config.h>

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "base/thread.h"
#include "view/events.h"
#include "view/hint.h"
#include "view/progress.h"
#include "view/table.h"

#define MAX_ROWS 64
#define MAX_LIVE 12
#define MAX_KINDS 256
#define MAX_PENDING 8
#define PLAIN_EVERY_US (10 * MG_SECOND_US)
#define SAMPLE_EVERY_US MG_SECOND_US
#define SAMPLE_AT_MOST_US (5 * MG_SECOND_US)
#define SAMPLE_LEAST 10            /* of what is slow a longer time is taken */
#define MAX_FAILURES 20            /* lines; the rest is counted */

struct sample {
  const char *kind;
  int64_t at_us, done;
  double rate;
};

struct watched {
  struct mg_progress_view *p;
  struct mg_remote *remote;
  char name[128];
};

struct mg_progress_view {
  struct mg_view *view;
  struct mg_run *run;
  struct mg_mutex lock;            /* guards everything below */
  struct sample samples[MAX_ROWS];
  int n_samples;
  struct mg_seen seen[MAX_KINDS];
  int n_seen;
  int64_t n_failures;
  int n_lines;                     /* live ones on the screen */
  int64_t plain_at_us;
  char pending[MAX_PENDING][200];  /* to be logged by the next tick */
  int n_pending;
  char waiting[200];               /* why nothing moves, until then */
  int64_t waiting_until_us;
  struct watched watched[2];
  int n_watched;
};

/* ---- one line ---- */

const char *
mg_rate_text (double rate, char ret_text[32])
{
  if (rate >= 1.5)
    snprintf (ret_text, 32, "%.0f/s", rate);
  else if (rate * 60 >= 1)
    snprintf (ret_text, 32, "%.0f/min", rate * 60);
  else
    snprintf (ret_text, 32, "%.0f/h", rate * 3600);
  return ret_text;
}

/* Cut behind so many columns; UTF-8 stays whole. */
static void
cut (char *text, int columns)
{
  while (columns > 0 && mg_columns (text) > columns) {
    size_t len = strlen (text);

    while (len > 0 && ((unsigned char) text[len - 1] & 0xc0) == 0x80)
      len--;
    text[len > 0 ? len - 1 : 0] = '\0';
  }
}

static void
add_rate (struct mg_buf *b, const struct mg_progress_row *row)
{
  /* what was counted in a second may be a little more than went in it */
  double rate = row->limit > 0 && row->rate > row->limit ? row->limit
                : row->rate;
  char text[32];

  if (rate <= 0)
    return;
  mg_buf_addf (b, "  %s", mg_rate_text (rate, text));
  if (row->limit > 0 && row->rate >= 0.9 * row->limit)
    mg_buf_add_str (b, " (published limit)");
  if (row->total > row->done)
    mg_buf_addf (b, "  ETA %s",
                 mg_time_span ((int64_t) ((double) (row->total - row->done)
                                          / rate * 1e6), text));
}

void
mg_progress_line (const struct mg_progress_row *row, int name_columns,
                  int columns, char *ret_text, size_t size)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf b = MG_BUF_MUST (1000);
  char done[32], total[32];

  mg_buf_addf (&b, "%-*s  %s", name_columns, row->kind,
               mg_number (row->done, done));
  if (row->total >= 0) {
    mg_buf_addf (&b, "/%s", mg_number (row->total, total));
    if (row->total > 0)
      mg_buf_addf (&b, "  %d%%", (int) (row->done * 100 / row->total));
  }
  add_rate (&b, row);
  snprintf (ret_text, size, "%s", mg_buf_text (&b));
  cut (ret_text, columns);
}

/* ---- rates ---- */

/* Long enough that something moves when it moves at its limit. */
static int64_t
patience (double limit)
{
  return limit > 0 && 3 / limit > 5 ? (int64_t) (3e6 / limit)
         : SAMPLE_AT_MOST_US;
}

static double
rate_of (struct mg_progress_view *p, const struct mg_progress *row,
         double limit, int64_t now_us)
{
  struct sample *s = NULL;
  int i;

  for (i = 0; i < p->n_samples && s == NULL; i++)
    if (strcmp (p->samples[i].kind, row->kind) == 0)
      s = &p->samples[i];
  if (s == NULL) {
    if (p->n_samples == MAX_ROWS)
      return 0;
    s = &p->samples[p->n_samples++];
    *s = (struct sample) { row->kind, now_us, row->done, 0 };
  }
  if (row->done < s->done)         /* the next phase counts from the beginning */
    *s = (struct sample) { row->kind, now_us, row->done, 0 };
  if (now_us - s->at_us >= patience (limit)
      || (now_us - s->at_us >= SAMPLE_EVERY_US
          && row->done - s->done >= SAMPLE_LEAST)) {
    double rate = (double) (row->done - s->done) * 1e6
                  / (double) (now_us - s->at_us);

    /* what stands still is waiting for others: no rate, and no guess */
    s->rate = s->rate > 0 && rate > 0 ? 0.7 * s->rate + 0.3 * rate : rate;
    s->at_us = now_us;
    s->done = row->done;
  }
  return s->rate;
}

/* The limit of what this kind is doing now. */
static double
limit_of (struct mg_progress_view *p, const char *name)
{
  const struct mg_kind *kind = mg_registry_kind (p->run->registry, name);
  struct mg_remote *remote = p->run->target.remote;
  MG_CLEANUP_FREE char *call = NULL;
  const char *text;
  char *space;

  if (kind == NULL)
    return 0;
  text = kind->k->create ? kind->k->create : kind->k->update;
  if (remote == NULL) {
    remote = p->run->source.remote;
    text = kind->parent || (kind->k->flags & MIGRATE_KIND_DETAIL)
           ? kind->k->get : kind->k->list;
  }
  call = mg_xstrdup (text ? text : "");
  space = strchr (call, ' ');
  if (remote == NULL || space == NULL)
    return 0;
  *space = '\0';
  return mg_remote_class_rate (remote, mg_remote_class (remote, call,
                                                        space + 1));
}

static int
is_running (const struct mg_progress *row)
{
  int64_t done = row->done + row->failed;

  return done > 0 && (row->total < 0 || done < row->total);
}

/* The rows that move, under the lock; how many. */
static int
running_rows (struct mg_progress_view *p, struct mg_progress_row *rows)
{
  struct mg_progress all[MAX_ROWS];
  int64_t now_us = mg_clock_now_us ();
  int i, n = 0, count = mg_run_progress (p->run, all, MAX_ROWS);

  for (i = 0; i < count; i++) {
    double limit = limit_of (p, all[i].kind);
    double rate = rate_of (p, &all[i], limit, now_us);

    if (is_running (&all[i]) && n < MAX_LIVE)
      rows[n++] = (struct mg_progress_row) { all[i].kind,
        all[i].done + all[i].failed, all[i].total, rate, limit };
  }
  return n;
}

/* ---- showing ---- */

static int
terminal_columns (void)
{
  struct winsize size;

  if (ioctl (STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20)
    return size.ws_col - 1;
  return 79;
}

static void
erase (struct mg_progress_view *p)
{
  if (p->n_lines > 0)
    fprintf (stderr, "\033[%dA\033[J", p->n_lines);
  p->n_lines = 0;
}

static int
widest (const struct mg_progress_row *rows, int n)
{
  int i, most = 0;

  for (i = 0; i < n; i++)
    if (mg_columns (rows[i].kind) > most)
      most = mg_columns (rows[i].kind);
  return most;
}

static void
draw (struct mg_progress_view *p)
{
  struct mg_progress_row rows[MAX_LIVE];
  int columns = terminal_columns (), i, n = running_rows (p, rows);
  int names = widest (rows, n);
  char text[1000];

  erase (p);
  for (i = 0; i < n; i++) {
    mg_progress_line (&rows[i], names, columns, text, sizeof text);
    fprintf (stderr, "%s\n", text);
    p->n_lines++;
  }
  if (p->waiting[0] != '\0' && mg_clock_now_us () < p->waiting_until_us) {
    snprintf (text, sizeof text, "%s", p->waiting);
    cut (text, columns);
    fprintf (stderr, "%s\n", text);
    p->n_lines++;
  }
  fflush (stderr);
}

static void
plain_lines (struct mg_progress_view *p)
{
  struct mg_progress_row rows[MAX_LIVE];
  char text[1000];
  int i, n;

  mg_mutex_lock (&p->lock);
  n = running_rows (p, rows);
  mg_mutex_unlock (&p->lock);
  for (i = 0; i < n; i++) {
    mg_progress_line (&rows[i], 0, 0, text, sizeof text);
    mg_log (MG_LOG_NORMAL, "%s", text);
  }
}

static void
json_lines (struct mg_progress_view *p)
{
  struct mg_progress_row rows[MAX_LIVE];
  int i, n;

  mg_mutex_lock (&p->lock);
  n = running_rows (p, rows);
  mg_mutex_unlock (&p->lock);
  for (i = 0; i < n; i++) {
    struct mg_line line;

    mg_line_begin (&line, "progress");
    mg_line_text (&line, "kind", rows[i].kind);
    mg_line_number (&line, "done", rows[i].done);
    if (rows[i].total >= 0)
      mg_line_number (&line, "total", rows[i].total);
    mg_line_real (&line, "rate", rows[i].rate);
    mg_line_end (&line);
  }
  fflush (stdout);
}

static void
log_pending (struct mg_progress_view *p)
{
  char texts[MAX_PENDING][200];
  int i, n;

  mg_mutex_lock (&p->lock);
  n = p->n_pending;
  memcpy (texts, p->pending, sizeof texts);
  p->n_pending = 0;
  mg_mutex_unlock (&p->lock);
  for (i = 0; i < n; i++)
    mg_log (MG_LOG_NORMAL, "%s", texts[i]);
}

void
mg_progress_tick (struct mg_progress_view *p)
{
  int64_t now_us = mg_clock_now_us ();
  int due;

  log_pending (p);
  if (p->view->quiet)
    return;
  mg_mutex_lock (&p->lock);
  due = now_us - p->plain_at_us >= PLAIN_EVERY_US;
  if (due)
    p->plain_at_us = now_us;
  if (p->view->live && !p->view->json)
    draw (p);
  mg_mutex_unlock (&p->lock);
  if (due && p->view->json)
    json_lines (p);
  else if (due && !p->view->live)
    plain_lines (p);
}

static void
on_log (void *opaque, int before)
{
  struct mg_progress_view *p = opaque;

  MG_LOCKED (&p->lock);
  if (before)
    erase (p);
}

/* ---- what happens ---- */

static struct mg_seen *
seen_of (struct mg_progress_view *p, const char *name)
{
  const struct mg_kind *kind =
    name ? mg_registry_kind (p->run->registry, name) : NULL;
  int i;

  for (i = 0; kind != NULL && i < p->n_seen; i++)
    if (p->seen[i].kind == kind)
      return &p->seen[i];
  if (kind == NULL || p->n_seen == MAX_KINDS)
    return NULL;
  p->seen[p->n_seen].kind = kind;
  return &p->seen[p->n_seen++];
}

/* 1 when it is a failure that should still be told. */
static int
count_asset (struct mg_progress_view *p, const struct mg_event *e)
{
  struct mg_seen *seen;

  MG_LOCKED (&p->lock);
  seen = seen_of (p, e->kind);
  /* the second half of an asset was counted with the first */
  if (seen != NULL && e->state == MG_DONE && e->phase == MG_PHASE_MAIN) {
    if (e->op == MG_OP_CREATE)
      seen->created++;
    else
      seen->updated++;
  }
  if (e->state != MG_FAILED && e->state != MG_DOUBT)
    return 0;
  if (seen != NULL)
    seen->failed++;
  return ++p->n_failures <= MAX_FAILURES;
}

/* "KIND: KEY: what happened [code]"; empty parts are left out. */
static void
log_event (const struct mg_view *view, enum mg_log_level level,
           const struct mg_event *e, const char *text)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf b = MG_BUF_MUST (64 * MG_KIB);
  const char *const head[] = { e->kind, e->key };
  char shown[1000];                /* what is behind a name is to be seen, too */
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (head); i++)
    if (head[i] != NULL && head[i][0] != '\0')
      mg_buf_addf (&b, "%s: ", mg_printable (head[i], shown, sizeof shown));
  mg_hint_add (&b, view, text);
  if (e->code != NULL && e->code[0] != '\0')
    mg_buf_addf (&b, " [%s]", e->code);
  mg_log (level, "%s", mg_buf_text (&b));
}

static void
tell_asset (struct mg_progress_view *p, const struct mg_event *e)
{
  if (!count_asset (p, e) || p->view->json)
    return;
  log_event (p->view, MG_LOG_NORMAL, e, e->message && e->message[0]
             ? e->message : mg_state_name (e->state));
  if (p->n_failures == MAX_FAILURES)
    mg_hint_log (p->view, MG_LOG_NORMAL, "more failures are not shown here; all "
                 "of them: migrate errors");
}

/* What concerns more than one asset is told to everybody. */
static void
tell_note (const struct mg_view *view, const struct mg_event *e)
{
  static const char *const loud[] = { "plugin-disabled", "export-incomplete",
                                      "unsupported", "changed-since",
                                      "not-listed", "creation-limit",
                                      "outside" };
  int is_of_kind = e->key == NULL && mg_streq (e->code, "uncertain");
  enum mg_log_level level = is_of_kind ? MG_LOG_NORMAL : MG_LOG_VERBOSE;
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (loud); i++)
    if (mg_streq (e->code, loud[i]))
      level = MG_LOG_NORMAL;
  log_event (view, level, e, e->message ? e->message : "");
}

void
mg_progress_event (struct mg_progress_view *p, const struct mg_event *e)
{
  if (p->view->json)
    mg_line_event (e);
  if (strcmp (e->event, "asset") == 0)
    tell_asset (p, e);
  else if (p->view->json)
    return;
  else if (strcmp (e->event, "note") == 0)
    tell_note (p->view, e);
  else if (strcmp (e->event, "phase") == 0)
    mg_log (MG_LOG_VERBOSE, "%s", e->message);
  else if (strcmp (e->event, "settle") == 0)
    mg_log (MG_LOG_NORMAL, "%s: %lld requests had no reply: %lld found in the "
            "target", e->kind ? e->kind : "-", (long long) e->total,
            (long long) e->n);
}

void
mg_progress_seen (struct mg_progress_view *p, const struct mg_kind *kind,
                  struct mg_seen *ret_seen)
{
  int i;

  memset (ret_seen, 0, sizeof *ret_seen);
  MG_LOCKED (&p->lock);
  for (i = 0; i < p->n_seen; i++)
    if (p->seen[i].kind == kind)
      *ret_seen = p->seen[i];
}

/* On the I/O thread: nothing is written here. */
static void
on_watch (void *opaque, const struct mg_remote_event *e)
{
  struct watched *w = opaque;
  struct mg_progress_view *p = w->p;
  int64_t now_us = mg_clock_now_us ();
  int is_retry = strcmp (e->kind, "retry") == 0;
  int is_throttle = strcmp (e->kind, "throttled") == 0;

  if (p->view->json) {
    struct mg_line line;

    mg_line_begin (&line, e->kind);
    mg_line_text (&line, "end", w->name);
    mg_line_text (&line, "class", e->class_name);
    mg_line_number (&line, "wait_us", e->wait_us);
    mg_line_text (&line, "message", e->text);
    mg_line_end (&line);
    return;
  }
  if (is_retry && !mg_log_enabled (MG_LOG_VERBOSE))
    return;
  MG_LOCKED (&p->lock);
  /* a stream of 429s is one line at a time */
  if (is_throttle && now_us < p->waiting_until_us)
    return;
  snprintf (p->waiting, sizeof p->waiting, "%s%s", e->text ? e->text : "",
            strcmp (e->kind, "token-wait") == 0 ? " [token-expired]" : "");
  p->waiting_until_us = now_us + (e->wait_us > 0 ? e->wait_us : 0);
  if ((!is_throttle || !p->view->live) && !p->view->quiet
      && p->n_pending < MAX_PENDING)
    snprintf (p->pending[p->n_pending++], sizeof p->pending[0], "%s",
              p->waiting);
}

/* ---- life ---- */

struct mg_progress_view *
mg_progress_new (struct mg_view *view, struct mg_run *run)
{
  struct mg_progress_view *p = mg_xcalloc (1, sizeof *p);

  p->view = view;
  p->run = run;
  p->plain_at_us = mg_clock_now_us ();
  mg_mutex_init (&p->lock);
  mg_log_set_hook (on_log, p);
  return p;
}

void
mg_progress_watch (struct mg_progress_view *p, struct mg_remote *remote,
                   const char *name)
{
  struct watched *w;

  if (remote == NULL || p->n_watched == 2)
    return;
  w = &p->watched[p->n_watched++];
  w->p = p;
  w->remote = remote;
  snprintf (w->name, sizeof w->name, "%s", name ? name : "");
  mg_remote_set_watch (remote, on_watch, w);
}

void
mg_progress_hide (struct mg_progress_view *p)
{
  if (p == NULL)
    return;
  mg_mutex_lock (&p->lock);
  erase (p);
  fflush (stderr);
  mg_mutex_unlock (&p->lock);
}

void
mg_progress_free (struct mg_progress_view *p)
{
  int i;

  if (p == NULL)
    return;
  for (i = 0; i < p->n_watched; i++)
    mg_remote_set_watch (p->watched[i].remote, NULL, NULL);
  log_pending (p);
  mg_log_set_hook (NULL, NULL);
  mg_mutex_lock (&p->lock);
  erase (p);
  mg_mutex_unlock (&p->lock);
  mg_mutex_done (&p->lock);
  mg_free (p);
}
