/* Scenarios: see scenario.h.
 *
 * What a fault may do is bounded by what the program promises: an effect that
 * comes late, and a list that lags, together stay below the patience of 120
 * seconds; a refusal never comes after an effect. */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "simulator/state.h"
#include "twin/scenario.h"
#include "twin/texts.h"

#define MAX_FAULTS (32 * 1024)
#define LISTS ""                       /* of any list; of one with tokens */
#define PAGED "paged"
#define ALWAYS "always"
#define MAX_PUT (16 * 1024 * 1024)
#define LARGE (10 * 1024 * 1024)       /* what is longer is streamed */
#define MAX_STATE ((size_t) 64 * 1024 * 1024)

static int64_t
between (struct scenario *s, int64_t low, int64_t high)
{
  return low + (int64_t) mg_rand_below (&s->rng, (uint64_t) (high - low + 1));
}

static int
one_in (struct scenario *s, int n)
{
  return mg_rand_below (&s->rng, (uint64_t) n) == 0;
}

static const char *
keep (struct scenario *s, char *text)
{
  s->texts[s->n_texts++] = text;
  return text;
}

/* --- faults ---------------------------------------------------------- */

/* "%d" is milliseconds.  Those of "P* *" only make sense for a write. */
struct fault { const char *match, *text; int64_t low_ms, high_ms; };

static const struct fault write_faults[] = {
  { "*", "\"do\":\"cut\",\"when\":\"before\"", 0, 0 },
  { "*", "\"do\":\"cut\",\"when\":\"after\"", 0, 0 },
  { "*", "\"do\":\"cut\",\"when\":\"after\",\"reused\":true", 0, 0 },
  { "*", "\"do\":\"cut\",\"when\":\"before\",\"reused\":true", 0, 0 },
  { "*", "\"do\":\"close\"", 0, 0 },
  { "P* *", "\"do\":\"defer\",\"ms\":%d", 500, 40000 },
  { "P* *", "\"do\":\"defer\",\"ms\":%d", 10000, 60000 },
  { "P* *", "\"do\":\"status\",\"status\":503,\"when\":\"after\"", 0, 0 },
  { "P* *", "\"do\":\"status\",\"status\":500,\"when\":\"after\"", 0, 0 },
  { "*", "\"do\":\"status\",\"status\":503,\"when\":\"before\"", 0, 0 },
  { "*", "\"do\":\"status\",\"status\":502,\"when\":\"after\"", 0, 0 },
  { "*", "\"do\":\"status\",\"status\":504,\"when\":\"after\"", 0, 0 },
  { "*", "\"do\":\"status\",\"status\":408,\"when\":\"after\"", 0, 0 },
  { "*", "\"do\":\"status\",\"status\":429,\"headers\":{\"Retry-After\":"
    "\"3\"}", 0, 0 },
  { "*", "\"do\":\"status\",\"status\":429", 0, 0 },
  { "P* *", "\"do\":\"status\",\"status\":409,\"body\":{\"error_code\":"
    "\"ABORTED\",\"message\":\"again\"}", 0, 0 },
  { "*", "\"do\":\"html\",\"when\":\"after\"", 0, 0 },
  { "*", "\"do\":\"html\",\"status\":503", 0, 0 },
  { "*", "\"do\":\"text\",\"when\":\"after\"", 0, 0 },
  { "*", "\"do\":\"empty\"", 0, 0 },
  { "*", "\"do\":\"truncate\"", 0, 0 },
  { "*", "\"do\":\"length\"", 0, 0 },
  { "*", "\"do\":\"deep\",\"bytes\":2000,\"when\":\"after\"", 0, 0 },
  { "*", "\"do\":\"silent\",\"when\":\"before\"", 0, 0 },
  { "*", "\"do\":\"silent\",\"when\":\"after\"", 0, 0 },
  { "*", "\"do\":\"slow\",\"ms\":%d", 1, 50 },
  { "*", "\"do\":\"delay\",\"ms\":%d", 100, 90000 },
};

