/* Limiters: token bucket, fixed window, sliding window, requests in flight.
 * A line of a limits file:
 *
 *   NAME TYPE LIMIT PER BURST COUNTED METHODS PATH
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/parse.h"
#include "base/str.h"
#include "call.h"

enum type { BUCKET, FIXED, SLIDING, IN_FLIGHT };

struct sim_limiter {
  char *name;
  enum type type;
  int64_t limit;
  int64_t per_us;
  int64_t burst;
  int counted;               /* refused calls use up the limit too */
  char *methods;             /* "GET,POST" or "*" */
  char *path;                /* glob */
  int shares;                /* the limiter whose state counts: the first of
                              * this name */
  /* state */
  double tokens;
  int64_t at_us;             /* bucket: last filled; fixed: window's start */
  int64_t n;                 /* fixed: calls in this window */
  int64_t *times;            /* sliding: when; in flight: until when */
  size_t n_times, cap_times;
};

/* The service's published limits; where a figure is per minute, a tenth of it
 * may come at once. */
static const char published[] =
  "in-flight in-flight 20 0s 20 no * /api/*\n"
  "account-list bucket 240 60s 24 no GET /api/2.0/account/scim/v2/*s\n"
  "account-get bucket 20 1s 20 no GET /api/2.0/account/scim/v2/*/*\n"
  "scim-read bucket 255 60s 25 no GET /api/2.0/*scim/v2/*\n"
  "scim-patch bucket 10 60s 2 no PATCH /api/2.0/*scim/v2/*\n"
  "scim-write bucket 35 60s 4 no POST,PUT,DELETE /api/2.0/*scim/v2/*\n"
  "permissions-read bucket 100 1s 100 no GET /api/2.0/permissions/*\n"
  "permissions-write bucket 30 1s 30 no PUT,PATCH /api/2.0/permissions/*\n"
  "mlflow-search bucket 7 1s 7 no * /api/2.0/mlflow/*/search\n"
  "mlflow-search bucket 7 1s 7 no GET /api/2.0/mlflow/experiments/list\n"
  "mlflow bucket 120 1s 120 no POST /api/2.0/mlflow/*\n"
  "mkdirs bucket 20 1s 20 no POST /api/2.0/workspace/mkdirs\n";

static int
read_type (const char *word, enum type *ret_type)
{
  static const char *const words[] = { "bucket", "fixed", "sliding",
                                       "in-flight" };
  int i;

  for (i = 0; i < 4; i++) {
    if (strcmp (words[i], word) == 0) {
      *ret_type = (enum type) i;
      return 0;
    }
  }
  return -1;
}

/* Cuts a line into words, in place; how many there are, at most max. */
static int
split_words (char *line, char **ret_words, int max)
{
  char *p = line;
  int n = 0;

  while (n < max) {
    p += strspn (p, " \t\r");
    if (*p == '\0')
      break;
    ret_words[n++] = p;
    p += strcspn (p, " \t\r");
    if (*p != '\0')
      *p++ = '\0';
  }
  return n;
}

static int
read_line (struct sim *s, char *line, int number, struct mg_error *err)
{
  char *col[9];
  struct sim_limiter l = { 0 };
  int i;

  if (split_words (line, col, 9) != 8 || read_type (col[1], &l.type) < 0
      || mg_parse_int64 (col[2], &l.limit) < 0 || l.limit < 1
      || mg_parse_duration (col[3], &l.per_us) < 0
      || mg_parse_int64 (col[4], &l.burst) < 0
      || mg_parse_bool (col[5], &l.counted) < 0
      || (l.per_us <= 0 && l.type != IN_FLIGHT))
    return mg_error_set (err, MG_E_INVALID, "bad-limits",
                         "limits: line %d: needs 'NAME bucket|fixed|sliding|"
                         "in-flight LIMIT PER BURST COUNTED METHODS PATH'",
                         number);
  l.name = mg_xstrdup (col[0]);
  l.methods = mg_xstrdup (col[6]);
  l.path = mg_xstrdup (col[7]);
  l.tokens = (double) l.burst;
  for (i = 0; i < s->n_limiters; i++)
    if (strcmp (s->limiters[i].name, l.name) == 0)
      break;
  l.shares = i;
  s->limiters = mg_xreallocarray (s->limiters, (size_t) s->n_limiters + 1,
                                  sizeof l);
  s->limiters[s->n_limiters++] = l;
  return 0;
}

