/* A request's body, read piece by piece from its parts.  One thread at a time;
 * files are opened one after the other. */
#ifndef MG_NET_BODY_H
#define MG_NET_BODY_H

#include <stddef.h>
#include <stdint.h>
#include "base/error.h"
#include "net/remote.h"

struct mg_body {
  const struct mg_part *parts;   /* borrowed */
  size_t n_parts;
  int64_t total;                 /* declared, bytes on the wire */
  int64_t done;                  /* read so far */
  size_t at;                     /* the part */
  size_t offset;                 /* in a MEM part */
  int fd;                        /* of a FILE part, -1 = not open */
};

/* Measures the parts.  MG_E_NOT_FOUND or MG_E_IO for a file. */
int mg_body_init (struct mg_body *body, const struct mg_part *parts,
                  size_t n_parts, struct mg_error *err);
void mg_body_done (struct mg_body *body);
void mg_body_rewind (struct mg_body *body);

/* Next bytes, at most 'size' (>= 4); 0 of them at the end.  MG_E_IO when a
 * file is no longer as long as it was. */
int mg_body_read (struct mg_body *body, char *to, size_t size, size_t *ret_len,
                  struct mg_error *err);

int mg_body_has_files (const struct mg_part *parts, size_t n_parts);

/* Writes 4 * ceil (len / 3) bytes, no zero at the end; returns their count. */
size_t mg_base64 (const void *data, size_t len, char *to);

#endif