#define DOWNLOAD "GET *workspace/export", "\"with\":\"direct_download\","
#define UPLOAD "POST *workspace/import", "\"with\":\"/Shared/large/\","

/* What happens to a list, whichever it is.  What a source has is older than any
 * list of it, so that none lags; a target is listed before anything is made, and
 * then when something is in doubt, so that its lists lag all the time. */
static const struct fault list_faults[] = {
  { ALWAYS, "\"do\":\"stale\",\"ms\":%d,\"times\":0", 1000, 50000 },
  { ALWAYS, "\"do\":\"stale\",\"ms\":%d,\"times\":0", 20000, 50000 },
  { LISTS, "\"do\":\"duplicate\"", 0, 0 },
  { LISTS, "\"do\":\"duplicate\"", 0, 0 },
  { PAGED, "\"do\":\"page-token\"", 0, 0 },
  { PAGED, "\"do\":\"page-token\"", 0, 0 },
  { LISTS, "\"do\":\"truncate\"", 0, 0 },
  { LISTS, "\"do\":\"length\"", 0, 0 },
};
#define N_STALE 2

#define PEOPLE_LISTS "GET *scim/v2/Users", "GET *scim/v2/Groups", \
  "GET *scim/v2/ServicePrincipals", "GET *instance-profiles/list"

/* The first of them have pages with tokens. */
static const struct lists { const char *match[16]; int n, n_paged; } lists[] = {
  [PROGRAM_PEOPLE] = {
    { "POST *experiments/search", "POST *experiments/search", PEOPLE_LISTS },
    6, 2 },
  [PROGRAM_COMPUTE] = {
    { "GET *jobs/list", "GET *clusters/list", "GET *jobs/list",
      "GET *clusters/list", "GET *jobs/get", "GET *policy-families",
      "GET *instance-pools/list", "GET *policies/clusters/list",
      "GET *global-init-scripts", "GET *sql/warehouses", PEOPLE_LISTS },
    14, 6 },
  [PROGRAM_TREE] = {
    { "GET *api/2.0/repos", "GET *api/2.0/repos", "GET *workspace/list",
      "GET *workspace/list", "GET *git-credentials", PEOPLE_LISTS },
    9, 2 },
};

/* The same as they were drawn once, for the histories of that time. */
static const struct fault former_list_faults[] = {
  { "GET *", "\"do\":\"stale\",\"ms\":%d", 1000, 50000 },
  { "GET *", "\"do\":\"duplicate\"", 0, 0 },
  { "POST *search", "\"do\":\"duplicate\"", 0, 0 },
  { "POST *search", "\"do\":\"stale\",\"ms\":%d", 1000, 50000 },
  { "POST *search", "\"do\":\"page-token\"", 0, 0 },
  { "POST *search", "\"do\":\"page-token\"", 0, 0 },
  { "GET *s?*", "\"do\":\"truncate\"", 0, 0 },
  { "GET *", "\"do\":\"length\"", 0, 0 },
};

/* Of files that are streamed there are one or two. */
static const struct fault large_faults[] = {
  { DOWNLOAD "\"do\":\"truncate\",\"bytes\":%d", 1, LARGE },
  { DOWNLOAD "\"do\":\"length\"", 0, 0 },
  { DOWNLOAD "\"do\":\"cut\"", 0, 0 },
  { DOWNLOAD "\"do\":\"slow\",\"ms\":%d", 1, 50 },
  { DOWNLOAD "\"do\":\"silent\"", 0, 0 },
  { DOWNLOAD "\"do\":\"empty\"", 0, 0 },
  { DOWNLOAD "\"do\":\"text\"", 0, 0 },
  { DOWNLOAD "\"do\":\"status\",\"status\":503", 0, 0 },
  { UPLOAD "\"do\":\"cut\",\"when\":\"before\"", 0, 0 },
  { UPLOAD "\"do\":\"cut\",\"when\":\"after\"", 0, 0 },
  { UPLOAD "\"do\":\"cut\",\"when\":\"before\",\"reused\":true", 0, 0 },
  { UPLOAD "\"do\":\"cut\",\"when\":\"after\",\"reused\":true", 0, 0 },
  { UPLOAD "\"do\":\"defer\",\"ms\":%d", 500, 60000 },
  { UPLOAD "\"do\":\"status\",\"status\":503,\"when\":\"before\"", 0, 0 },
  { UPLOAD "\"do\":\"status\",\"status\":503,\"when\":\"after\"", 0, 0 },
  { UPLOAD "\"do\":\"silent\",\"when\":\"after\"", 0, 0 },
};
#define N_DOWNLOADS 8

