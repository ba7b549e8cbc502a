/* migrate edit [ASSET [--remove]]: another body for an asset than the export
 * found, written in the editor of who asks.  The export keeps its own: --remove
 * goes back to it, and a later export finds out whether it was changed, too. */
#include <config.h>

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#ifdef __linux__
#include <linux/magic.h>
#include <sys/vfs.h>
#endif
#include <unistd.h>
#include <utime.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/process.h"
#include "base/str.h"
#include "cli/decide.h"
#include "store/edited.h"
#include "view/events.h"
#include "view/table.h"

struct editing {
  struct mg_app *app;
  struct mg_ctx ctx;               /* for its packer */
  const struct mg_kind *kind;
  struct mg_asset asset;           /* as it is now */
  char *folder, *path;             /* of the file, or NULL */
};

static int
no_body (const char *word, struct mg_error *err)
{
  return mg_error_set (err, MG_E_INVALID, "no-export", "the export has no body "
                       "of '%s'; run migrate export", word);
}

static int
find (struct editing *e, const char *word, struct mg_error *err)
{
  int r = mg_find_asset (e->app, word, &e->asset, err);

  if (r < 0)
    return r;
  e->kind = mg_registry_kid (&e->app->registry, e->asset.kid);
  r = mg_asset_get (e->app->session.store, &e->ctx.packer, e->asset.aid,
                    &e->asset, err);
  if (r < 0)
    return r;
  return e->kind == NULL || e->asset.body.len == 0 ? no_body (word, err) : 0;
}

/* The names that the body gives; those of the asset where it gives none. */
static int
fill_put (struct editing *e, const struct mg_buf *body, struct mg_put *put,
          struct mg_error *err)
{
  const char *key_path = e->kind->parent ? NULL : e->kind->k->key;
  MG_CLEANUP_FREE char *key =
    key_path ? mg_json_get_text (mg_buf_text (body), body->len, key_path) : NULL;

  put->src_id = mg_xstrdup (e->asset.src_id);
  put->key = mg_xstrdup (key ? key : e->asset.key);
  return mg_put_fill (&e->ctx, e->kind, mg_buf_text (body), body->len, put, err);
}

/* ---- the file ---- */

#define FOLDER "migrate-edit-"

static int
is_memory (const char *folder)
{
#ifdef __linux__
  struct statfs fs;

  return statfs (folder, &fs) == 0
         && (fs.f_type == TMPFS_MAGIC || fs.f_type == RAMFS_MAGIC)
         && access (folder, W_OK | X_OK) == 0;
#else
  (void) folder;
  return 0;
#endif
}

static void
remove_folder (const char *path)
{
  DIR *folder = opendir (path);
  struct dirent *entry;

  while (folder != NULL && (entry = readdir (folder)) != NULL) {
    MG_CLEANUP_FREE char *file = mg_path_join (path, entry->d_name);

    mg_file_remove (file);         /* also what the editor left there */
  }
  if (folder != NULL)
    closedir (folder);
  rmdir (path);
}

/* Whose process a folder's name tells, or 0. */
static pid_t
owner_of (const char *name)
{
  int64_t pid = 0;

  if (!mg_starts (name, FOLDER))
    return 0;
  for (name += strlen (FOLDER); *name >= '0' && *name <= '9'; name++)
    if (pid < INT32_MAX / 10)
      pid = 10 * pid + *name - '0';
  return *name == '-' ? (pid_t) pid : 0;
}

/* What was left by one that was killed. */
static void
remove_leftovers (const char *parent)
{
  DIR *folder = opendir (parent);
  struct dirent *entry;

  while (folder != NULL && (entry = readdir (folder)) != NULL) {
    MG_CLEANUP_FREE char *path = mg_path_join (parent, entry->d_name);
    pid_t pid = owner_of (entry->d_name);
    struct stat st;

    if (pid > 0 && lstat (path, &st) == 0 && S_ISDIR (st.st_mode)
        && st.st_uid == geteuid () && kill (pid, 0) < 0 && errno == ESRCH)
      remove_folder (path);
  }
  if (folder != NULL)
    closedir (folder);
}

