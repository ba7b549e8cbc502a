/* A small request of our own, outside the queue and the limits: for tokens.
 * Runs on the I/O thread; the answer is bounded (64 KiB).
 */
#ifndef MG_NET_FETCH_H
#define MG_NET_FETCH_H

#include "base/buf.h"
#include "net/transport.h"

struct mg_fetch {
  struct mg_transport *transport;
  struct mg_transfer *transfer;  /* NULL when it is not on its way */
  char *url, *form, *auth_line;  /* owned; secrets are wiped */
  char *user_agent;
  size_t sent;                   /* of the form */
  int64_t deadline_us;
  int ended;                     /* there is a result */
  int status;
  int64_t date_us;
  char org_id[64];
  struct mg_buf body;
  struct mg_transfer_end end;
};

void mg_fetch_init (struct mg_fetch *fetch, struct mg_transport *transport,
                    const char *user_agent);
void mg_fetch_done (struct mg_fetch *fetch);

/* GET, or POST when there is a form.  auth_line is "Authorization: ..." or
 * NULL.  All is copied.  When it cannot start, it has ended with CONNECT. */
void mg_fetch_start (struct mg_fetch *fetch, const char *url, const char *form,
                     const char *auth_line, int64_t now_us);

/* Back to nothing, whatever it does; the answer is wiped. */
void mg_fetch_forget (struct mg_fetch *fetch);

/* Ends it when its time is up.  1 when it has ended. */
int mg_fetch_check (struct mg_fetch *fetch, int64_t now_us);

#endif
