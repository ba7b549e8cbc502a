/* What a tree is made of: see tree.h. */
#include <config.h>

#include <fnmatch.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/limits.h"
#include "run/tree.h"

int
mg_tree_is_of (const struct mg_kind *kind, const char *sort)
{
  const char *const *s = kind->k->tree->sorts;

  for (; s != NULL && *s != NULL; s++)
    if (strcmp (*s, sort) == 0)
      return 1;
  return 0;
}

int
mg_tree_hides (const struct mg_kind *walker, const char *name)
{
  const char *const *hidden = walker->k->tree->hidden;

  for (; name != NULL && hidden != NULL && *hidden != NULL; hidden++)
    if (fnmatch (*hidden, name, FNM_PATHNAME | FNM_NOESCAPE) == 0)
      return 1;
  return 0;
}

int
mg_tree_shuts (const struct mg_kind *walker, const char *name)
{
  const char *const *shut = walker->k->tree->shut;

  for (; shut != NULL && *shut != NULL; shut++) {
    size_t len = strlen (*shut);

    if (strncmp (*shut, name, len) == 0
        && (name[len] == '\0' || name[len] == '/'))
      return 1;
  }
  return 0;
}

const char *
mg_tree_left (const struct mg_kind *walker, const char *sort, const char *json,
              size_t len)
{
  return mg_tree_is_of (walker, sort)
         ? mg_left_out (walker->k->leave, json, len) : NULL;
}

int
mg_tree_enters (const struct mg_kind *walker, const char *sort,
                const char *name, const char *left)
{
  return mg_tree_is_of (walker, sort) && left == NULL
         && !mg_tree_shuts (walker, name);
}

int
mg_tree_is_below (const char *node, const char *name)
{
  size_t len = strlen (node);
  const char *p;

  len -= len > 0 && node[len - 1] == '/';
  if (strncmp (name, node, len) != 0 || name[len] != '/'
      || strlen (name) >= MG_MAX_PATH)
    return 0;
  for (p = name + len; *p == '/'; p += len) {
    len = strcspn (++p, "/");
    if (len == 0 || (len <= 2 && strncmp (p, "..", len) == 0))
      return 0;
  }
  return 1;
}

/* ---- names ---- */

void
mg_tree_names_add (struct mg_tree_names *names, char *name)
{
  if (names->n == names->cap) {
    names->cap = names->cap ? names->cap * 2 : 16;
    names->names = mg_xreallocarray (names->names, names->cap,
                                     sizeof *names->names);
  }
  names->names[names->n++] = name;
}

void
mg_tree_names_keep (struct mg_tree_names *names)
{
  names->kept = names->n;
}

void
mg_tree_names_restart (struct mg_tree_names *names)
{
  while (names->n > names->kept)
    mg_free (names->names[--names->n]);
}

void
mg_tree_names_done (struct mg_tree_names *names)
{
  names->kept = 0;
  mg_tree_names_restart (names);
  mg_free (names->names);
  memset (names, 0, sizeof *names);
}
