/* Packing: see pack.h.
 *
 * First byte: 'r' raw, 'z' zlib after eight bytes of length (big endian), 'f'
 * the name of a file in blobs/ (which holds an 'r', 'z' or 's' form), 's' a
 * nonce and a secretbox around another form. */
#include <config.h>

#include <sodium.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/rand.h"
#include "store/pack.h"

#define SMALL 512                     /* saves less than it costs */
#define LONG (8 * MG_KIB)             /* what a lean stream does as well */
#define HEAD 9

void
mg_packer_init (struct mg_packer *p, const char *blobs,
                const unsigned char *key)
{
  memset (p, 0, sizeof *p);
  p->blobs = blobs;
  p->key = key;
}

void
mg_packer_done (struct mg_packer *p)
{
  int i;

  for (i = 0; i < 2; i++) {
    if (p->deflate_ready[i])
      deflateEnd (&p->deflate[i]);
    p->deflate_ready[i] = 0;
  }
  if (p->inflate_ready)
    inflateEnd (&p->inflate);
  p->inflate_ready = 0;
}

/* A stream that is ready to begin.  The lean one has 32 KiB of tables instead
 * of 256, for each thread, and touches as much less for each body. */
static z_stream *
begin_deflate (struct mg_packer *p, size_t len)
{
  int is_long = len > LONG;
  z_stream *z = &p->deflate[is_long];

  if (p->deflate_ready[is_long])
    deflateReset (z);
  else if (deflateInit2 (z, 1, Z_DEFLATED, is_long ? 15 : 12, is_long ? 8 : 5,
                         Z_DEFAULT_STRATEGY) != Z_OK)
    return NULL;
  p->deflate_ready[is_long] = 1;
  return z;
}

static int
deflate_body (struct mg_packer *p, const void *body, size_t len,
              struct mg_buf *out, struct mg_error *err)
{
  z_stream *z = begin_deflate (p, len);
  size_t bound, i;
  char *to;

  if (z == NULL)
    return mg_error_set (err, MG_E_NOMEM, "no-memory", "no memory to pack");
  bound = deflateBound (z, len) + HEAD;
  to = mg_buf_reserve (out, bound);
  if (to == NULL)
    return mg_buf_check (out, "packed body", err);
  to[0] = 'z';
  for (i = 0; i < 8; i++)
    to[1 + i] = (char) ((uint64_t) len >> (56 - 8 * i));
  z->next_in = (Bytef *) (uintptr_t) body;
  z->avail_in = (uInt) len;
  z->next_out = (Bytef *) to + HEAD;
  z->avail_out = (uInt) (bound - HEAD);
  if (deflate (z, Z_FINISH) != Z_STREAM_END)
    mg_bug ("deflate did not end");
  out->len += HEAD + z->total_out;
  out->data[out->len] = '\0';
  return 0;
}

static int
seal (struct mg_packer *p, struct mg_buf *form, struct mg_error *err)
{
  struct mg_buf box = MG_BUF_INIT (form->max + 64);
  unsigned char *to;

  if (p->key == NULL)
    return mg_error_set (err, MG_E_AUTH, "no-key",
                         "no key to seal secrets with; give --key-file or "
                         "--key-command");
  to = (unsigned char *) mg_buf_reserve (&box, form->len + 1
                                         + crypto_secretbox_NONCEBYTES
                                         + crypto_secretbox_MACBYTES);
  if (to == NULL)
    return mg_buf_check (&box, "sealed body", err);
  to[0] = 's';
  mg_rand_bytes (to + 1, crypto_secretbox_NONCEBYTES);
  crypto_secretbox_easy (to + 1 + crypto_secretbox_NONCEBYTES,
                         (const unsigned char *) form->data, form->len, to + 1,
                         p->key);
  box.len = form->len + 1 + crypto_secretbox_NONCEBYTES
            + crypto_secretbox_MACBYTES;
  mg_wipe (form->data, form->len);
  mg_buf_move (form, &box);
  return 0;
}

static int
to_file (struct mg_packer *p, const unsigned char *sha, struct mg_buf *form,
         struct mg_error *err)
{
  char name[2 * MG_DIGEST_LEN + 3];
  MG_CLEANUP_FREE char *path = NULL;
  int r;

  /* a sealed and an open body of the same bytes are two files */
  name[0] = 'f';
  name[1] = form->data[0];
  mg_hex (sha, MG_DIGEST_LEN, name + 2);
  path = mg_path_join (p->blobs, name + 1);
  if (!mg_file_exists (path)) {
    r = mg_file_write (path, form->data, form->len, 0600, err);
    if (r < 0)
      return r;
  }
  mg_buf_reset (form);
  return mg_buf_add_str (form, name);
}