/* The first are writes: what creates an asset whose name may repeat is worth
 * most of the trouble. */
static const char *const some_calls[] = {
  "POST *ServicePrincipals", "POST *ServicePrincipals",
  "POST *ServicePrincipals", "POST *ServicePrincipals", "P* *",
  "POST *Users", "POST *Groups", "POST *experiments/create", "PUT *",
  "PATCH *", "POST *instance-profiles/add", "POST *set-experiment-tag",
  "POST *mkdirs", "*", "*", "*", "GET *",
};
#define N_WRITES 13

/* As above, where there is a tree. */
static const char *const tree_calls[] = {
  "POST *workspace/mkdirs", "POST *workspace/mkdirs",
  "POST *workspace/import", "POST *workspace/import",
  "POST *workspace/import", "POST *repos", "POST *repos", "PATCH *repos/*",
  "P* *", "PUT *", "POST *workspace/delete", "POST *Users", "DELETE *repos/*",
  "*", "*", "*", "GET *", "GET *workspace/list*", "GET *workspace/export*",
  "GET *workspace/get-status*",
};
#define N_TREE_WRITES 12

/* As above, where there are clusters and jobs. */
static const char *const compute_calls[] = {
  "POST *clusters/create", "POST *clusters/create", "POST *jobs/create",
  "POST *jobs/create", "POST *clusters/*", "P* *", "P* *", "PUT *",
  "POST *clusters/delete", "POST *instance-pools/create",
  "POST *policies/clusters/create", "POST *ibraries/install",
  "POST *clusters/pin", "PATCH *", "POST *Users", "*", "*", "*", "GET *",
};
#define N_COMPUTE_WRITES 15

/* A source is only read. */
static const struct reads { const char *match[8]; } reads[] = {
  [PROGRAM_PEOPLE] = { {
    "GET *permissions/*", "GET *permissions/*", "GET *scim/v2/*",
    "GET *scim/v2/Groups/*", "POST *experiments/search", "GET *Me", "*", "*" } },
  [PROGRAM_COMPUTE] = { {
    "GET *permissions/*", "GET *jobs/get", "GET *libraries/cluster-status",
    "GET *global-init-scripts/*", "GET *scim/v2/*", "GET *list", "*", "*" } },
  [PROGRAM_TREE] = { {
    "GET *permissions/*", "GET *workspace/list", "GET *workspace/export",
    "GET *workspace/export", "GET *repos*", "GET *scim/v2/*", "*", "*" } },
};

static void
add_fault (struct scenario *s, struct mg_buf *out, const struct fault *f,
           const char *match, int most_offset)
{
  int64_t ms = between (s, f->low_ms, f->high_ms);
  const char *number = strstr (f->text, "%d");
  size_t n = number ? (size_t) (number - f->text) : strlen (f->text);

  mg_buf_addf (out, "{\"match\":\"%s\",%.*s", match, (int) n, f->text);
  if (number != NULL)
    mg_buf_addf (out, "%" PRId64 "%s", ms, number + 2);
  if (most_offset == 0)
    ;
  else if (most_offset > 1 && one_in (s, 2))
    mg_buf_addf (out, ",\"probability\":0.%02d", (int) between (s, 1, 30));
  else {
    mg_buf_addf (out, ",\"offset\":%d", (int) between (s, 0, most_offset));
    mg_buf_addf (out, ",\"times\":%d", (int) between (s, 1, 4));
  }
  mg_buf_add_str (out, "}\n");
}

