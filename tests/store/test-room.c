/* What waits for the session's writer is bounded in bytes, too. */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/thread.h"
#include "mg-test.h"
#include "store/store.h"

#define N_OPS 40
#define FIT (MG_WRITER_BYTES / MG_MIB)

struct room {
  struct mg_mutex lock;
  struct mg_cond change;
  struct mg_store *store;
  int held, most, ended;           /* operations that exist */
};

struct big_op {
  struct mg_op op;
  struct room *room;
};

/* The first waits until the queue is full, and a little longer for more. */
static int
apply_big (struct mg_store *store, struct mg_conn *conn, struct mg_op *op,
           struct mg_error *err)
{
  struct room *room = ((struct big_op *) op)->room;
  int64_t until = mg_clock_now_us () + 100 * MG_MS_US;

  (void) store, (void) conn, (void) err;
  MG_LOCKED (&room->lock);
  while (room->ended == 0 && room->held < FIT + 1)
    mg_cond_wait (&room->change, &room->lock);
  while (room->ended == 0 && room->held < FIT + 2)
    if (mg_cond_wait_until (&room->change, &room->lock, until))
      break;
  return 0;
}

static void
free_big (struct mg_op *op)
{
  struct room *room = ((struct big_op *) op)->room;

  mg_mutex_lock (&room->lock);
  room->held--;
  room->ended++;
  mg_mutex_unlock (&room->lock);
  mg_free (op);
}

MG_TEST (what_waits_for_the_writer_has_a_limit)
{
  struct room room = { .held = 0 };
  int i;

  mg_mutex_init (&room.lock);
  mg_cond_init (&room.change);
  is_int (mg_store_open (mg_test_tmpdir (), 1, &room.store, NULL), 0);
  for (i = 0; i < N_OPS; i++) {
    struct big_op *big = mg_xcalloc (1, sizeof *big);

    big->op.apply = apply_big;
    big->op.free = free_big;
    big->op.size = MG_MIB;
    big->room = &room;
    mg_mutex_lock (&room.lock);
    if (++room.held > room.most)
      room.most = room.held;
    mg_cond_broadcast (&room.change);
    mg_mutex_unlock (&room.lock);
    is_int (mg_store_post (room.store, &big->op, NULL), 0);
  }
  is_int (mg_store_flush (room.store, NULL), 0);
  is_int (room.ended, N_OPS);
  /* those in the queue, and the one that had to wait */
  is_int (room.most, FIT + 1);
  mg_store_close (room.store);
  mg_cond_done (&room.change);
  mg_mutex_done (&room.lock);
}

MG_TEST (one_that_is_larger_than_the_limit_passes)
{
  struct room room = { .ended = 1 };
  struct big_op *big = mg_xcalloc (1, sizeof *big);

  mg_mutex_init (&room.lock);
  mg_cond_init (&room.change);
  is_int (mg_store_open (mg_test_tmpdir (), 1, &room.store, NULL), 0);
  big->op.apply = apply_big;
  big->op.free = free_big;
  big->op.size = 2 * MG_WRITER_BYTES;
  big->room = &room;
  is_int (mg_store_post (room.store, &big->op, NULL), 0);
  is_int (mg_store_flush (room.store, NULL), 0);
  is_int (room.ended, 2);
  mg_store_close (room.store);
  mg_cond_done (&room.change);
  mg_mutex_done (&room.lock);
}
