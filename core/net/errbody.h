/* What a refused request's body says.  The service has six shapes
 * (JSON with error_code, API 1.2's "error", SCIM, "CODE: message", HTML,
 * nothing).  Pure.
 */
#ifndef MG_NET_ERRBODY_H
#define MG_NET_ERRBODY_H

#include <stddef.h>
#include <stdint.h>

enum mg_error_shape {
  MG_SHAPE_NONE,         /* empty, or nothing that can be read */
  MG_SHAPE_JSON,         /* {"error_code": ..., "message": ...} */
  MG_SHAPE_API12,        /* {"error": "..."} */
  MG_SHAPE_OAUTH,        /* {"error": "...", "error_description": "..."} */
  MG_SHAPE_SCIM,
  MG_SHAPE_TEXT,         /* CODE: message */
  MG_SHAPE_HTML,
};

struct mg_error_body {
  enum mg_error_shape shape;
  char code[64];         /* "RESOURCE_DOES_NOT_EXIST", "SCIM_409", "" */
  char message[600];     /* one line, bounded, not yet redacted */
  char request_id[64];   /* of details[].RequestInfo */
  char retry_delay[32];  /* of details[].RetryInfo: "3.000s" */
};

/* Reads what can be read; for NONE the message is the beginning of the body.
 * 'status' is the answer's. */
void mg_error_body_read (const char *body, size_t len, int status,
                         struct mg_error_body *ret_error);

/* Is a 2xx body an object with a top-level error_code, that is, an error? */
int mg_error_body_is_hidden (const char *body, size_t len);

/* Does it look like an HTML page? */
int mg_error_body_is_html (const char *body, size_t len);

/* Shapes that only the service itself writes: what it refuses in one of them
 * had no effect.  Gateways write HTML and nothing. */
int mg_error_body_is_known (const struct mg_error_body *error);

#endif
