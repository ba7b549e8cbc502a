/* URLs: see url.h.  Pure. */
#include <config.h>

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/parse.h"
#include "base/str.h"
#include "net/url.h"

static int
bad (struct mg_error *err, const char *text)
{
  /* what has an @ may have a password */
  return mg_error_set (err, MG_E_INVALID, "bad-url",
                       "'%.200s' is no http or https URL; write "
                       "https://HOST", strchr (text, '@') ? "..." : text);
}

static int
parse_scheme (const char **text, struct mg_url *url)
{
  const char *colon = strstr (*text, "://");

  url->is_https = 1;
  if (colon == NULL)
    return 0;
  if (colon - *text == 4 && strncasecmp (*text, "http", 4) == 0)
    url->is_https = 0;
  else if (colon - *text != 5 || strncasecmp (*text, "https", 5) != 0)
    return MG_E_INVALID;
  *text = colon + 3;
  return 0;
}

static int
set_host (struct mg_url *url, const char *text, size_t len)
{
  int brackets = len > 2 && text[0] == '[' && text[len - 1] == ']';
  size_t i;

  if (len == 0 || len >= sizeof url->host)
    return MG_E_INVALID;
  for (i = 0; i < len; i++) {
    unsigned char c = (unsigned char) text[i];

    if (!isalnum (c) && strchr (brackets ? "[]:.%" : "-._", c) == NULL)
      return MG_E_INVALID;
    url->host[i] = (char) tolower (c);
  }
  url->host[len] = '\0';
  return 0;
}

static int
parse_host (const char *text, size_t len, struct mg_url *url)
{
  char number[8] = "";
  size_t host_len = len;
  int64_t port;

  while (host_len > 0 && isdigit ((unsigned char) text[host_len - 1]))
    host_len--;
  if (host_len == 0 || text[host_len - 1] != ':')
    host_len = len;
  else {
    size_t digits = len - host_len;

    if (digits == 0 || digits >= sizeof number)
      return MG_E_INVALID;
    memcpy (number, text + host_len, digits);
    host_len--;
  }
  url->port = url->is_https ? 443 : 80;
  if (number[0] != '\0') {
    if (mg_parse_int64 (number, &port) < 0 || port < 1 || port > 65535)
      return MG_E_INVALID;
    url->port = (int) port;
  }
  return set_host (url, text, host_len);
}

int
mg_url_parse (const char *text, struct mg_url *ret_url, struct mg_error *err)
{
  struct mg_url url = { 0 };
  const char *p = text;
  size_t len, path_len, i;

  if (memchr (text, '@', strcspn (text, "?#")) != NULL)
    return mg_error_set (err, MG_E_INVALID, "password-in-url",
                         "a URL may hold no user or password: others can read "
                         "it; put them into a profile");
  if (parse_scheme (&p, &url) < 0)
    return bad (err, text);
  len = strcspn (p, "/?#");
  if (parse_host (p, len, &url) < 0)
    return bad (err, text);
  path_len = strcspn (p + len, "?#");
  while (path_len > 0 && p[len + path_len - 1] == '/')
    path_len--;
  if (path_len >= sizeof url.path)
    return bad (err, text);
  for (i = 0; i < path_len; i++)
    if ((unsigned char) p[len + i] <= ' ' || p[len + i] == 0x7f)
      return bad (err, text);
  memcpy (url.path, p + len, path_len);
  *ret_url = url;
  return 0;
}

char *
mg_url_text (const struct mg_url *url, int with_path)
{
  char port[8] = "";

  if (url->port != (url->is_https ? 443 : 80))
    snprintf (port, sizeof port, ":%d", url->port);
  return mg_xasprintf ("%s://%s%s%s", url->is_https ? "https" : "http",
                       url->host, port, with_path ? url->path : "");
}

int
mg_url_same_server (const struct mg_url *a, const struct mg_url *b)
{
  return a->is_https == b->is_https && a->port == b->port
         && strcmp (a->host, b->host) == 0;
}

int
mg_url_is_loopback (const struct mg_url *url)
{
  const char *p = url->host;
  int dots = 0;

  if (strcmp (p, "localhost") == 0 || mg_ends (p, ".localhost")
      || strcmp (p, "[::1]") == 0)
    return 1;
  if (!mg_starts (p, "127."))
    return 0;
  for (; *p != '\0'; p++) {
    if (*p == '.')
      dots++;
    else if (!isdigit ((unsigned char) *p))
      return 0;
  }
  return dots == 3;
}

int
mg_url_is_databricks (const struct mg_url *url)
{
  static const char *const endings[] = {
    ".azuredatabricks.net", ".databricks.azure.us", ".databricks.azure.cn",
    ".databricks.com", ".databricks.us", ".databricks.mil",
  };
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (endings); i++)
    if (mg_ends (url->host, endings[i]))
      return 1;
  return 0;
}