static const char *
some_call (struct scenario *s, int is_write)
{
  if (s->assets == PROGRAM_TREE)
    return tree_calls[between (s, 0, is_write ? N_TREE_WRITES - 1
                               : (int) MG_N_ELEMENTS (tree_calls) - 1)];
  if (s->assets == PROGRAM_COMPUTE)
    return compute_calls[between (s, 0, is_write ? N_COMPUTE_WRITES - 1
                         : (int) MG_N_ELEMENTS (compute_calls) - 1)];
  return some_calls[between (s, 0, is_write ? N_WRITES - 1
                             : (int) MG_N_ELEMENTS (some_calls) - 1)];
}

/* What only a write can meet is not drawn for a source. */
static void
add_any_fault (struct scenario *s, struct mg_buf *out, int end)
{
  int is_read = end == WORLD_OLD && !s->is_former;
  const struct fault *f;

  do
    f = &write_faults[mg_rand_below (&s->rng, MG_N_ELEMENTS (write_faults))];
  while (is_read && strcmp (f->match, "*") != 0);
  if (is_read)
    add_fault (s, out, f, reads[s->assets].match[mg_rand_below (&s->rng, 8)],
               20);
  else
    add_fault (s, out, f, some_call (s, strcmp (f->match, "*") != 0), 60);
}

/* Of lists there are few: these come soon and often. */
static void
add_list_fault (struct scenario *s, struct mg_buf *out, int end)
{
  const struct lists *l = &lists[s->assets];
  int n = (int) MG_N_ELEMENTS (list_faults);
  const struct fault *f;

  if (s->is_former) {
    f = &former_list_faults[
      mg_rand_below (&s->rng, MG_N_ELEMENTS (former_list_faults))];
    add_fault (s, out, f, f->match, 2);
    return;
  }
  f = &list_faults[between (s, end == WORLD_OLD ? N_STALE : 0, n - 1)];
  n = strcmp (f->match, PAGED) == 0 ? l->n_paged : l->n;
  add_fault (s, out, f, l->match[between (s, 0, n - 1)],
             strcmp (f->match, PAGED) == 0 ? 1
             : strcmp (f->match, ALWAYS) == 0 ? 0 : 2);
}

static const char *
make_faults (struct scenario *s, int end, int n)
{
  struct mg_buf out = MG_BUF_INIT (MAX_FAULTS);

  mg_buf_add_str (&out, "");
  while (n-- > 0) {
    if (s->has_large && one_in (s, 2)) {
      const struct fault *f = &large_faults[mg_rand_below (
        &s->rng, end == WORLD_OLD ? N_DOWNLOADS
                                  : MG_N_ELEMENTS (large_faults))];

      add_fault (s, &out, f, f->match, 1);
    }
    else if (one_in (s, s->is_former ? 4 : 2))
      add_list_fault (s, &out, end);
    else
      add_any_fault (s, &out, end);
  }
  mg_buf_add_byte (&out, 0);
  return keep (s, mg_buf_steal (&out));
}

/* --- the rest -------------------------------------------------------- */

struct amount { const char *name; int least, most; };

/* "users=12,groups=3": in this order, whatever compiler draws them. */
static const char *
make_populate (struct scenario *s, const struct amount *kinds)
{
  struct mg_buf out = MG_BUF_INIT (1000);
  int i;

  for (i = 0; kinds[i].name != NULL; i++)
    mg_buf_addf (&out, "%s%s=%d", i ? "," : "", kinds[i].name,
                 (int) between (s, kinds[i].least, kinds[i].most));
  return keep (s, mg_buf_steal (&out));
}

