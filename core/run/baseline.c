/* The target's lists that a plan is made of: see state.h. */
#include <config.h>

#include "run/state.h"

#define MAX_WHY 500

static int
wants_baseline (const struct mg_run *run, const struct mg_kind *kind)
{
  (void) run;
  return (kind->chosen || kind->indexed) && kind->parent == NULL;
}

/* Without the whole list of a kind nobody knows what the target had before our
 * first create: its plugin is out for this run, and the rest goes on.  What is only
 * looked for blocks no more than what names it, and the list has said so. */
static int
leave_unlisted (struct mg_run *run, struct mg_error *err)
{
  int i, r = 0;

  for (i = 0; i < run->registry->n_kinds && r >= 0; i++) {
    const struct mg_kind *kind = run->registry->kinds[i];
    MG_CLEANUP (mg_walk_done) struct mg_walk walk = { 0 };

    if (!wants_baseline (run, kind) || !mg_kind_at (kind, run->target.end)
        || (kind->k->flags & MIGRATE_KIND_ADOPT_ONLY) != 0
        || !mg_run_has_list (kind))
      continue;
    r = mg_walk_get (run->store, run->target.sid, kind->kid, "", &walk, err);
    if (r < 0 || (r > 0 && walk.state == MG_WALK_DONE))
      continue;
    r = 0;
    kind->plugin->disabled = 1;
    mg_error_set (&kind->plugin->why, MG_E_REMOTE, "plugin-disabled",
                  "the target's list of %s could not be read%s%.*s%s, so nobody "
                  "knows what is there already; run the command again",
                  kind->k->title, walk.message ? " (" : "", MAX_WHY,
                  walk.message ? walk.message : "", walk.message ? ")" : "");
    mg_run_say_disabled (run, &run->target, kind, kind->plugin);
  }
  return r < 0 ? r : 0;
}

int
mg_run_baseline (struct mg_run *run, int anew, struct mg_error *err)
{
  struct mg_listing listing = { .side = &run->target, .purpose = "baseline",
                                .detail = MG_DETAIL_NONE,
                                .wants = wants_baseline };
  int64_t sid = 0;
  int ended = 0;
  int r = mg_snapshot_last (run->store, run->target.wsid, "baseline", &sid,
                            &ended, NULL, err);

  if (r >= 0)
    r = mg_run_list (run, &listing, err);
  if (r == 0 && !run->stopped)
    r = leave_unlisted (run, err);
  if (r < 0 || run->stopped || !ended || !anew)
    return r;
  listing.purpose = "index";
  listing.again = listing.fresh = 1;
  r = mg_run_list (run, &listing, err);
  return r == 0 && !run->stopped ? leave_unlisted (run, err) : r;
}
