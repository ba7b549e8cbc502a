/* The least that a client on libcurl can do: N requests over a bare multi loop.
 *
 *   curl-loop URL N IN_FLIGHT [BODY]
 *
 * POST with BODY, else GET; answers are dropped.  Easy handles and connections
 * are kept, nothing is parsed, stored or locked.  What the same requests cost
 * migrate is compared with this in 'make bench'.
 */
#include <config.h>

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"

#define MAX_IN_FLIGHT 256

struct loop {
  CURLM *multi;
  int64_t left, bad;
};

static size_t
drop_bytes (char *data, size_t size, size_t n, void *opaque)
{
  (void) data, (void) opaque;
  return size * n;
}

static CURL *
new_handle (const char *url, struct curl_slist *headers, const char *body)
{
  CURL *e = curl_easy_init ();

  if (e == NULL)
    return NULL;
  curl_easy_setopt (e, CURLOPT_URL, url);
  curl_easy_setopt (e, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt (e, CURLOPT_WRITEFUNCTION, drop_bytes);
  curl_easy_setopt (e, CURLOPT_HTTPHEADER, headers);
  if (body != NULL) {
    curl_easy_setopt (e, CURLOPT_POSTFIELDSIZE, (long) strlen (body));
    curl_easy_setopt (e, CURLOPT_POSTFIELDS, body);
  }
  return e;
}

/* Those that ended begin again while there is something left. */
static void
take_ended (struct loop *loop)
{
  CURLMsg *m;
  int queued;

  while ((m = curl_multi_info_read (loop->multi, &queued)) != NULL) {
    CURL *e = m->easy_handle;
    long status = 0;

    curl_easy_getinfo (e, CURLINFO_RESPONSE_CODE, &status);
    loop->bad += m->data.result != CURLE_OK || status >= 300;
    curl_multi_remove_handle (loop->multi, e);
    if (loop->left > 0) {
      loop->left--;
      curl_multi_add_handle (loop->multi, e);
    }
  }
}

int
main (int argc, char **argv)
{
  static CURL *handles[MAX_IN_FLIGHT];
  struct curl_slist *headers = NULL;
  struct loop loop = { 0 };
  int64_t in_flight = 0, i;
  int running = 1;

  if (argc < 4 || mg_parse_int64 (argv[2], &loop.left) < 0
      || mg_parse_int64 (argv[3], &in_flight) < 0 || in_flight < 1
      || in_flight > MAX_IN_FLIGHT || loop.left < in_flight) {
    fprintf (stderr, "usage: curl-loop URL N IN_FLIGHT [BODY]\n");
    return 2;
  }
  curl_global_init (CURL_GLOBAL_DEFAULT);
  loop.multi = curl_multi_init ();
  headers = curl_slist_append (headers, "Content-Type: application/json");
  headers = curl_slist_append (headers, "Expect:");
  for (i = 0; i < in_flight; i++) {
    handles[i] = new_handle (argv[1], headers, argc > 4 ? argv[4] : NULL);
    curl_multi_add_handle (loop.multi, handles[i]);
  }
  loop.left -= in_flight;
  while (running > 0 || loop.left > 0) {
    curl_multi_perform (loop.multi, &running);
    take_ended (&loop);
    curl_multi_poll (loop.multi, NULL, 0, 1000, NULL);
    curl_multi_perform (loop.multi, &running);
    take_ended (&loop);
  }
  for (i = 0; i < in_flight; i++) {
    curl_multi_remove_handle (loop.multi, handles[i]);
    curl_easy_cleanup (handles[i]);
  }
  curl_slist_free_all (headers);
  curl_multi_cleanup (loop.multi);
  if (loop.bad > 0) {
    fprintf (stderr, "curl-loop: %ld requests failed\n", (long) loop.bad);
    return 1;
  }
  return 0;
}
