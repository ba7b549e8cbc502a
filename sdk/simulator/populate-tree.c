/* Folders, notebooks and files of --populate.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "populate.h"
#include "tree.h"

#define FIRST_US (INT64_C (1690000000) * MG_SECOND_US)
#define DIR "/Shared/notebooks/"

/* As long as a name in a path is anywhere else. */
#define LONG "a notebook whose name goes on and on, as names do when they are " \
  "made by a program that puts all it knows of a run into them: the region, " \
  "the team, the quarter, the version of the model and who pressed the button"

static const char *const odd_paths[] = {
  DIR "case/etl", DIR "case/ETL", DIR "Case/etl",
  DIR "quotes 'single' \"double\"",
  DIR "\xd0\xbe\xd1\x82\xd1\x87\xd1\x91\xd1\x82 \xf0\x9f\xa7\xaa/\xe6\x97\xa5",
  DIR "100% \\ done & dusted?#+", DIR "two\nlines", DIR "\xe2\x80\xae" "ltr",
  DIR LONG, DIR "deep/er/and/deeper/still/notebook",
  DIR "shows a lot", DIR "empty", DIR "a.py", DIR "a", DIR "a.ipynb",
  "/Users/" SIM_ADMIN_NAME "/own notebook",
  "/Users/conor.o'brien@example.com/o'folder/o'notebook",
};

static const struct { const char *name, *comment; } languages[] = {
  { "PYTHON", "#" }, { "SQL", "--" }, { "SCALA", "//" }, { "R", "#" },
};

#define N_ODD ((int64_t) MG_N_ELEMENTS (odd_paths))

static char *
notebook_path (struct sim *s, int64_t i, struct mg_rand *rng)
{
  struct sim_table *users = &s->tables[SIM_USERS];
  MG_CLEANUP (mg_buf_done) struct mg_buf scratch = MG_BUF_INIT (65536);
  MG_CLEANUP_FREE char *user = NULL;
  uint32_t who;

  if (i < N_ODD && (i != N_ODD - 1 || users->n_live > 1))
    return mg_xstrdup (odd_paths[i]);
  if (i % 3 == 0)
    return mg_xasprintf ("/Shared/projects/area %d/part %d/notebook %" PRId64,
                         (int) (i % 7), (int) (i % 40), i);
  who = (uint32_t) mg_rand_below (rng, users->n_live);
  if (who < 21)                        /* names that a path cannot hold */
    who = 0;
  user = sim_text_field (sim_object_text (users, sim_table_at (users, who),
                                          &scratch), "userName");
  return mg_xasprintf ("/Users/%s/work %d/notebook %" PRId64, user,
                       (int) (i % 5), i);
}

static void
add_permissions (struct sim *s, struct sim_object *o, const char *folder,
                 int64_t i, struct mg_rand *rng)
{
  static const char *const levels[] = { "CAN_READ", "CAN_RUN", "CAN_EDIT",
                                        "CAN_MANAGE" };
  struct sim_node node;

  if (i % 4 == 0)
    sim_grant (s, o, SIM_USERS, mg_rand_next (rng), "notebooks",
               levels[i % 3]);
  if (i % 10 == 3 && sim_tree_find (s, folder, &node))
    sim_grant (s, node.o, SIM_GROUPS, 1 + mg_rand_below (rng, 1000),
               "directories", levels[(i + 1) % 4]);
  if (i == 0) {
    sim_grant (s, o, SIM_USERS, 9, "notebooks", "CAN_READ");   /* inactive */
    sim_grant (s, o, SIM_PRINCIPALS, 1, "notebooks", "CAN_RUN"); /* a twin */
  }
}

static char *
source_of (int64_t i, int64_t language)
{
  const char *mark = languages[language].comment;

  if (i == 11)
    return mg_xstrdup ("");
  return mg_xasprintf ("%s MAGIC %%md notebook %" PRId64 "\n\n%s COMMAND "
                       "----------\n\nx = %" PRId64 "\n\ty = \"\xc3\xa9\"", mark,
                       i, mark, i * 7919);
}

