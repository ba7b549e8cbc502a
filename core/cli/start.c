/* From a name to an open session: see app.h.  Main thread. */
#include <config.h>

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/rand.h"
#include "base/str.h"
#include "cli/app.h"

/* ---- names ---- */

int
mg_session_name_check (const char *name, struct mg_error *err)
{
  size_t i;

  if (strchr (name, '/') != NULL)
    return 0;
  for (i = 0; isalnum ((unsigned char) name[i])
       || (name[i] != '\0' && strchr ("-_.@+", name[i]) != NULL); i++)
    ;
  if (i > 0 && i <= 100 && name[i] == '\0' && name[0] != '.' && name[0] != '-')
    return 0;
  return mg_error_set (err, MG_E_INVALID, "bad-session-name",
                       "'%s' is no name for a session; use letters, digits, "
                       "'-', '_' and '.', or a folder with a '/'", name);
}

static int
has_session (const char *name)
{
  MG_CLEANUP_FREE char *folder = mg_session_folder (name);
  MG_CLEANUP_FREE char *file = mg_path_join (folder, "session.db");

  return mg_file_exists (file);
}

static int
by_name (const void *a, const void *b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

int
mg_session_each (int (*each) (void *opaque, const char *name), void *opaque)
{
  MG_CLEANUP_FREE char *home = mg_session_home ();
  DIR *dir = opendir (home);
  struct dirent *entry;
  char **names = NULL;
  size_t n = 0, i;
  int r = 0;

  while (dir != NULL && (entry = readdir (dir)) != NULL)
    if (entry->d_name[0] != '.' && has_session (entry->d_name)) {
      names = mg_xreallocarray (names, n + 1, sizeof *names);
      names[n++] = mg_xstrdup (entry->d_name);
    }
  if (dir != NULL)
    closedir (dir);
  if (n > 0)
    qsort (names, n, sizeof *names, by_name);
  for (i = 0; i < n; i++) {
    if (r == 0)
      r = each (opaque, names[i]);
    mg_free (names[i]);
  }
  mg_free (names);
  return r;
}

/* "acme" of "https://acme.cloud.databricks.com", with a number behind it when
 * that is taken. */
static char *
new_name (const char *host)
{
  const char *name = mg_host_name (host);
  MG_CLEANUP_FREE char *first = NULL;
  char *text;
  size_t len = strcspn (name, isdigit ((unsigned char) name[0]) ? "" : ".:/");
  size_t i;
  int n;

  first = mg_xstrndup (name, len);
  for (i = 0; first[i] != '\0'; i++)
    if (!isalnum ((unsigned char) first[i]))
      first[i] = '-';
  text = mg_xstrdup (first[0] ? first : "session");
  for (n = 2; has_session (text); n++) {
    mg_free (text);
    text = mg_xasprintf ("%s-%d", first, n);
  }
  return text;
}

struct names {
  struct mg_buf text;
  char *first;
  int n;
};

static int
keep_name (void *opaque, const char *name)
{
  struct names *names = opaque;

  if (names->n++ == 0)
    names->first = mg_xstrdup (name);
  mg_buf_addf (&names->text, "%s%s", names->n > 1 ? ", " : "", name);
  return 0;
}

/* The only one there is. */
static int
only_session (struct mg_app *app, struct mg_error *err)
{
  struct names names = { MG_BUF_MUST (400), NULL, 0 };
  int r = 0;

  mg_session_each (keep_name, &names);
  if (names.n == 1) {
    app->session_name = names.first;
    names.first = NULL;
  }
  else if (names.n == 0)
    r = mg_error_set (err, MG_E_NOT_FOUND, "no-session",
                      "there is no session yet; make one with migrate session "
                      "new NAME --from PROFILE --to PROFILE");
  else
    r = mg_error_set (err, MG_E_NOT_FOUND, "no-session",
                      "which session? name it with --session; there are: %s",
                      mg_buf_text (&names.text));
  mg_free (names.first);
  mg_buf_done (&names.text);
  return r;
}

static int
by_source (struct mg_app *app, int make, struct mg_error *err)
{
  int r = mg_app_resolve (app, MG_SOURCE, err);

  if (r < 0)
    return r;
  r = mg_session_for_host (app->ends[MG_SOURCE].host, &app->session_name, err);
  if (r < 0)
    return r;
  if (app->session_name == NULL && make) {
    app->session_name = new_name (app->ends[MG_SOURCE].host);
    app->session_is_new = 1;
  }
  if (app->session_name == NULL)
    return mg_error_set (err, MG_E_NOT_FOUND, "no-session",
                         "no session exports '%s'; make one with migrate "
                         "session new NAME --from %s",
                         app->ends[MG_SOURCE].host, app->ends[MG_SOURCE].name);
  return 0;
}

/* Does the command line name the source? */
static int
names_source (const struct mg_app *app)
{
  return mg_opt_given (&app->options, MG_OPT_FROM)
         || ((app->command->bit & (MG_EXPORT | MG_INVENTORY | MG_PREFLIGHT))
             && (mg_opt_given (&app->options, MG_OPT_PROFILE)
                 || mg_env ("DATABRICKS_HOST") != NULL));
}

/* A folder is remembered, and the next command may run elsewhere. */
static void
make_absolute (struct mg_app *app)
{
  char here[MG_MAX_PATH];
  char *name = app->session_name;

  if (strchr (name, '/') == NULL || name[0] == '/'
      || getcwd (here, sizeof here) == NULL)
    return;
  app->session_name = mg_path_join (here, name);
  mg_free (name);
}

static int
find_session (struct mg_app *app, unsigned flags, struct mg_error *err)
{
  const char *named = mg_opt_text (&app->options, MG_OPT_SESSION);
  int make = (flags & MG_START_MAKE) != 0, r = 0;

  if (app->session_name != NULL) {
    make_absolute (app);
    return mg_session_name_check (app->session_name, err);
  }
  if (named != NULL)
    app->session_name = mg_xstrdup (named);
  else if (names_source (app))
    r = by_source (app, make, err);
  else {
    r = only_session (app, err);
    if (r < 0 && make && app->command->bit == MG_EXPORT) {
      mg_error_clear (err);
      r = by_source (app, make, err);
    }
  }
  if (r == 0)
    make_absolute (app);
  return r < 0 ? r : mg_session_name_check (app->session_name, err);
}

/* ---- what texts must name ---- */

struct others {
  const char *name;
  int n;
};

static int
count_other (void *opaque, const char *name)
{
  struct others *others = opaque;

  others->n += strcmp (name, others->name) != 0;
  return 0;
}

/* Would the same command find this session again without --session? */
static int
goes_without_name (const struct mg_app *app)
{
  const struct mg_value *given = &app->options.values[MG_OPT_SESSION];
  struct others others = { app->session_name, 0 };

  if (given->text != NULL)
    return given->source != MG_FROM_FLAG;
  if (strchr (app->session_name, '/') != NULL)
    return 0;
  mg_session_each (count_other, &others);
  return others.n == 0;
}

/* ---- opening ---- */

/* Kinds that the session knows get their number there; nothing is written. */
static int
read_kinds (struct mg_app *app, struct mg_error *err)
{
  struct mg_conn *conn = mg_store_read (app->session.store);
  sqlite3_stmt *st = mg_sql_bind (conn, MG_SQL_KIND_LIST, "i", (int64_t) 0);
  int r;

  while ((r = mg_sql_step (conn, st, err)) > 0) {
    struct mg_kind *kind =
      mg_registry_kind (&app->registry,
                        (const char *) sqlite3_column_text (st, 1));

    if (kind != NULL)
      kind->kid = sqlite3_column_int (st, 0);
  }
  mg_store_read_end (app->session.store, conn);
  return r;
}

static int
give_id (struct mg_app *app, struct mg_error *err)
{
  unsigned char bytes[8];
  char id[2 * sizeof bytes + 1];

  mg_rand_bytes (bytes, sizeof bytes);
  mg_hex (bytes, sizeof bytes, id);
  return mg_meta_put (&app->session, "id", id, err);
}

static int
open_session (struct mg_app *app, unsigned flags, int lock_fd,
              struct mg_error *err)
{
  int write = (flags & MG_START_WRITE) != 0;
  int make = (flags & MG_START_MAKE) != 0 && !has_session (app->session_name);
  int r = mg_session_open (app->session_name, make, lock_fd,
                           write ? &app->registry : NULL, &app->session, err);

  if (r < 0) {
    if (lock_fd >= 0)
      mg_file_unlock (lock_fd);
    return r;
  }
  app->has_session = 1;
  if (make)
    r = give_id (app, err);
  if (r == 0 && !write)
    r = read_kinds (app, err);
  if (r == 0)
    r = mg_key_load (app, make, err);
  return r < 0 ? r : 0;
}

int
mg_app_check_new (struct mg_app *app, struct mg_error *err)
{
  if (!has_session (app->session_name))
    return 0;
  return mg_error_set (err, MG_E_EXISTS, "session-exists",
                       "session '%s' is there already; choose another name, or "
                       "go on with --session %s", app->session_name,
                       app->session_name);
}

/* The group may write when it is the user's own (umask 0002). */
static int
others_write (const char *path)
{
  struct stat st;

  return stat (path, &st) == 0
         && ((st.st_mode & S_IWOTH) != 0
             || ((st.st_mode & S_IWGRP) != 0 && st.st_gid != getegid ()));
}

/* Who may write there may decide what is created in the target. */
static int
check_files (struct mg_app *app, struct mg_error *err)
{
  MG_CLEANUP_FREE char *folder = mg_session_folder (app->session_name);
  MG_CLEANUP_FREE char *file = mg_path_join (folder, "session.db");
  struct stat st;

  if (stat (file, &st) == 0 && !S_ISREG (st.st_mode))
    return mg_error_set (err, MG_E_STORE, "session-corrupt",
                         "'%s' is no file, so '%s' is no session; name another "
                         "one, or bring the folder back from a backup", file,
                         app->session_name);
  if (!others_write (folder) && !others_write (file))
    return 0;
  return mg_error_set (err, MG_E_DENIED, "session-writable",
                       "'%s' of session '%s' is writable by others; see that "
                       "nobody changed it, then chmod go-w it",
                       others_write (folder) ? folder : file,
                       app->session_name);
}

/* What must hold before a session is opened or made.  A mistyped name or
 * profile leaves none behind: the source answers first. */
static int
check_session (struct mg_app *app, unsigned flags, struct mg_error *err)
{
  if (flags & MG_START_NEW)
    return mg_app_check_new (app, err);
  if (has_session (app->session_name))
    return check_files (app, err);
  if (flags & MG_START_MAKE)
    return mg_app_open_end (app, MG_SOURCE, err);
  return mg_error_set (err, MG_E_NOT_FOUND, "no-session",
                       "there is no session '%s'; see migrate session list",
                       app->session_name);
}

int
mg_app_start (struct mg_app *app, unsigned flags, struct mg_error *err)
{
  int lock_fd = -1;
  int r = mg_app_load (app, err);

  if (r == 0)
    r = find_session (app, flags, err);
  if (flags & MG_START_IF_ANY
      && (r == MG_E_NOT_FOUND || (r == 0 && !has_session (app->session_name)
          && !mg_opt_given (&app->options, MG_OPT_SESSION)))) {
    mg_error_clear (err);
    return 0;
  }
  if (r < 0)
    return r;
  app->view.session = goes_without_name (app) ? NULL : app->session_name;
  r = check_session (app, flags, err);
  if (r < 0)
    return r;
  if (flags & MG_START_WRITE) {
    MG_CLEANUP_FREE char *folder = mg_session_folder (app->session_name);

    r = mg_session_lock (folder, &lock_fd, err);
    if (r < 0)
      return r;
  }
  return open_session (app, flags, lock_fd, err);
}
