/* Secrets out of texts that people see: messages, events, traces.  Pure. */
#ifndef MG_NET_REDACT_H
#define MG_NET_REDACT_H

#include "base/buf.h"
#include "net/end.h"

#define MG_REDACTED "***"

/* Appends 'text' (at most 'len' bytes of it) with everything replaced that is
 * a secret of 'end' (NULL-safe) or looks like one: Databricks tokens, bearer
 * and basic credentials, JWTs, and the values of names such as token, secret,
 * password, signature in JSON, queries and forms. */
void mg_redact (struct mg_buf *ret_text, const char *text, size_t len,
                const struct mg_end *end);

/* In place, for a text in an array of 'size' bytes. */
void mg_redact_text (char *text, size_t size, const struct mg_end *end);

#endif