/* Of the old workspace and of the new one. */
static const struct amount amounts[][WORLD_ENDS][9] = {
  { { { "users", 1, 45 }, { "groups", 0, 24 }, { "service-principals", 0, 30 },
      { "instance-profiles", 0, 3 }, { "experiments", 0, 24 } },
    { { "users", 1, 12 }, { "groups", 0, 4 }, { "service-principals", 0, 8 } } },
  { { { "users", 1, 14 }, { "groups", 0, 6 }, { "service-principals", 0, 6 },
      { "instance-profiles", 0, 2 }, { "instance-pools", 0, 9 },
      { "cluster-policies", 4, 12 }, { "clusters", 1, 22 }, { "jobs", 0, 30 } },
    { { "users", 1, 10 }, { "groups", 0, 4 }, { "service-principals", 0, 4 },
      { "instance-pools", 0, 3 }, { "cluster-policies", 4, 4 },
      { "clusters", 1, 4 }, { "jobs", 0, 8 } } },
  { { { "users", 1, 30 }, { "groups", 0, 6 }, { "service-principals", 0, 6 },
      { "notebooks", 0, 50 }, { "repos", 0, 20 } },
    { { "users", 1, 10 }, { "groups", 0, 4 }, { "service-principals", 0, 4 },
      { "notebooks", 0, 10 }, { "repos", 0, 5 } } },
};

/* Every other seed has some: the histories of the others are older. */
static const char *
with_scripts (struct scenario *s, const char *populate)
{
  if (s->assets != PROGRAM_COMPUTE || s->seed % 2 == 0)
    return populate;
  return keep (s, mg_xasprintf ("%s,global-init-scripts=%d", populate,
                                (int) (s->seed / 2 % 13)));
}

static void
make_ends (struct scenario *s)
{
  struct sim_config *old = &s->world.ends[WORLD_OLD];
  struct sim_config *new = &s->world.ends[WORLD_NEW];
  static const char *const limits[] = {
    "off", "off", "published",
    "scim sliding 35 60s 0 yes POST,PUT,DELETE,PATCH /api/2.0/*scim/v2/*\n"
    "all in-flight 20 0s 0 no * /api/*\n",
    "scim fixed 35 60s 0 no POST,PUT,DELETE,PATCH /api/2.0/*scim/v2/*\n"
    "all fixed 40 1s 0 yes * /api/*\n",
  };

  old->populate = with_scripts (s, make_populate (
                                  s, amounts[s->assets][WORLD_OLD]));
  old->page = new->page = one_in (s, 3) ? 0 : between (s, 2, 30);
  old->latency_us = new->latency_us = between (s, 0, 80) * MG_MS_US;
  new->limits = limits[mg_rand_below (&s->rng, 5)];
  old->limits = one_in (s, 3) ? "published" : "off";
  if (s->assets == PROGRAM_COMPUTE)
    new->populate = "cluster-policies=4";      /* every workspace has these */
  if (one_in (s, 4))
    new->populate = make_populate (s, amounts[s->assets][WORLD_NEW]);
  s->world.skew_us = one_in (s, 2) ? 0
    : between (s, -3600, 3600) * MG_SECOND_US;
  if (!s->has_faults)
    return;
  if (s->has_large || one_in (s, 2))
    old->faults = make_faults (s, WORLD_OLD, (int) between (s, 1, 4));
  new->faults = make_faults (s, WORLD_NEW, (int) between (s, 1, 7));
}

static void
make_program (struct scenario *s)
{
  static const int threads[] = { 0, 0, 1, 2, 3, 7, 16 };
  struct program_options *p = &s->life.program;

  p->assets = s->assets;
  p->wild = !one_in (s, 8);
  p->limits = one_in (s, 3) ? NULL : "off";
  p->parallel = threads[mg_rand_below (&s->rng, 7)];
  p->settle_us = -1;
  /* two or three folders wait in memory, the rest in the session */
  p->waiting_bytes = s->assets == PROGRAM_TREE && s->seed % 3 == 1 ? 150 : 0;
  p->oauth = one_in (s, 3);
  s->world.ends[0].token_life_us = s->world.ends[1].token_life_us =
    between (s, 120, 3600) * MG_SECOND_US;
  p->way_us = between (s, 1, 40) * MG_MS_US;
  p->jitter_us = between (s, 0, 60) * MG_MS_US;
  p->refused = s->has_faults && one_in (s, 4) ? 0.05 : 0;
}

