/* What deciding costs: who may go on, what is claimed, who wakes whom, all of it
 * durable, without a network and without bodies.
 *
 *   sched-bench FOLDER ASSETS
 *
 * Makes a session in FOLDER with 2.3 edges for each asset, to ones before it,
 * then claims and ends every asset as an import does.  Prints one JSON object;
 * the CPU is that of the process, the writer's thread with it.
 */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/parse.h"
#include "base/rand.h"
#include "store/store.h"
#include "store/work.h"

#define KID 1
#define WSID 1
#define PER_PUT 500

struct bench {
  struct mg_store *store;
  struct mg_rand rand;
  int64_t n, n_edges, n_done;
  struct mg_error err;
};

static int64_t
cpu_us (void)
{
  struct rusage u;

  getrusage (RUSAGE_SELF, &u);
  return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * MG_SECOND_US
         + u.ru_utime.tv_usec + u.ru_stime.tv_usec;
}

static int
put_assets (struct bench *b)
{
  int64_t i = 0;
  int r = 0;

  while (i < b->n && r == 0) {
    struct mg_put_op *op = mg_put_op_new (MG_SOURCE_WSID, 1);
    int64_t end = i + PER_PUT < b->n ? i + PER_PUT : b->n;

    for (; i < end; i++) {
      struct mg_put *put = mg_put_op_add (op);

      put->kid = KID;
      put->stub = 1;
      put->src_id = mg_xasprintf ("%" PRId64, i);
      put->key = mg_xasprintf ("asset-%07" PRId64, i);
    }
    op->op.size = mg_put_op_size (op);
    r = mg_store_post (b->store, &op->op, &b->err);
  }
  return r == 0 ? mg_store_flush (b->store, &b->err) : r;
}

/* Two or three for most; an asset's id is its place, from 1. */
static int
put_edges (struct bench *b)
{
  int64_t i;
  int r = 0;

  for (i = 2; i <= b->n && r == 0; i++) {
    struct mg_edges_op *edges = mg_xcalloc (1, sizeof *edges);
    uint64_t most = mg_rand_below (&b->rand, 10) < 3 ? 3 : 2, k;

    edges->aid = i;
    edges->dst = mg_xcalloc (3, sizeof *edges->dst);
    for (k = 0; k < most; k++)
      edges->dst[edges->n_dst++] =
        1 + (int64_t) mg_rand_below (&b->rand, (uint64_t) (i - 1));
    b->n_edges += edges->n_dst;
    r = mg_edges_post (b->store, edges, &b->err);
  }
  return r;
}

static int
plan (struct bench *b)
{
  int64_t i;
  int r = 0;

  for (i = 1; i <= b->n && r == 0; i++) {
    struct mg_planned p = { .aid = i, .kid = KID, .op = MG_OP_CREATE,
                            .state = MG_WAIT };

    r = mg_work_plan (b->store, WSID, &p, &b->err);
  }
  return r == 0 ? mg_store_flush (b->store, &b->err) : r;
}

static int
end_one (struct bench *b, struct mg_work *w)
{
  struct mg_result *res = mg_result_new (w->wid, MG_DONE);

  res->new_aid = w->aid;
  res->provenance = MG_CREATED;
  b->n_done++;
  mg_work_release (w);
  return mg_result_post (b->store, res, &b->err);
}

static int
run (struct bench *b)
{
  struct mg_claim *claim = mg_xcalloc (1, sizeof *claim);
  int i, r = mg_work_arrange (b->store, WSID, &b->err), flushed = 0;

  while (r == 0) {
    claim->wsid = WSID;
    claim->durable = 1;
    claim->max = 32;
    claim->class_id = MG_WORK_CLASS (KID, MG_OP_CREATE);
    r = mg_work_claim (b->store, claim, &b->err);
    for (i = 0; i < claim->n_rows && r == 0; i++)
      r = end_one (b, &claim->rows[i]);
    if (claim->n_rows == 0 && flushed)
      break;
    flushed = claim->n_rows == 0;
    if (flushed && r == 0)
      r = mg_store_flush (b->store, &b->err);
  }
  mg_free (claim);
  return r;
}

int
main (int argc, char **argv)
{
  struct bench b = { .err = MG_ERROR_INIT };
  int64_t before = 0, began = 0;
  int r;

  if (argc != 3 || mg_parse_int64 (argv[2], &b.n) < 0 || b.n < 1) {
    fprintf (stderr, "usage: sched-bench FOLDER ASSETS\n");
    return 2;
  }
  mg_rand_seed (&b.rand, 1);
  r = mg_store_open (argv[1], 1, &b.store, &b.err);
  if (r == 0)
    r = put_assets (&b);
  if (r == 0)
    r = put_edges (&b);
  if (r == 0)
    r = plan (&b);
  if (r == 0) {
    before = cpu_us ();
    began = mg_clock_now_us ();
    r = run (&b);
  }
  if (r < 0 || b.n_done != b.n) {
    fprintf (stderr, "sched-bench: %" PRId64 " of %" PRId64 " done: %s\n",
             b.n_done, b.n, b.err.text);
    return 1;
  }
  printf ("{\"assets\": %" PRId64 ", \"edges\": %" PRId64 ", \"cpu_us\": %" PRId64
          ", \"wall_us\": %" PRId64 "}\n", b.n, b.n_edges, cpu_us () - before,
          mg_clock_now_us () - began);
  mg_store_close (b.store);
  return 0;
}
