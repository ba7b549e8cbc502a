/* What a refused request's body says: see errbody.h.  json-c reads, with a
 * bound on nesting; nothing of it is ever sent again. */
#include <config.h>

#include <ctype.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/str.h"
#include "net/errbody.h"

#define MAX_DEPTH 32

static void
put_json (json_object **object)
{
  json_object_put (*object);
}

/* One line: runs of white space and control bytes become one space. */
static void
set_line (char *to, size_t size, const char *from, size_t len)
{
  size_t used = 0, i;

  for (i = 0; i < len && used + 1 < size; i++) {
    int blank = (unsigned char) from[i] <= ' ' || from[i] == 0x7f;

    if (!blank)
      to[used++] = from[i];
    else if (used > 0 && to[used - 1] != ' ')
      to[used++] = ' ';
  }
  while (used > 0 && to[used - 1] == ' ')
    used--;
  to[used] = '\0';
  /* not in the middle of a character */
  if (i < len && used > 0 && (to[used - 1] & 0x80)) {
    while (used > 0 && (to[used - 1] & 0xc0) == 0x80)
      used--;
    to[used > 0 ? used - 1 : 0] = '\0';
  }
}

static json_object *
parse (const char *body, size_t len)
{
  json_tokener *tokener;
  json_object *root;

  while (len > 0 && isspace ((unsigned char) *body)) {
    body++;
    len--;
  }
  if (len == 0 || *body != '{' || len > MG_MAX_ERROR_BODY)
    return NULL;
  tokener = json_tokener_new_ex (MAX_DEPTH);
  if (tokener == NULL)
    return NULL;
  root = json_tokener_parse_ex (tokener, body, (int) len);
  if (json_tokener_get_error (tokener) != json_tokener_success) {
    json_object_put (root);
    root = NULL;
  }
  json_tokener_free (tokener);
  return root;
}

static json_object *
member (json_object *object, const char *key, json_type type)
{
  json_object *value = NULL;

  if (!json_object_is_type (object, json_type_object)
      || !json_object_object_get_ex (object, key, &value)
      || !json_object_is_type (value, type))
    return NULL;
  return value;
}

/* A string or a number as text; 0 when it is neither. */
static int
get_text (json_object *object, const char *key, char *to, size_t size)
{
  json_object *value = member (object, key, json_type_string);

  if (value == NULL)
    value = member (object, key, json_type_int);
  if (value == NULL)
    return 0;
  set_line (to, size, json_object_get_string (value),
            strlen (json_object_get_string (value)));
  return 1;
}

static void
read_detail (json_object *detail, struct mg_error_body *ret)
{
  char type[120] = "";

  get_text (detail, "@type", type, sizeof type);
  if (mg_ends (type, "google.rpc.RequestInfo"))
    get_text (detail, "request_id", ret->request_id, sizeof ret->request_id);
  if (mg_ends (type, "google.rpc.RetryInfo"))
    get_text (detail, "retry_delay", ret->retry_delay,
              sizeof ret->retry_delay);
}

static void
read_details (json_object *root, struct mg_error_body *ret)
{
  json_object *list = member (root, "details", json_type_array);
  size_t i, n = list ? json_object_array_length (list) : 0;

  for (i = 0; i < n && i < 32; i++)
    read_detail (json_object_array_get_idx (list, i), ret);
}

static int
read_error_code (json_object *root, struct mg_error_body *ret)
{
  if (!get_text (root, "error_code", ret->code, sizeof ret->code))
    return 0;
  get_text (root, "message", ret->message, sizeof ret->message);
  read_details (root, ret);
  ret->shape = MG_SHAPE_JSON;
  return 1;
}

static int
read_scim (json_object *root, int status, struct mg_error_body *ret)
{
  char type[64] = "", detail[sizeof ret->message - 80] = "";
  char number[16] = "";
  json_object *schemas = member (root, "schemas", json_type_array);

  if (schemas == NULL)
    return 0;
  get_text (root, "scimType", type, sizeof type);
  get_text (root, "detail", detail, sizeof detail);
  if (!get_text (root, "status", number, sizeof number))
    snprintf (number, sizeof number, "%d", status);
  if (strcmp (detail, "null") == 0)
    snprintf (detail, sizeof detail, "SCIM API Internal Error");
  snprintf (ret->code, sizeof ret->code, "SCIM_%s", number);
  snprintf (ret->message, sizeof ret->message, "%s%s%s", type,
            type[0] && detail[0] ? " " : "", detail);
  ret->shape = MG_SHAPE_SCIM;
  return 1;
}

