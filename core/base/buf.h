/* A growing byte buffer with a declared maximum.
 *
 * Invariant: data[len] == 0 once anything was appended; text() never NULL.
 * Adding beyond 'max' or without memory marks the buffer: it keeps its former
 * content, every later append fails too, and mg_buf_check tells.  So a chain
 * of appends needs one check at its end.
 * One owner, one thread.
 */
#ifndef MG_BASE_BUF_H
#define MG_BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include "base/error.h"

struct mg_buf {
  char *data;
  size_t len;
  size_t cap;
  size_t max;
  int failed;            /* 0 or MG_E_NOMEM */
  int must;              /* without memory the program ends: see alloc.h */
};

#define MG_BUF_INIT(maximum) { NULL, 0, 0, (maximum), 0, 0 }
/* For what the program itself says: small, and wrong when half of it is there.
 * A 'max' that is passed marks it as any other. */
#define MG_BUF_MUST(maximum) { NULL, 0, 0, (maximum), 0, 1 }

void mg_buf_init (struct mg_buf *b, size_t max);
void mg_buf_done (struct mg_buf *b);          /* release; NULL-safe */
void mg_buf_reset (struct mg_buf *b);         /* length 0, memory kept */
void mg_buf_move (struct mg_buf *dst, struct mg_buf *src); /* src left empty */
char *mg_buf_steal (struct mg_buf *b);        /* caller frees with mg_free */

int mg_buf_add (struct mg_buf *b, const void *data, size_t len);
int mg_buf_add_str (struct mg_buf *b, const char *s);
int mg_buf_add_byte (struct mg_buf *b, int c);
int mg_buf_addf (struct mg_buf *b, const char *format, ...) MG_PRINTF (2, 3);
int mg_buf_vaddf (struct mg_buf *b, const char *format, va_list args)
  MG_PRINTF (2, 0);

/* A JSON string with quotes, every byte escaped as JSON wants it; what is not
 * UTF-8 becomes U+FFFD. */
int mg_buf_add_json (struct mg_buf *b, const char *s);
int mg_buf_add_json_len (struct mg_buf *b, const char *s, size_t len);

/* Percent-encoding for one query value or path segment (all but unreserved;
 * '/' is kept when keep_slash). */
int mg_buf_add_url (struct mg_buf *b, const char *s, int keep_slash);

/* Room for at least 'more' bytes after len; NULL when refused.  The caller
 * writes there and then raises len itself (and keeps the final zero). */
char *mg_buf_reserve (struct mg_buf *b, size_t more) MG_NODISCARD;

const char *mg_buf_text (const struct mg_buf *b);   /* never NULL */

/* 0, or MG_E_NOMEM with a text that names 'what'. */
int mg_buf_check (const struct mg_buf *b, const char *what,
                  struct mg_error *err);

#endif