void
scenario_begin (struct scenario *s, uint64_t seed, enum program_assets assets,
                int is_former)
{
  memset (s, 0, sizeof *s);
  s->seed = seed;
  s->is_former = is_former;
  s->assets = assets;
  mg_rand_seed (&s->rng, seed * UINT64_C (0x9e3779b97f4a7c15) + 17);
  s->world.seed = seed;
  s->world.has_tree = assets == PROGRAM_TREE;
  /* the histories of the others are older, and cost a tenth */
  s->has_large = assets == PROGRAM_TREE && seed % 24 == 5;
  s->has_faults = !one_in (s, 16);
  s->n_faulty = s->has_faults ? (int) between (s, 1, SCENARIO_FAULTY_LIVES)
                              : 0;
  s->has_undo = one_in (s, 3);
  make_ends (s);
  make_program (s);
  scenario_vary (s);
}

const char *
scenario_letter (enum program_assets assets, int is_former)
{
  static const char *const letters[][2] = {
    [PROGRAM_PEOPLE] = { "", "f" }, [PROGRAM_COMPUTE] = { "c", "fc" },
    [PROGRAM_TREE] = { "t", "ft" },
  };

  return letters[assets][is_former];
}

void
scenario_done (struct scenario *s)
{
  int i;

  for (i = 0; i < s->n_texts; i++)
    mg_free (s->texts[i]);
  s->n_texts = 0;
}

const char *
scenario_more_faults (struct scenario *s)
{
  return s->has_faults ? make_faults (s, WORLD_NEW, (int) between (s, 0, 4))
                       : NULL;
}

void
scenario_vary (struct scenario *s)
{
  s->life.program.seed = mg_rand_next (&s->rng);
  s->life.loss = (enum disk_loss) mg_rand_below (&s->rng, 3);
  s->life.pause_us = between (s, 1, one_in (s, 3) ? 600 : 5) * MG_SECOND_US;
  s->life.program.wall_shift_us += between (s, -2, 2) * MG_SECOND_US;
}

void
scenario_kill (struct scenario *s, struct world *w)
{
  static const enum world_moment moments[] = {
    WORLD_BEFORE, WORLD_AFTER, WORLD_REPLIED, WORLD_COMMIT, WORLD_COMMITTED,
    WORLD_STOPPED,
  };

  enum world_moment moment = moments[mg_rand_below (&s->rng, 6)];
  int64_t nth = between (s, 1, one_in (s, 2) ? 30 : 150);

  world_arm (w, one_in (s, 3) ? WORLD_NEVER : moment, nth);
  if (s->has_large && one_in (s, 2))
    world_aim (w, between (s, 1, moment == WORLD_COMMIT
                                 || moment == WORLD_COMMITTED ? 4 : 2));
}

/* --- what no population has ------------------------------------------ */

/* 'len' letters are in it; a path or a folder has none. */
static void
put (struct world *w, int end, const char *kind, const char *path, int64_t len)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf text = MG_BUF_INIT (MAX_PUT);

  mg_buf_addf (&text, "{\"kind\":\"%s\",\"create\":{\"path\":\"%s\","
               "\"source\":\"", kind, path);
  while (len-- > 0)
    mg_buf_add_byte (&text, (unsigned char) ('a' + len % 26));
  mg_buf_add_str (&text, "\"}}");
  world_ask (w, end, "POST", "/_simulator/object", mg_buf_text (&text), NULL);
}

/* Some are as long as what lies beside the session's file, and some of those that
 * are shared are in the target already, with another text. */
