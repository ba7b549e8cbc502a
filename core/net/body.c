/* Bodies piece by piece: see body.h. */
#include <config.h>

#include <string.h>

#include "base/fd.h"
#include "net/body.h"

size_t
mg_base64 (const void *data, size_t len, char *to)
{
  static const char digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const unsigned char *p = data;
  char *start = to;

  for (; len >= 3; len -= 3, p += 3) {
    *to++ = digits[p[0] >> 2];
    *to++ = digits[(p[0] & 3) << 4 | p[1] >> 4];
    *to++ = digits[(p[1] & 15) << 2 | p[2] >> 6];
    *to++ = digits[p[2] & 63];
  }
  if (len > 0) {
    int second = len > 1 ? p[1] : 0;

    *to++ = digits[p[0] >> 2];
    *to++ = digits[(p[0] & 3) << 4 | second >> 4];
    *to++ = len > 1 ? digits[(second & 15) << 2] : '=';
    *to++ = '=';
  }
  return (size_t) (to - start);
}

int
mg_body_has_files (const struct mg_part *parts, size_t n_parts)
{
  size_t i;

  for (i = 0; i < n_parts; i++)
    if (parts[i].type != MG_PART_MEM)
      return 1;
  return 0;
}

static int
part_len (const struct mg_part *part, int64_t *ret_len, struct mg_error *err)
{
  int64_t size;
  int fd, r;

  if (part->type == MG_PART_MEM) {
    *ret_len = (int64_t) part->len;
    return 0;
  }
  r = mg_fd_open (part->path, &fd, &size, err);
  if (r < 0)
    return r;
  mg_fd_close (&fd);
  *ret_len = part->type == MG_PART_FILE ? size : (size + 2) / 3 * 4;
  return 0;
}

int
mg_body_init (struct mg_body *body, const struct mg_part *parts,
              size_t n_parts, struct mg_error *err)
{
  int64_t len;
  size_t i;
  int r;

  memset (body, 0, sizeof *body);
  body->fd = -1;
  body->parts = parts;
  body->n_parts = n_parts;
  for (i = 0; i < n_parts; i++) {
    r = part_len (&parts[i], &len, err);
    if (r < 0)
      return r;
    body->total += len;
  }
  return 0;
}

void
mg_body_done (struct mg_body *body)
{
  mg_fd_close (&body->fd);
}

void
mg_body_rewind (struct mg_body *body)
{
  mg_fd_close (&body->fd);
  body->at = body->offset = 0;
  body->done = 0;
}

/* Each reads into 'to' and says how much; 0 when the part has ended. */

static size_t
read_mem (struct mg_body *body, const struct mg_part *part, char *to,
          size_t size)
{
  size_t n = part->len - body->offset;

  if (n > size)
    n = size;
  if (n > 0)
    memcpy (to, (const char *) part->data + body->offset, n);
  body->offset += n;
  return n;
}

static int
read_base64 (int fd, const char *path, char *to, size_t size, size_t *ret_len,
             struct mg_error *err)
{
  unsigned char raw[3 * 1024];
  size_t done = 0, n;

  while (size - done >= 4) {
    size_t want = (size - done) / 4 * 3;
    int r = mg_fd_read (fd, raw, want < sizeof raw ? want : sizeof raw, &n,
                        path, err);

    if (r < 0)
      return r;
    if (n == 0)
      break;
    done += mg_base64 (raw, n, to + done);
  }
  *ret_len = done;
  return 0;
}

static int
read_part (struct mg_body *body, char *to, size_t size, size_t *ret_len,
           struct mg_error *err)
{
  const struct mg_part *part = &body->parts[body->at];
  int r;

  if (part->type == MG_PART_MEM) {
    *ret_len = read_mem (body, part, to, size);
    return 0;
  }
  if (body->fd < 0) {
    r = mg_fd_open (part->path, &body->fd, NULL, err);
    if (r < 0)
      return r;
  }
  if (part->type == MG_PART_FILE_BASE64)
    return read_base64 (body->fd, part->path, to, size, ret_len, err);
  return mg_fd_read (body->fd, to, size, ret_len, part->path, err);
}

int
mg_body_read (struct mg_body *body, char *to, size_t size, size_t *ret_len,
              struct mg_error *err)
{
  size_t done = 0, n;

  while (body->at < body->n_parts && size - done >= 4) {
    int r = read_part (body, to + done, size - done, &n, err);

    if (r < 0)
      return r;
    done += n;
    if (n > 0)
      continue;
    mg_fd_close (&body->fd);
    body->at++;
    body->offset = 0;
  }
  body->done += (int64_t) done;
  if (body->done > body->total || (done == 0 && body->done != body->total))
    return mg_error_set (err, MG_E_IO, "file-changed",
                         "a file changed while it was sent; leave the session "
                         "alone and try again");
  *ret_len = done;
  return 0;
}