/* A folder of its own, since editors keep copies beside the file.  What can hold
 * secrets is never written to a disk in clear text. */
static int
make_folder (struct editing *e, struct mg_error *err)
{
  const char *parents[] = { mg_env ("XDG_RUNTIME_DIR"), "/dev/shm" };
  const char *parent = e->kind->k->flags & MIGRATE_KIND_SENSITIVE ? NULL
                       : e->app->session.folder;
  size_t i;

  for (i = MG_N_ELEMENTS (parents); i-- > 0; )
    if (parents[i] != NULL && is_memory (parents[i]))
      parent = parents[i];
  if (parent == NULL)
    return mg_error_set (err, MG_E_FAIL, "cannot-write", "'%s' may hold secrets, "
                         "and there is no folder in memory to edit it in; set "
                         "XDG_RUNTIME_DIR to one", e->asset.key);
  remove_leftovers (parent);
  e->folder = mg_xasprintf ("%s/" FOLDER "%lld-XXXXXX", parent,
                            (long long) getpid ());
  if (mkdtemp (e->folder) == NULL) {
    int r = mg_file_error (err, "make", e->folder, errno);

    mg_free (e->folder);
    e->folder = NULL;
    return r;
  }
  e->path = mg_path_join (e->folder, "asset.json");
  return 0;
}

static int
write_file (struct editing *e, struct mg_error *err)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf text = MG_BUF_INIT (2 * MG_MAX_ELEMENT);
  int r = make_folder (e, err);

  if (r < 0)
    return r;
  r = mg_json_indent (mg_buf_text (&e->asset.body), e->asset.body.len, &text);
  if (r == 0 && mg_buf_check (&text, e->asset.key, err) < 0)
    return err->code;
  if (r < 0)
    return mg_error_set (err, MG_E_INVALID, "not-json", "what the session holds "
                         "of '%s' cannot be read; run migrate export again",
                         e->asset.key);
  return mg_file_write (e->path, mg_buf_text (&text), text.len, 0600, err);
}

static const char *
editor (void)
{
  const char *name = mg_env ("VISUAL");

  if (name == NULL)
    name = mg_env ("EDITOR");
  return name ? name : "vi";
}

/* 1 when the file was written, 0 when it was left as it was: it gets a time at
 * which nobody writes. */
static int
run_editor (struct editing *e, struct mg_error *err)
{
  const struct utimbuf long_ago = { 1, 1 };
  struct stat after;
  int status = 0, r;

  if (utime (e->path, &long_ago) < 0)
    return mg_file_error (err, "write", e->path, errno);
  r = mg_process_attend (editor (), e->path, &status, err);
  if (r < 0)
    return r;
  if (status != 0)
    return mg_error_set (err, MG_E_FAIL, "editor", "'%s' ended with status %d; "
                         "nothing was changed", editor (), status);
  if (stat (e->path, &after) < 0)
    return mg_file_error (err, "read", e->path, errno);
  return after.st_mtime != long_ago.modtime;
}

/* ---- changing ---- */

static int
check_body (struct editing *e, const struct mg_buf *body, struct mg_error *err)
{
  struct mg_error why = MG_ERROR_INIT;
  MG_CLEANUP_FREE char *id = NULL;
  MG_CLEANUP_FREE char *was = NULL;

  if (mg_json_check (mg_buf_text (body), body->len, &why) < 0)
    return mg_error_set (err, MG_E_INVALID, "bad-edit", "%s; nothing was changed",
                         why.text);
  if (mg_buf_text (body)[strspn (mg_buf_text (body), " \t\r\n")] != '{')
    return mg_error_set (err, MG_E_INVALID, "bad-edit", "an asset is an object, "
                         "and this is none; nothing was changed");
  if (e->kind->k->id == NULL)
    return 0;
  was = mg_json_get_text (mg_buf_text (&e->asset.body), e->asset.body.len,
                          e->kind->k->id);
  id = mg_json_get_text (mg_buf_text (body), body->len, e->kind->k->id);
  if (was != NULL && !mg_streq (id ? id : "", was))
    return mg_error_set (err, MG_E_INVALID, "bad-edit", "'%s' must stay '%s': the "
                         "source knows the asset by it; nothing was changed",
                         e->kind->k->id, was);
  return 0;
}

