/* Requests to the simulator, however they look: each gets an answer that can
 * be sent, an error says so as the service does, and the state can be saved.
 * A request is a line 'METHOD /target', perhaps followed by lines of its body,
 * and ends with a line '.'.  A body that begins with '--part' is a form. */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/str.h"
#include "fuzz.h"
#include "simulator/sim.h"

const char mg_fuzz_corpus[] = "sim";

enum { MAX_REQUESTS = 32 };

struct fuzz_sim {
  struct sim *sim;
  struct mg_rand rng;
  int64_t now_us;
  uint32_t seq;
  char authorization[200];
};

static void
check_reply (const struct sim_reply *reply)
{
  size_t len;
  int i;

  must (reply->wire == SIM_WIRE_CUT || reply->wire == SIM_WIRE_SILENT
        || (reply->status >= 100 && reply->status < 600));
  must (reply->delay_us >= 0);
  must (reply->n_headers >= 0 && reply->n_headers <= SIM_MAX_HEADERS);
  for (i = 0; i < reply->n_headers; i++)
    must (strpbrk (reply->headers[i].value, "\r\n") == NULL);
  (void) sim_reply_bytes (reply, &len);
  must (len == 0 || reply->content_type != NULL);
}

static void
step (struct fuzz_sim *f, char *line, const char *body, size_t len)
{
  struct sim_request q = {
    .host = "sim:80", .scheme = "http", .authorization = f->authorization,
    .connection = 1, .connection_seq = f->seq++, .local = 1,
    .content_type = len > 0 && mg_starts (body, "--part")
      ? "multipart/form-data; boundary=part" : "application/json",
    .method = line,
    .body = len ? body : NULL, .body_len = len,
  };
  struct sim_reply reply = { 0 };
  char *space = strchr (line, ' ');

  if (space == NULL)
    return;
  *space = '\0';
  q.target = space + 1;
  sim_step (f->sim, &q, f->now_us, &f->rng, &reply);
  f->now_us += MG_SECOND_US / 10;
  check_reply (&reply);
  sim_reply_done (&reply);
}

/* The end of the request that begins here: behind its line '.'. */
static char *
cut_request (char *text, char **ret_body, size_t *ret_len)
{
  char *body = strchr (text, '\n'), *end;

  if (body == NULL) {
    *ret_body = text + strlen (text);
    *ret_len = 0;
    return NULL;
  }
  *body++ = '\0';
  end = strncmp (body, ".\n", 2) == 0 ? body : strstr (body, "\n.\n");
  *ret_body = body;
  *ret_len = end ? (size_t) (end - body) : strlen (body);
  return end ? end + (end == body ? 2 : 3) : NULL;
}

static void
check_state (struct fuzz_sim *f)
{
  struct mg_buf text = MG_BUF_INIT (SIM_MAX_REPLY);
  struct mg_error err = MG_ERROR_INIT;

  must (sim_save (f->sim, &text, &err) == 0);
  must (mg_json_check (text.data, text.len, NULL) == 0);
  mg_buf_done (&text);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  struct sim_config config = { .name = "sim", .seed = 7, .lenient = size % 2 };
  struct fuzz_sim f = { .now_us = INT64_C (1800000000) * MG_SECOND_US };
  MG_CLEANUP_FREE char *text = mg_xstrndup ((const char *) data, size);
  char *at = text, *next, *body;
  size_t len;
  int n;

  /* answers as large as that are what they are for, and slow */
  if (strstr (text, "\"big\"") != NULL || strstr (text, "\"deep\"") != NULL)
    return 0;
  mg_rand_seed (&f.rng, 7);
  must (sim_new (&config, f.now_us, &f.sim, NULL) == 0);
  snprintf (f.authorization, sizeof f.authorization, "Bearer %s",
            sim_token (f.sim));
  for (n = 0; at != NULL && *at != '\0' && n < MAX_REQUESTS; n++, at = next) {
    next = cut_request (at, &body, &len);
    step (&f, at, body, len);
  }
  check_state (&f);
  sim_free (f.sim);
  return 0;
}
