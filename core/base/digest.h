/* SHA-256 (libsodium), for comparing bodies and naming blobs.  One thread per
 * struct. */
#ifndef MG_BASE_DIGEST_H
#define MG_BASE_DIGEST_H

#include <sodium/crypto_hash_sha256.h>
#include <stddef.h>

#define MG_DIGEST_LEN 32

struct mg_digest { crypto_hash_sha256_state state; };

void mg_digest_init (struct mg_digest *d);
void mg_digest_add (struct mg_digest *d, const void *data, size_t len);
void mg_digest_end (struct mg_digest *d, unsigned char ret_sha[MG_DIGEST_LEN]);
void mg_digest_of (const void *data, size_t len,
                   unsigned char ret_sha[MG_DIGEST_LEN]);
void mg_hex (const unsigned char *data, size_t len, char *ret_text);

#endif
