/* Small requests for tokens: see fetch.h. */
#include <config.h>

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "net/fetch.h"

#define TIMEOUT_US (60 * MG_SECOND_US)

void
mg_fetch_init (struct mg_fetch *f, struct mg_transport *transport,
               const char *user_agent)
{
  memset (f, 0, sizeof *f);
  f->transport = transport;
  if (user_agent != NULL)
    f->user_agent = mg_xasprintf ("User-Agent: %s", user_agent);
  mg_buf_init (&f->body, MG_MAX_ERROR_BODY);
}

void
mg_fetch_forget (struct mg_fetch *f)
{
  int sent;

  if (f->transfer != NULL)
    f->transport->ops->cancel (f->transport, f->transfer, &sent);
  f->transfer = NULL;
  mg_free (f->url);
  mg_free_secret (f->form);
  mg_free_secret (f->auth_line);
  f->url = f->form = f->auth_line = NULL;
  if (f->body.data != NULL)
    mg_wipe (f->body.data, f->body.len);
  mg_buf_reset (&f->body);
}

void
mg_fetch_done (struct mg_fetch *f)
{
  mg_fetch_forget (f);
  mg_buf_done (&f->body);
  mg_free (f->user_agent);
  f->user_agent = NULL;
}

static long
read_body (void *opaque, char *to, size_t size)
{
  struct mg_fetch *f = opaque;
  size_t n = strlen (f->form) - f->sent;

  if (n > size)
    n = size;
  memcpy (to, f->form + f->sent, n);
  f->sent += n;
  return (long) n;
}

static int
rewind_body (void *opaque)
{
  struct mg_fetch *f = opaque;

  f->sent = 0;
  return 0;
}

static void
on_status (void *opaque, int status)
{
  struct mg_fetch *f = opaque;

  f->status = status;
}

static void
on_header (void *opaque, const char *name, const char *value)
{
  struct mg_fetch *f = opaque;

  if (strcasecmp (name, "x-databricks-org-id") == 0)
    snprintf (f->org_id, sizeof f->org_id, "%s", value);
}

static int
on_data (void *opaque, const char *data, size_t len)
{
  struct mg_fetch *f = opaque;

  return mg_buf_add (&f->body, data, len);
}

static void
on_end (void *opaque, const struct mg_transfer_end *end)
{
  struct mg_fetch *f = opaque;

  f->transfer = NULL;
  f->ended = 1;
  f->end = *end;
}

static const struct mg_transfer_ops ops = {
  .read_body = read_body,
  .rewind_body = rewind_body,
  .on_status = on_status,
  .on_header = on_header,
  .on_data = on_data,
  .on_end = on_end,
};

void
mg_fetch_start (struct mg_fetch *f, const char *url, const char *form,
                const char *auth_line, int64_t now_us)
{
  const char *headers[5];
  size_t n = 0;
  struct mg_submit s = { .method = form ? "POST" : "GET", .ops = &ops,
                         .opaque = f, .body_len = -1, .headers = headers };
  struct mg_error err = MG_ERROR_INIT;

  mg_fetch_forget (f);
  f->url = mg_xstrdup (url);
  f->form = mg_xstrdup (form);
  f->auth_line = mg_xstrdup (auth_line);
  f->sent = 0;
  f->ended = f->status = 0;
  f->org_id[0] = '\0';
  f->deadline_us = now_us + TIMEOUT_US;
  headers[n++] = "Accept: application/json";
  if (f->user_agent != NULL)
    headers[n++] = f->user_agent;
  if (f->auth_line != NULL)
    headers[n++] = f->auth_line;
  if (form != NULL) {
    headers[n++] = "Content-Type: application/x-www-form-urlencoded";
    s.body_len = (int64_t) strlen (form);
  }
  headers[n] = NULL;
  s.url = f->url;
  if (f->transport->ops->submit (f->transport, &s, &f->transfer, &err) < 0) {
    f->ended = 1;
    f->end.result = MG_TRANSFER_CONNECT;
    snprintf (f->end.text, sizeof f->end.text, "%s", err.text);
  }
}

int
mg_fetch_check (struct mg_fetch *f, int64_t now_us)
{
  if (f->ended || f->transfer == NULL || now_us < f->deadline_us)
    return f->ended;
  f->transport->ops->cancel (f->transport, f->transfer, &f->end.sent);
  f->transfer = NULL;
  f->ended = 1;
  f->end.result = MG_TRANSFER_TIMEOUT;
  snprintf (f->end.text, sizeof f->end.text, "no answer in time");
  return 1;
}