int
sim_limits_init (struct sim *s, const char *text, struct mg_error *err)
{
  MG_CLEANUP_FREE char *copy = NULL;
  char *line;
  int number = 0;

  if (strcmp (text, "off") == 0)
    return 0;
  copy = mg_xstrdup (strcmp (text, "published") == 0 ? published : text);
  for (line = copy; line != NULL;) {
    char *end = strchr (line, '\n');

    if (end != NULL)
      *end++ = '\0';
    number++;
    if (line[strspn (line, " \t\r")] != '\0' && line[0] != '#'
        && read_line (s, line, number, err) < 0)
      return MG_E_INVALID;
    line = end;
  }
  return 0;
}

void
sim_limits_done (struct sim *s)
{
  int i;

  for (i = 0; i < s->n_limiters; i++) {
    mg_free (s->limiters[i].name);
    mg_free (s->limiters[i].methods);
    mg_free (s->limiters[i].path);
    mg_free (s->limiters[i].times);
  }
  mg_free (s->limiters);
  s->limiters = NULL;
  s->n_limiters = 0;
}

static int
method_in (const char *methods, const char *method)
{
  size_t len = strlen (method);

  if (strcmp (methods, "*") == 0)
    return 1;
  while (*methods != '\0') {
    size_t n = strcspn (methods, ",");

    if (n == len && memcmp (methods, method, n) == 0)
      return 1;
    methods += n;
    if (*methods == ',')
      methods++;
  }
  return 0;
}

static void
push_time (struct sim_limiter *l, int64_t t_us)
{
  if (l->n_times == l->cap_times) {
    l->cap_times = l->cap_times ? l->cap_times * 2 : 32;
    l->times = mg_xreallocarray (l->times, l->cap_times,
                                 sizeof l->times[0]);
  }
  l->times[l->n_times++] = t_us;
}

/* Forgets the times that are not after 'limit_us'. */
static void
drop_times (struct sim_limiter *l, int64_t limit_us)
{
  size_t i, kept = 0;

  for (i = 0; i < l->n_times; i++)
    if (l->times[i] > limit_us)
      l->times[kept++] = l->times[i];
  l->n_times = kept;
}

static int
bucket_pass (struct sim_limiter *l, int64_t now_us, int64_t *ret_wait_us)
{
  double per_token = (double) l->per_us / (double) l->limit;

  if (l->at_us != 0) {
    l->tokens += (double) (now_us - l->at_us) / per_token;
    if (l->tokens > (double) l->burst)
      l->tokens = (double) l->burst;
  }
  l->at_us = now_us;
  if (l->tokens >= 1) {
    l->tokens -= 1;
    return 1;
  }
  if (l->counted)
    l->tokens -= 1;
  *ret_wait_us = (int64_t) ((1 - l->tokens) * per_token);
  return 0;
}

static int
window_pass (struct sim_limiter *l, int64_t now_us, int64_t *ret_wait_us)
{
  if (l->type == FIXED) {
    int64_t start = now_us - now_us % l->per_us;

    if (start != l->at_us) {
      l->at_us = start;
      l->n = 0;
    }
    *ret_wait_us = start + l->per_us - now_us;
    if (l->n < l->limit) {
      l->n++;
      return 1;
    }
    l->n += l->counted;
    return 0;
  }
  drop_times (l, now_us - l->per_us);
  if ((int64_t) l->n_times < l->limit) {
    push_time (l, now_us);
    return 1;
  }
  *ret_wait_us = l->times[0] + l->per_us - now_us;
  if (l->counted)
    push_time (l, now_us);
  return 0;
}

static int
one_passes (struct sim_limiter *l, int64_t now_us, int64_t *ret_wait_us)
{
  if (l->type == BUCKET)
    return bucket_pass (l, now_us, ret_wait_us);
  if (l->type != IN_FLIGHT)
    return window_pass (l, now_us, ret_wait_us);
  drop_times (l, now_us);
  *ret_wait_us = 0;
  return (int64_t) l->n_times < l->limit;
}

/* The first rate that fits the call, and every count of requests in flight
 * that stands before it, must let it pass. */
int
sim_limits_pass (struct sim_call *c, const char **ret_class,
                 int64_t *ret_wait_us)
{
  int i;

  for (i = 0; i < c->s->n_limiters; i++) {
    struct sim_limiter *l = &c->s->limiters[i];

    if (!method_in (l->methods, c->q->method) || !mg_glob (l->path, c->path))
      continue;
    if (l->type != IN_FLIGHT)
      *ret_class = l->name;
    if (!one_passes (&c->s->limiters[l->shares], c->now_us, ret_wait_us)) {
      *ret_class = l->name;
      return 0;
    }
    if (l->type != IN_FLIGHT)          /* one rate for one call */
      return 1;
  }
  return 1;
}

void
sim_limits_replied (struct sim *s, int64_t reply_us)
{
  int i;

  for (i = 0; i < s->n_limiters; i++)
    if (s->limiters[i].type == IN_FLIGHT)
      push_time (&s->limiters[i], reply_us);
}
