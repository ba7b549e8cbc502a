/* The few things we need to know of a URL.  Pure. */
#ifndef MG_NET_URL_H
#define MG_NET_URL_H

#include "base/error.h"

struct mg_url {
  int is_https;
  char host[256];        /* lower case; an IPv6 address in brackets */
  int port;              /* as written, else 443 or 80 */
  char path[512];        /* "" or "/a/b", no slash at its end, no query */
};

/* "https://" is added when there is no scheme.  Query, fragment and slashes at
 * the end are cut off.  MG_E_INVALID [password-in-url], [bad-url]. */
int mg_url_parse (const char *text, struct mg_url *ret_url,
                  struct mg_error *err);

/* "https://host:port", the port only when it is not the scheme's, and the path
 * when asked.  The caller frees with mg_free. */
char *mg_url_text (const struct mg_url *url, int with_path);

int mg_url_same_server (const struct mg_url *a, const struct mg_url *b);

int mg_url_is_loopback (const struct mg_url *url);

/* By the endings that Databricks uses on the three clouds. */
int mg_url_is_databricks (const struct mg_url *url);

#endif