static int
read_plain_error (json_object *root, struct mg_error_body *ret)
{
  char text[sizeof ret->message] = "";

  if (!get_text (root, "error", text, sizeof text)
      && !get_text (root, "errorCode", text, sizeof text))
    return 0;
  if (get_text (root, "error_description", ret->message, sizeof ret->message)
      || get_text (root, "errorSummary", ret->message, sizeof ret->message)) {
    set_line (ret->code, sizeof ret->code, text, strlen (text));
    ret->shape = MG_SHAPE_OAUTH;
    return 1;
  }
  set_line (ret->message, sizeof ret->message, text, strlen (text));
  ret->shape = MG_SHAPE_API12;
  return 1;
}

static int
read_json (const char *body, size_t len, int status, struct mg_error_body *ret)
{
  MG_CLEANUP (put_json) json_object *root = parse (body, len);

  if (root == NULL)
    return 0;
  if (read_error_code (root, ret) || read_scim (root, status, ret)
      || read_plain_error (root, ret))
    return 1;
  /* without a code, but with a text of the service's */
  if (get_text (root, "message", ret->message, sizeof ret->message)) {
    ret->shape = MG_SHAPE_JSON;
    return 1;
  }
  return 0;
}

/* CODE: message */
static int
read_code_colon (const char *body, size_t len, struct mg_error_body *ret)
{
  size_t n = 0;

  while (n < len && (isupper ((unsigned char) body[n]) || body[n] == '_'))
    n++;
  if (n < 3 || n >= sizeof ret->code || len - n < 2 || body[n] != ':'
      || body[n + 1] != ' ')
    return 0;
  set_line (ret->code, sizeof ret->code, body, n);
  set_line (ret->message, sizeof ret->message, body + n + 2, len - n - 2);
  ret->shape = MG_SHAPE_TEXT;
  return 1;
}

static const char *
find_nocase (const char *text, size_t len, const char *word)
{
  size_t n = strlen (word), i;

  for (i = 0; i + n <= len; i++)
    if (strncasecmp (text + i, word, n) == 0)
      return text + i;
  return NULL;
}

int
mg_error_body_is_html (const char *body, size_t len)
{
  while (len > 0 && isspace ((unsigned char) *body)) {
    body++;
    len--;
  }
  if (len == 0 || *body != '<')
    return 0;
  len = len < 1024 ? len : 1024;
  return find_nocase (body, len, "<html") != NULL
         || find_nocase (body, len, "<!doctype html") != NULL
         || find_nocase (body, len, "<head") != NULL
         || find_nocase (body, len, "<body") != NULL;
}

/* The text of <pre>, else of <title>. */
static void
read_html (const char *body, size_t len, struct mg_error_body *ret)
{
  static const char *const tags[] = { "pre", "title" };
  size_t i;

  ret->shape = MG_SHAPE_HTML;
  for (i = 0; i < 2; i++) {
    char open[16], close[16];
    const char *from, *to;

    snprintf (open, sizeof open, "<%s", tags[i]);
    snprintf (close, sizeof close, "</%s", tags[i]);
    from = find_nocase (body, len, open);
    from = from ? memchr (from, '>', (size_t) (body + len - from)) : NULL;
    to = from ? find_nocase (from, (size_t) (body + len - from), close) : NULL;
    if (to != NULL) {
      set_line (ret->message, sizeof ret->message, from + 1,
                (size_t) (to - from - 1));
      return;
    }
  }
  snprintf (ret->message, sizeof ret->message, "an HTML page");
}

void
mg_error_body_read (const char *body, size_t len, int status,
                    struct mg_error_body *ret)
{
  memset (ret, 0, sizeof *ret);
  if (len == 0)
    return;
  if (read_json (body, len, status, ret) || read_code_colon (body, len, ret))
    return;
  if (mg_error_body_is_html (body, len)) {
    read_html (body, len, ret);
    return;
  }
  set_line (ret->message, sizeof ret->message < 200 ? sizeof ret->message : 200,
            body, len);
}

int
mg_error_body_is_hidden (const char *body, size_t len)
{
  MG_CLEANUP (put_json) json_object *root = NULL;
  char code[64] = "";

  /* almost no answer has the word; those pay for a tree */
  if (len > MG_MAX_ERROR_BODY || memmem (body, len, "\"error_code\"", 12) == NULL)
    return 0;
  root = parse (body, len);
  return root != NULL && get_text (root, "error_code", code, sizeof code)
         && code[0] != '\0' && strcmp (code, "0") != 0;
}

int
mg_error_body_is_known (const struct mg_error_body *error)
{
  return error->shape != MG_SHAPE_NONE && error->shape != MG_SHAPE_HTML;
}
