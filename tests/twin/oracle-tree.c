/* Oracles of the workspace tree: see oracle-tree.h. */
#include <config.h>

#include <dirent.h>
#include <string.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/str.h"
#include "simulator/state.h"
#include "twin/oracle-tree.h"

#define MAX_TEXT ((size_t) 64 * 1024 * 1024)

static const struct {
  const char *name;
  const char *owned[4];            /* members that the service fills in */
} kinds[] = {
  { "folders", { NULL } },
  { "notebooks", { "created_at", "modified_at", "results", NULL } },
  { "files", { "created_at", "modified_at", NULL } },
  { "repos", { "head_commit_id", NULL } },
};

#define REPOS 3

/* The i-th of a kind, or NULL after the last. */
static struct json_object *
nth (struct json_object *state, size_t kind, size_t i)
{
  struct json_object *t = state_table (state, kinds[kind].name);

  return t != NULL && i < json_object_array_length (t)
         ? json_object_array_get_idx (t, i) : NULL;
}

static char *
title_of (struct json_object *one, size_t kind)
{
  return mg_xasprintf ("%s '%s'", kinds[kind].name, sim_json_str (
                         json_object_object_get (one, "fields"), "path"));
}

/* Without a remote there is nothing to clone. */
static int
is_left (struct json_object *one, size_t kind)
{
  struct json_object *fields = json_object_object_get (one, "fields");

  return kind == REPOS && sim_json_str (fields, "url") == NULL;
}

void
tree_titles (struct json_object *state, struct texts *ret)
{
  struct json_object *one;
  size_t i, k;

  for (k = 0; k < MG_N_ELEMENTS (kinds); k++)
    for (i = 0; (one = nth (state, k, i)) != NULL; i++)
      texts_add (ret, title_of (one, k));
}

/* The home of a service principal has its applicationId in its path. */
static void
add_row (struct json_object *one, size_t kind, const struct words *words,
         const struct names *names, struct texts *ret)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf text = MG_BUF_INIT (MAX_TEXT);
  MG_CLEANUP (sim_json_put) struct json_object *fields = NULL;
  struct mg_buf row = MG_BUF_INIT (MAX_TEXT);
  int i;

  json_object_deep_copy (json_object_object_get (one, "fields"), &fields, NULL);
  for (i = 0; kinds[kind].owned[i] != NULL; i++)
    json_object_object_del (fields, kinds[kind].owned[i]);
  sim_json_sorted (&text, fields);
  mg_buf_addf (&row, "%s ", kinds[kind].name);
  words_named (&row, words, mg_buf_text (&text));
  names_people (&row, names, one);
  mg_buf_add_str (&row, "");
  texts_add (ret, mg_buf_steal (&row));
}

/* What the target had stays as it was: it is only named. */
void
tree_rows (struct json_object *state, const struct names *names,
           const struct texts *adopted, struct texts *ret)
{
  MG_CLEANUP (words_done) struct words words = { 0 };
  struct json_object *one;
  size_t i, k;

  words_principals (&words, state);
  for (k = 0; k < MG_N_ELEMENTS (kinds); k++)
    for (i = 0; (one = nth (state, k, i)) != NULL; i++) {
      char *title = title_of (one, k);

      if (is_left (one, k))
        mg_free (title);
      else if (adopted == NULL || texts_has (adopted, title))
        texts_add (ret, title);
      else {
        mg_free (title);
        add_row (one, k, &words, names, ret);
      }
    }
}

void
tree_raw (struct json_object *state, struct texts *ret)
{
  struct json_object *one;
  size_t i, k;

  for (k = 0; k < MG_N_ELEMENTS (kinds); k++)
    for (i = 0; (one = nth (state, k, i)) != NULL; i++) {
      struct mg_buf row = MG_BUF_INIT (MAX_TEXT);

      mg_buf_addf (&row, "%s ", kinds[k].name);
      sim_json_sorted (&row, one);
      texts_add (ret, mg_buf_steal (&row));
    }
}

/* --- files of the session -------------------------------------------- */

static void
check_blob (const char *path, const char *digest, struct mg_buf *ret_text)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf text = MG_BUF_INIT (MAX_TEXT);
  unsigned char sha[MG_DIGEST_LEN];
  char found[2 * MG_DIGEST_LEN + 1];
  struct mg_error err = MG_ERROR_INIT;

  if (mg_file_read (path, &text, &err) < 0)
    mg_bug ("%s", err.text);
  mg_digest_of (text.data, text.len, sha);
  mg_hex (sha, sizeof sha, found);
  if (strcmp (found, digest) != 0)
    mg_buf_addf (ret_text, "not what its name says: %s\n", path);
}

/* What has no digest behind its 'b' is a body. */
static void
check_one (const char *folder, const char *name, int is_partial,
           struct mg_buf *ret_text)
{
  MG_CLEANUP_FREE char *path = mg_path_join (folder, name);

  if (is_partial)
    mg_buf_addf (ret_text, "left half: %s\n", path);
  else if (name[0] == 'b' && strlen (name) == 1 + 2 * MG_DIGEST_LEN)
    check_blob (path, name + 1, ret_text);
}

void
tree_blobs (const char *session, struct mg_buf *ret_text)
{
  static const char *const folders[] = { "blobs", "blobs/partial" };
  struct dirent *entry;
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (folders); i++) {
    MG_CLEANUP_FREE char *folder = mg_path_join (session, folders[i]);
    DIR *dir = opendir (folder);

    if (dir == NULL)
      mg_buf_addf (ret_text, "not there: %s\n", folder);
    while (dir != NULL && (entry = readdir (dir)) != NULL)
      if (entry->d_name[0] != '.')
        check_one (folder, entry->d_name, i == 1, ret_text);
    if (dir != NULL)
      closedir (dir);
  }
}