static void
put_files (struct scenario *s, struct world *w, const char *folder,
           int is_shared)
{
  static const int64_t lens[] = { 0, 1, 40, 40, 40, 5000, 5000, 300000 };
  int64_t i, n = between (s, 0, 9);

  for (i = 0; i < n; i++) {
    MG_CLEANUP_FREE char *path = mg_xasprintf ("%s/%d/%" PRId64 ".csv", folder,
                                               (int) (i % 3), i);

    put (w, WORLD_OLD, "files", path, lens[mg_rand_below (&s->rng, 8)]);
    if (is_shared && one_in (s, 6))
      put (w, WORLD_NEW, "files", path, 7);
  }
}

/* They are of one length, and so the same, or not; of some the target has other
 * bytes, or the same. */
static void
put_large (struct scenario *s, struct world *w)
{
  int64_t len = LARGE + between (s, 1, 500000);
  int i, n = (int) between (s, 1, 2), are_same = one_in (s, 2);

  for (i = 0; i < n; i++) {
    MG_CLEANUP_FREE char *path = mg_xasprintf ("/Shared/large/%d.bin", i);

    put (w, WORLD_OLD, "files", path, len + (are_same ? 0 : i));
    if (one_in (s, 6))
      put (w, WORLD_NEW, "files", path, one_in (s, 2) ? 7 : len);
  }
}

/* The last service principal has a home, and the target another name for it. */
static void
put_home (struct scenario *s, struct world *w)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf state = MG_BUF_INIT (MAX_STATE);
  MG_CLEANUP (sim_json_put) struct json_object *j = NULL;
  MG_CLEANUP_FREE char *home = NULL;
  MG_CLEANUP_FREE char *notebook = NULL;
  struct json_object *t;
  size_t n;

  world_ask (w, WORLD_OLD, "GET", "/_simulator/state", NULL, &state);
  j = sim_json_parse (state.data, state.len, NULL);
  t = state_table (j, "service-principals");
  n = t ? json_object_array_length (t) : 0;
  if (n < 2)                           /* the first is who moves */
    return;
  home = mg_xasprintf ("/Users/%s/home", sim_json_str (
    json_object_object_get (json_object_array_get_idx (t, n - 1), "fields"),
    "applicationId"));
  notebook = mg_xasprintf ("%s/notebook", home);
  put (w, WORLD_OLD, "notebooks", notebook, 40);
  put_files (s, w, home, 0);
}

void
scenario_furnish (struct scenario *s, struct world *w)
{
  if (s->assets != PROGRAM_TREE)
    return;
  put_files (s, w, "/Shared/files", 1);
  put (w, WORLD_OLD, "folders", "/Shared/hollow/and/empty", 0);
  if (one_in (s, 2))
    put (w, WORLD_NEW, "folders", "/Shared/hollow/and", 0);
  if (one_in (s, 2))
    put_home (s, w);
  if (s->has_large)
    put_large (s, w);
}

void
scenario_say (const struct scenario *s, struct world *w)
{
  const struct program_options *p = &s->life.program;
  const struct sim_config *old = &s->world.ends[WORLD_OLD];
  const struct sim_config *new = &s->world.ends[WORLD_NEW];

  world_say (w, WORLD_BEGIN_US, "seed %s%" PRIu64 ": old has %s; new has %s; "
             "page %" PRId64 ", limits %.9s, threads %d, %s, skew %" PRId64
             " s", scenario_letter (s->assets, s->is_former), s->seed,
             old->populate, new->populate ? new->populate : "nothing", old->page,
             new->limits, p->parallel,
             p->oauth ? "OAuth" : "PAT", s->world.skew_us / MG_SECOND_US);
  if (old->faults != NULL)
    world_say (w, WORLD_BEGIN_US, "faults of old: %s", old->faults);
  if (new->faults != NULL)
    world_say (w, WORLD_BEGIN_US, "faults of new: %s", new->faults);
}
