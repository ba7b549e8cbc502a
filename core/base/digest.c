/* Digests: see digest.h. */
#include <config.h>

#include "base/digest.h"

void
mg_digest_init (struct mg_digest *d)
{
  crypto_hash_sha256_init (&d->state);
}

void
mg_digest_add (struct mg_digest *d, const void *data, size_t len)
{
  crypto_hash_sha256_update (&d->state, data, len);
}

void
mg_digest_end (struct mg_digest *d, unsigned char ret_sha[MG_DIGEST_LEN])
{
  crypto_hash_sha256_final (&d->state, ret_sha);
}

void
mg_digest_of (const void *data, size_t len,
              unsigned char ret_sha[MG_DIGEST_LEN])
{
  crypto_hash_sha256 (ret_sha, data, len);
}

void
mg_hex (const unsigned char *data, size_t len, char *ret_text)
{
  static const char digits[] = "0123456789abcdef";
  size_t i;

  for (i = 0; i < len; i++) {
    ret_text[2 * i] = digits[data[i] >> 4];
    ret_text[2 * i + 1] = digits[data[i] & 15];
  }
  ret_text[2 * len] = '\0';
}