static int
is_among (const struct mg_put *put, const struct mg_alias_value *name)
{
  int i;

  for (i = 0; i < put->n_aliases; i++)
    if (mg_streq (put->aliases[i].ns, name->ns)
        && mg_streq (put->aliases[i].val, name->val))
      return 1;
  return 0;
}

/* Two of one name: nobody could tell whom what names them means. */
static int
check_names (struct editing *e, const struct mg_put *put,
             const struct mg_put *found, struct mg_error *err)
{
  int i, n;

  if (e->kind->k->once == MIGRATE_ONCE_NONUNIQUE)
    return 0;
  for (i = 0; i < put->n_aliases; i++) {
    int64_t aids[2];

    if (is_among (found, &put->aliases[i]))
      continue;
    n = mg_alias_find (e->app->session.store, MG_SOURCE_WSID,
                       put->aliases[i].ns, put->aliases[i].val, aids, 2, err);
    if (n < 0)
      return n;
    if (n > 1 || (n == 1 && aids[0] != e->asset.aid))
      return mg_error_set (err, MG_E_INVALID, "bad-edit", "another asset is "
                           "called '%s'; nothing was changed",
                           put->aliases[i].val);
  }
  return 0;
}

static int
found_names (struct editing *e, struct mg_put *put, struct mg_error *err)
{
  MG_CLEANUP (mg_asset_done) struct mg_asset found = MG_ASSET_INIT;
  int r = mg_edited_original (e->app->session.store, &e->ctx.packer,
                              e->asset.aid, &found, err);

  return r < 0 ? r : fill_put (e, &found.body, put, err);
}

static int
take_file (struct editing *e, struct mg_error *err)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf body = MG_BUF_INIT (MG_MAX_ELEMENT);
  MG_CLEANUP (mg_edited_done) struct mg_edited edited = {
    .aid = e->asset.aid, .at_us = mg_clock_wall_us (),
    .who = mg_xstrdup (mg_who_am_i ())
  };
  MG_CLEANUP (mg_put_done) struct mg_put put;
  MG_CLEANUP (mg_put_done) struct mg_put found;
  int r = mg_file_read (e->path, &body, err);

  mg_put_init (&put);
  mg_put_init (&found);
  if (r == 0)
    r = check_body (e, &body, err);
  if (r == 0)
    r = fill_put (e, &body, &put, err);
  if (r == 0)
    r = found_names (e, &found, err);
  if (r == 0)
    r = check_names (e, &put, &found, err);
  if (r == 0)
    r = mg_edited_put (e->app->session.store, &edited, &put, &found, err);
  if (r == 0)
    puts ("edited");
  return r;
}

/* At a terminal a mistake can be mended where it was made. */
static int
try_again (const struct mg_error *err)
{
  MG_CLEANUP_FREE char *answer = NULL;

  if (!mg_ask_possible ())
    return 0;
  fprintf (stderr, "migrate: %s [%s]\n", err->text, err->id);
  answer = mg_ask ("edit it again? [Y/n] ", 0);
  return answer != NULL && answer[0] != 'n' && answer[0] != 'N';
}

static int
edit (struct editing *e, const char *word, struct mg_error *err)
{
  struct mg_error why = MG_ERROR_INIT;
  int r = mg_check_not_moved (e->app, word, &e->asset, err);

  if (r == 0)
    r = write_file (e, err);
  if (r < 0)
    return r;
  do {
    why = (struct mg_error) MG_ERROR_INIT;
    r = run_editor (e, &why);
    if (r == 0)
      puts ("nothing was changed");
    if (r > 0)
      r = take_file (e, &why);
  } while (r < 0 && try_again (&why));
  if (r < 0)
    mg_error_copy (err, &why);
  return r;
}

