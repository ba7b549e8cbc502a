/* A scripted HTTP server on loopback for tests of the network floor: it answers
 * the n-th request that arrives with the n-th reply of its script, whatever
 * the connection, and keeps what was asked.  One thread of its own; the port
 * is the kernel's choice.
 *
 *   static const struct reply script[] = {
 *     { .status = 503, .headers = "Retry-After: 1\r\n" },
 *     { .status = 200, .body = "{}" },
 *   };
 *   struct replier *s = replier_start (script, 2);
 */
#ifndef MG_TESTS_REPLIER_H
#define MG_TESTS_REPLIER_H

#include <stddef.h>

enum reply_how {
  REPLY_SEND,            /* and keep the connection */
  REPLY_SEND_CLOSE,      /* and close it */
  REPLY_CLOSE,           /* read the request, close without a word */
  REPLY_RESET,           /* read the request, reset the connection */
  REPLY_RESET_EARLY,     /* reset as soon as the first byte comes */
  REPLY_STALL,           /* read the request and say nothing any more */
  REPLY_SEND_STALL,      /* send this much, then nothing any more */
  REPLY_SLOW,            /* send it byte by byte */
};

struct reply {
  enum reply_how how;
  int status;
  const char *headers;   /* more lines, each with \r\n */
  const char *body;      /* NULL = "{}"; ${url} in it is the server itself */
  size_t body_len;       /* 0 = strlen */
  const char *raw;       /* all of the answer, as it stands */
  int times;             /* 0 = once, -1 = for ever */
};

struct replier;

struct replier *replier_start (const struct reply *script, size_t n);
void replier_stop (struct replier *s);

const char *replier_url (const struct replier *s);   /* "http://127.0.0.1:P" */

/* Requests that were read whole, and their text (head and the body's first
 * 64 KiB; "" beyond the last).  The text holds until replier_stop. */
int replier_n (struct replier *s);
const char *replier_request (struct replier *s, int i);
size_t replier_body_len (struct replier *s, int i);

int replier_n_connections (struct replier *s);

#endif
