/* Bodies of the type multipart/form-data (RFC 7578), as strictly as they can be
 * read: no text before the first part, every part with a name.  See ops.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/str.h"
#include "call.h"
#include "multipart.h"

#define MAX_HEAD 4096        /* of one part */
#define MAX_FORM (1024 * 1024)     /* of what a body has around its file */
#define MAX_BOUNDARY 70

/* --- headers --------------------------------------------------------- */

static const char *
skip_blanks (const char *p)
{
  return p + strspn (p, " \t");
}

/* The next of "; name=value; name=\"value\"": 1, or 0 when there is none; both
 * are to be freed. */
static int
next_parameter (const char **pos, char **ret_name, char **ret_value)
{
  const char *p = strchr (*pos, ';');
  size_t len;
  char *w;

  if (p == NULL)
    return 0;
  p = skip_blanks (p + 1);
  len = strcspn (p, "=;");
  if (p[len] != '=')
    return 0;
  *ret_name = mg_xstrndup (p, len);
  p += len + 1;
  *ret_value = w = mg_xstrdup (p);
  if (*p != '"') {
    len = strcspn (p, "; \t");
    w[len] = '\0';
    *pos = p + len;
    return 1;
  }
  for (p++; *p != '\0' && *p != '"'; p++) {
    if (*p == '\\' && (p[1] == '"' || p[1] == '\\'))
      p++;
    *w++ = *p;
  }
  *w = '\0';
  *pos = p;
  return 1;
}

int
sim_is_multipart (const char *content_type)
{
  static const char type[] = "multipart/form-data";

  return content_type != NULL
    && strncasecmp (content_type, type, strlen (type)) == 0;
}

/* What the parts are divided by; NULL when the type does not tell. */
static char *
boundary_of (const char *content_type)
{
  char *name = NULL, *value = NULL, *found = NULL;

  while (found == NULL && next_parameter (&content_type, &name, &value)) {
    if (strcasecmp (name, "boundary") == 0 && *value != '\0'
        && strlen (value) <= MAX_BOUNDARY)
      found = mg_xstrdup (value);
    mg_free (name);
    mg_free (value);
  }
  return found;
}

/* One header of a part, without its line break. */
static void
read_header (const char *line, struct sim_part *part)
{
  static const char header[] = "Content-Disposition:";
  char *name, *value;

  if (strncasecmp (line, header, strlen (header)) != 0
      || !mg_starts (skip_blanks (line + strlen (header)), "form-data"))
    return;
  line += strlen (header);
  while (next_parameter (&line, &name, &value)) {
    if (strcasecmp (name, "name") == 0 && part->name == NULL) {
      part->name = value;
      value = NULL;
    }
    else if (strcasecmp (name, "filename") == 0
             || strcasecmp (name, "filename*") == 0)
      part->is_file = 1;
    mg_free (name);
    mg_free (value);
  }
}

static void
read_head (const char *head, size_t len, struct sim_part *part)
{
  MG_CLEANUP_FREE char *copy = mg_xstrndup (head, len);
  char *line = copy, *end;

  while (line != NULL) {
    end = strstr (line, "\r\n");
    if (end != NULL)
      *end = '\0';
    read_header (line, part);
    line = end ? end + 2 : NULL;
  }
}

/* --- parts ----------------------------------------------------------- */

int
sim_multipart_begin (struct sim_multipart *m, const char *content_type,
                     const char *body, size_t len)
{
  MG_CLEANUP_FREE char *boundary = boundary_of (content_type);

  if (boundary == NULL)
    return -1;
  *m = (struct sim_multipart) { .at = body, .end = body + len };
  m->divider = mg_xasprintf ("\r\n--%s", boundary);
  m->divider_len = strlen (m->divider);
  /* the first one has no line break before it */
  if (len >= m->divider_len - 2
      && memcmp (body, m->divider + 2, m->divider_len - 2) == 0) {
    m->at += m->divider_len - 2;
    return 0;
  }
  sim_multipart_done (m);
  return -1;
}

int
sim_multipart_next (struct sim_multipart *m, struct sim_part *ret_part)
{
  size_t left = (size_t) (m->end - m->at);
  const char *head, *data, *end;

  *ret_part = (struct sim_part) { .name = NULL };
  if (left >= 2 && memcmp (m->at, "--", 2) == 0)
    return 0;
  if (left < 2 || memcmp (m->at, "\r\n", 2) != 0)
    return -1;
  head = m->at + 2;
  left -= 2;
  data = memmem (head, left < MAX_HEAD ? left : MAX_HEAD, "\r\n\r\n", 4);
  if (data == NULL)
    return -1;
  read_head (head, (size_t) (data - head), ret_part);
  data += 4;
  end = memmem (data, (size_t) (m->end - data), m->divider, m->divider_len);
  if (end == NULL || ret_part->name == NULL) {
    mg_free (ret_part->name);
    return -1;
  }
  ret_part->data = data;
  ret_part->len = (size_t) (end - data);
  m->at = end + m->divider_len;
  return 1;
}

void
sim_multipart_done (struct sim_multipart *m)
{
  mg_free (m->divider);
  m->divider = NULL;
}

/* --- for the shell --------------------------------------------------- */

size_t
sim_max_body (const struct sim *s, const struct sim_request *q)
{
  const char *path = q->target, *mark = strstr (path, "://");
  const struct sim_op *op;
  char *params[SIM_MAX_PARAMS];
  int i, n;

  if (!sim_is_multipart (q->content_type))
    return SIM_MAX_REQUEST;
  if (path[0] != '/' && mark != NULL)  /* as a proxy gets it */
    path = mark + 3 + strcspn (mark + 3, "/?");
  {
    MG_CLEANUP_FREE char *plain = mg_xstrndup (path, strcspn (path, "?"));

    op = sim_ops_find (&s->ops, q->method, plain, params, SIM_MAX_PARAMS, &n);
  }
  for (i = 0; i < n; i++)
    mg_free (params[i]);
  return op != NULL && op->file != NULL
    ? (size_t) s->config.file_limit + MAX_FORM : SIM_MAX_REQUEST;
}