int
mg_pack (struct mg_packer *p, const void *body, size_t len, int is_secret,
         struct mg_buf *ret_packed, unsigned char ret_sha[MG_DIGEST_LEN],
         struct mg_error *err)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf form =
    MG_BUF_INIT (len + len / 1000 + 4096);
  int r = 0;

  mg_digest_of (body, len, ret_sha);
  if (len < SMALL) {
    mg_buf_add_byte (&form, 'r');
    mg_buf_add (&form, body, len);
    r = mg_buf_check (&form, "body", err);
  }
  else
    r = deflate_body (p, body, len, &form, err);
  if (r == 0 && is_secret)
    r = seal (p, &form, err);
  if (r == 0 && len > MG_MAX_ASSET_INLINE)
    r = to_file (p, ret_sha, &form, err);
  if (r == 0 && mg_buf_add (ret_packed, form.data, form.len) < 0)
    r = mg_buf_check (ret_packed, "packed body", err);
  return r;
}

static int
corrupt (struct mg_error *err)
{
  return mg_error_set (err, MG_E_STORE, "session-corrupt",
                       "a stored body is damaged; restore the session from a "
                       "copy, or export again");
}

static int
inflate_body (struct mg_packer *p, const char *data, size_t len,
              struct mg_buf *out, struct mg_error *err)
{
  uint64_t size = 0;
  size_t i;
  char *to;
  int r;

  if (len < HEAD)
    return corrupt (err);
  for (i = 1; i < HEAD; i++)
    size = size << 8 | (unsigned char) data[i];
  if (!p->inflate_ready) {
    if (inflateInit (&p->inflate) != Z_OK)
      return mg_error_set (err, MG_E_NOMEM, "no-memory", "no memory to unpack");
    p->inflate_ready = 1;
  }
  else
    inflateReset (&p->inflate);
  if (size > out->max)
    return corrupt (err);
  to = mg_buf_reserve (out, (size_t) size);
  if (to == NULL)
    return mg_buf_check (out, "body", err);
  p->inflate.next_in = (Bytef *) (uintptr_t) (data + HEAD);
  p->inflate.avail_in = (uInt) (len - HEAD);
  p->inflate.next_out = (Bytef *) to;
  p->inflate.avail_out = (uInt) size;
  r = inflate (&p->inflate, Z_FINISH);
  if (r != Z_STREAM_END || p->inflate.total_out != size)
    return corrupt (err);
  out->len += (size_t) size;
  out->data[out->len] = '\0';
  return 0;
}

static int
unseal (struct mg_packer *p, const unsigned char *data, size_t len,
        struct mg_buf *ret_form, struct mg_error *err)
{
  const size_t head = 1 + crypto_secretbox_NONCEBYTES;
  size_t plain = len - head - crypto_secretbox_MACBYTES;
  char *to;

  if (len < head + crypto_secretbox_MACBYTES)
    return corrupt (err);
  to = mg_buf_reserve (ret_form, plain);
  if (to == NULL)
    return mg_buf_check (ret_form, "body", err);
  if (p->key == NULL
      || crypto_secretbox_open_easy ((unsigned char *) to, data + head,
                                     len - head, data + 1, p->key) != 0)
    return mg_error_set (err, MG_E_AUTH, "no-key",
                         "a sealed body cannot be opened with this key; give "
                         "the --key-file or --key-command of this session");
  ret_form->len = plain;
  ret_form->data[plain] = '\0';
  return 0;
}

static int
unpack_file (struct mg_packer *p, const char *data, size_t len,
             struct mg_buf *ret_body, struct mg_error *err)
{
  MG_CLEANUP_FREE char *name = mg_xstrndup (data + 1, len - 1);
  MG_CLEANUP_FREE char *path = mg_path_join (p->blobs, name);
  MG_CLEANUP (mg_buf_done) struct mg_buf form =
    MG_BUF_INIT (ret_body->max + 4096);
  int r;

  if (len != 2 * MG_DIGEST_LEN + 2 || strchr (name, '/') != NULL)
    return corrupt (err);
  r = mg_file_read (path, &form, err);
  if (r < 0)
    return r;
  if (form.len > 0 && form.data[0] == 'f')
    return corrupt (err);
  return mg_unpack (p, form.data, form.len, ret_body, err);
}

int
mg_unpack (struct mg_packer *p, const void *packed, size_t len,
           struct mg_buf *ret_body, struct mg_error *err)
{
  const char *data = packed;
  int r;

  if (len == 0)
    return corrupt (err);
  switch (data[0]) {
  case 'r':
    r = mg_buf_add (ret_body, data + 1, len - 1);
    return r < 0 ? mg_buf_check (ret_body, "body", err) : 0;
  case 'z':
    return inflate_body (p, data, len, ret_body, err);
  case 'f':
    return unpack_file (p, data, len, ret_body, err);
  case 's':
    {
      MG_CLEANUP (mg_buf_done) struct mg_buf form =
        MG_BUF_INIT (ret_body->max + 4096);

      r = unseal (p, packed, len, &form, err);
      if (r == 0 && form.len > 0 && form.data[0] == 's')
        r = corrupt (err);
      if (r == 0)
        r = mg_unpack (p, form.data, form.len, ret_body, err);
      if (form.data != NULL)
        mg_wipe (form.data, form.len);
      return r;
    }
  default:
    return corrupt (err);
  }
}