static void
make_notebook (struct sim *s, int64_t i)
{
  MG_CLEANUP_FREE char *path = NULL;
  MG_CLEANUP_FREE char *folder = NULL;
  MG_CLEANUP_FREE char *source = NULL;
  struct sim_object *o;
  struct sim_node node;
  struct mg_rand rng;

  sim_number_rand (&rng, s->config.seed, "notebook", (uint64_t) i);
  path = notebook_path (s, i, &rng);
  folder = sim_tree_parent (path);
  if (sim_tree_find (s, path, &node))
    return;
  sim_folder_make (s, folder);
  source = source_of (i, i % 4);
  o = sim_notebook_make (s, path, languages[i % 4].name, source,
                         strlen (source), FIRST_US + i * 60 * MG_SECOND_US);
  if (i == 10) {                       /* more than an export with it can be */
    struct sim_table *t = &s->tables[SIM_NOTEBOOKS];
    MG_CLEANUP (sim_json_put) struct json_object *j = sim_object_json (t, o);

    json_object_object_add (j, "results", json_object_new_int (11000000));
    sim_table_set (t, o, sim_json_text (j));
  }
  add_permissions (s, o, folder, i, &rng);
}

void
sim_populate_notebooks (struct sim *s, int64_t n)
{
  int64_t i;

  for (i = 0; i < n; i++)
    make_notebook (s, i);
  if (n > 0)
    sim_folder_make (s, DIR "nothing/in/it");
}

/* ---- files ---- */

#define LIBRARY "/Shared/library/"

static const struct { const char *path, *text; } odd_files[] = {
  { LIBRARY "lib.py", "def f(x):\n    return x\n" },
  { LIBRARY "every byte.bin", NULL },
  { LIBRARY "nothing", "" },
  { LIBRARY "lines.csv", "\xef\xbb\xbf" "a,b\r\n1,2\r\n3,4" },
  { LIBRARY ".hidden", "x=1\n" },
  { LIBRARY "quotes 'single' \"double\".txt", "\"\n" },
  { LIBRARY "\xe6\x97\xa5\xe6\x9c\xac/\xf0\x9f\xa7\xaa.txt", "\xc3\xa9\n\n\n" },
  { "/Users/" SIM_ADMIN_NAME "/requirements.txt", "numpy==1.26.4\n" },
};

#define N_ODD_FILES ((int64_t) MG_N_ELEMENTS (odd_files))

static void
make_file (struct sim *s, int64_t i)
{
  MG_CLEANUP_FREE char *path = i < N_ODD_FILES ? mg_xstrdup (odd_files[i].path)
    : mg_xasprintf (LIBRARY "part %d/file %" PRId64 ".txt", (int) (i % 10), i);
  MG_CLEANUP_FREE char *folder = sim_tree_parent (path);
  MG_CLEANUP_FREE char *text = mg_xasprintf ("%" PRId64 "\n", i * 7919);
  const char *data = i < N_ODD_FILES ? odd_files[i].text : text;
  char bytes[256];
  struct sim_object *o;
  size_t len, b;

  for (b = 0; b < sizeof bytes; b++)
    bytes[b] = (char) b;
  len = data ? strlen (data) : sizeof bytes;
  sim_folder_make (s, folder);
  o = sim_file_make (s, path, data ? data : bytes, len,
                     FIRST_US + i * 60 * MG_SECOND_US);
  if (i % 4 == 0)
    sim_grant (s, o, SIM_GROUPS, (uint64_t) i + 3, "files",
               i % 8 ? "CAN_EDIT" : "CAN_READ");
}

void
sim_populate_files (struct sim *s, int64_t n)
{
  int64_t i;

  for (i = 0; i < n; i++)
    make_file (s, i);
}
