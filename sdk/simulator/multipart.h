/* The parts of a form (multipart/form-data).  They point into the body. */
#ifndef SIM_MULTIPART_H
#define SIM_MULTIPART_H

#include <stddef.h>

struct sim_multipart {
  const char *at, *end;
  char *divider;             /* between two parts, with the line break */
  size_t divider_len;
};

struct sim_part {
  char *name;                /* to be freed */
  int is_file;
  const char *data;
  size_t len;
};

int sim_is_multipart (const char *content_type);
/* 0, or -1: it is no such body, and there is nothing to release. */
int sim_multipart_begin (struct sim_multipart *m, const char *content_type,
                         const char *body, size_t len);
/* 1, 0 behind the last part, -1: it is broken.  The name is only there after
 * 1. */
int sim_multipart_next (struct sim_multipart *m, struct sim_part *ret_part);
void sim_multipart_done (struct sim_multipart *m);

#endif
