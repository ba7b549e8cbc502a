/* How bodies lie in the session: packed with zlib, large ones as files under
 * blobs/, those of sensitive kinds sealed (libsodium secretbox) so that they
 * never stand in clear on disk.
 *
 * A packer belongs to one thread: its two zlib streams are reset, not made,
 * for every body.
 */
#ifndef MG_STORE_PACK_H
#define MG_STORE_PACK_H

#include <stddef.h>
#include <zlib.h>
#include "base/buf.h"
#include "base/digest.h"

#define MG_SEAL_KEY_LEN 32

struct mg_packer {
  z_stream deflate[2], inflate;      /* for most bodies, for long ones */
  int deflate_ready[2], inflate_ready;
  const char *blobs;                 /* folder for large bodies; borrowed */
  const unsigned char *key;          /* MG_SEAL_KEY_LEN bytes, or NULL */
};

void mg_packer_init (struct mg_packer *p, const char *blobs,
                     const unsigned char *key);
void mg_packer_done (struct mg_packer *p);

/* Appends the packed form; a large body is written, synced and renamed into
 * blobs/ first, so that the row never names a file that is not there.
 * ret_sha is the digest of the body.  MG_E_AUTH [no-key] when 'seal' and there
 * is no key; MG_E_IO [disk-full]. */
int mg_pack (struct mg_packer *p, const void *body, size_t len, int seal,
             struct mg_buf *ret_packed, unsigned char ret_sha[MG_DIGEST_LEN],
             struct mg_error *err);

/* Appends the body.  MG_E_STORE [session-corrupt] when it is not what pack
 * wrote; MG_E_AUTH [no-key] when it is sealed with another key or none. */
int mg_unpack (struct mg_packer *p, const void *packed, size_t len,
               struct mg_buf *ret_body, struct mg_error *err);

#endif