static int
take_back (struct editing *e, const char *word, struct mg_error *err)
{
  struct mg_store *store = e->app->session.store;
  MG_CLEANUP (mg_put_done) struct mg_put put;
  int r;

  mg_put_init (&put);
  if (e->asset.origin != MG_ORIGIN_EDITED) {
    puts ("it was not edited");
    return 0;
  }
  r = mg_check_not_moved (e->app, word, &e->asset, err);
  if (r == 0)
    r = mg_edited_original (store, &e->ctx.packer, e->asset.aid, &e->asset, err);
  if (r >= 0)
    r = fill_put (e, &e->asset.body, &put, err);
  if (r >= 0)
    r = mg_edited_remove (store, e->asset.aid, &put, err);
  if (r >= 0)
    puts ("as the export found it");
  return r < 0 ? r : 0;
}

static int
change (struct mg_app *app, struct mg_error *err)
{
  struct editing e = { .app = app, .asset = MG_ASSET_INIT };
  int r;

  mg_ctx_init (&e.ctx, app->session.store, &app->sides[MG_SOURCE],
               &app->registry);
  r = find (&e, app->words[0], err);
  if (r == 0)
    r = mg_opt_on (&app->options, MG_OPT_REMOVE)
        ? take_back (&e, app->words[0], err) : edit (&e, app->words[0], err);
  if (e.folder != NULL)
    remove_folder (e.folder);
  mg_free (e.folder);
  mg_free (e.path);
  mg_asset_done (&e.asset);
  mg_ctx_done (&e.ctx);
  return r;
}

/* ---- showing ---- */

static void
show_one (struct mg_app *app, struct mg_table *table,
          const struct mg_edited *edited, const struct mg_asset *asset)
{
  const struct mg_kind *kind = mg_registry_kid (&app->registry, asset->kid);
  struct mg_line line;
  char when[24];

  mg_time_iso (edited->at_us, when);
  if (!app->view.json) {
    mg_table_text (table, kind ? kind->k->name : "");
    mg_table_text (table, asset->key ? asset->key : "");
    mg_table_text (table, asset->src_id);
    mg_table_text (table, edited->who);
    mg_table_text (table, when);
    mg_table_text (table, edited->is_stale ? "changed, too" : "");
    mg_table_end (table);
    return;
  }
  mg_line_begin (&line, "edited");
  mg_line_text (&line, "kind", kind ? kind->k->name : NULL);
  mg_line_text (&line, "key", asset->key);
  mg_line_text (&line, "id", asset->src_id);
  mg_line_text (&line, "who", edited->who);
  mg_line_text (&line, "when", when);
  mg_line_text (&line, "source", edited->is_stale ? "changed" : "same");
  mg_line_end (&line);
}

static int
show_all (struct mg_app *app, struct mg_error *err)
{
  struct mg_store *store = app->session.store;
  struct mg_table table;
  int64_t after = 0;
  int r, n = 0;

  mg_table_init (&table, "KIND:NAME:ID:BY:WHEN:SOURCE");
  do {
    MG_CLEANUP (mg_edited_done) struct mg_edited edited = { 0 };
    MG_CLEANUP (mg_asset_done) struct mg_asset asset = MG_ASSET_INIT;

    r = mg_edited_after (store, after, &edited, err);
    if (r > 0)
      r = mg_asset_get (store, NULL, edited.aid, &asset, err);
    if (r > 0)
      show_one (app, &table, &edited, &asset);
    after = edited.aid;
    n += r > 0;
  } while (r > 0);
  if (r == 0 && n > 0 && !app->view.json)
    mg_table_print (&table, stdout);
  else if (r == 0 && !app->view.json)
    puts ("nothing was edited");
  mg_table_done (&table);
  return r;
}

int
mg_cmd_edit (struct mg_app *app)
{
  struct mg_error err = MG_ERROR_INIT;
  int r;

  /* words and options are whole once plugins have added theirs */
  r = mg_app_load (app, &err);
  if (r == 0 && app->n_words == 0 && mg_opt_on (&app->options, MG_OPT_REMOVE))
    r = mg_error_set (&err, MG_E_INVALID, "bad-words",
                      "which asset? write it as KIND/ID or KIND/NAME");
  if (r == 0)
    r = mg_app_start (app, app->n_words > 0 ? MG_START_WRITE : 0, &err);
  if (r == 0)
    r = app->n_words > 0 ? change (app, &err) : show_all (app, &err);
  return r < 0 ? mg_app_fail (app, &err) : MG_EXIT_OK;
}
