/* Files that the program writes: profiles, the ledger, the states.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <inttypes.h>
#include <sqlite3.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/str.h"
#include "shell.h"

#define MAX_TEXT (1024 * 1024 * 1024)

int
shell_write_profiles (struct shell *sh, const char *path,
                      struct mg_error *err)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf text = MG_BUF_INIT (1 << 20);
  int i;

  mg_buf_add_str (&text, "; Written by migrate-simulator\n");
  for (i = 0; i < sh->n_servers; i++) {
    struct shell_server *server = &sh->servers[i];
    const char *name = server->name;

    MG_LOCKED (&server->lock);
    mg_buf_addf (&text, "\n[%s]\nhost = %s\ntoken = %s\n", name, server->url,
                 sim_token (server->sim));
    mg_buf_addf (&text, "\n[%s-m2m]\nhost = %s\nclient_id = %s\n"
                 "client_secret = %s\nauth_type = oauth-m2m\n", name,
                 server->url, sim_client_id (server->sim),
                 sim_client_secret (server->sim));
    mg_buf_addf (&text, "\n[%s-expired]\nhost = %s\ntoken = %s\n", name,
                 server->url, sim_expired_token (server->sim));
  }
  return mg_file_write (path, text.data, text.len, 0600, err);
}

/* --- ledger ---------------------------------------------------------- */

static const char schema[] =
  "DROP TABLE IF EXISTS request;"
  "CREATE TABLE request (workspace TEXT, seq INTEGER, arrival_us INTEGER,"
  " effect_us INTEGER, reply_us INTEGER, connection INTEGER,"
  " connection_seq INTEGER, status INTEGER, method TEXT, path TEXT,"
  " route TEXT, token TEXT, class TEXT, effect TEXT, kind TEXT, id TEXT,"
  " key TEXT, fault TEXT, verdict TEXT, digest TEXT);"
  "BEGIN";

static int
insert_record (sqlite3_stmt *st, const char *workspace,
               const struct sim_record *r)
{
  const int64_t numbers[] = { r->seq, r->arrival_us, r->effect_us,
                              r->reply_us, (int64_t) r->connection,
                              r->connection_seq, r->status };
  const char *const texts[] = { r->method, r->path, r->route, r->token,
                                r->rate_class, r->effect, r->kind, r->id,
                                r->key, r->fault, r->verdict, r->digest };
  size_t i;
  int at = 1;

  sqlite3_bind_text (st, at++, workspace, -1, SQLITE_STATIC);
  for (i = 0; i < MG_N_ELEMENTS (numbers); i++)
    sqlite3_bind_int64 (st, at++, numbers[i]);
  for (i = 0; i < MG_N_ELEMENTS (texts); i++)
    sqlite3_bind_text (st, at++, texts[i], -1, SQLITE_STATIC);
  if (sqlite3_step (st) != SQLITE_DONE)
    return -1;
  return sqlite3_reset (st) == SQLITE_OK ? 0 : -1;
}

static int
fill_database (struct shell *sh, sqlite3 *db)
{
  sqlite3_stmt *st = NULL;
  struct sim_record r;
  int i, good = 1;
  size_t j;

  if (sqlite3_exec (db, schema, NULL, NULL, NULL) != SQLITE_OK
      || sqlite3_prepare_v2 (db, "INSERT INTO request VALUES (?,?,?,?,?,?,?,"
                             "?,?,?,?,?,?,?,?,?,?,?,?,?)", -1, &st, NULL)
         != SQLITE_OK)
    return -1;
  for (i = 0; i < sh->n_servers && good; i++) {
    struct sim *s = sh->servers[i].sim;

    for (j = 0; j < sim_ledger_count (s) && good; j++) {
      sim_ledger_get (s, j, &r);
      good = insert_record (st, sim_name (s), &r) == 0;
    }
  }
  sqlite3_finalize (st);
  return good && sqlite3_exec (db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK
    ? 0 : -1;
}

int
shell_write_ledger (struct shell *sh, const char *path, struct mg_error *err)
{
  sqlite3 *db = NULL;
  int r = 0;

  if (sqlite3_open (path, &db) != SQLITE_OK || fill_database (sh, db) < 0)
    r = mg_error_set (err, MG_E_IO, "cannot-write",
                      "cannot write the ledger '%s': %s", path,
                      sqlite3_errmsg (db));
  sqlite3_close (db);
  return r;
}

/* --- states ---------------------------------------------------------- */

static char *
content_path (const struct shell_server *server, const char *digest)
{
  return mg_xasprintf ("%s.contents/%s", server->state_file, digest);
}

static int
read_content (struct shell_server *server, const char *digest,
              struct mg_error *err)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf bytes = MG_BUF_INIT (MAX_TEXT);
  char *path = content_path (server, digest);
  size_t len;

  server->loaded = mg_xreallocarray (server->loaded, server->n_loaded + 1,
                                     sizeof path);
  server->loaded[server->n_loaded++] = path;
  if (mg_file_read (path, &bytes, err) < 0)
    return err->code;
  len = bytes.len;
  if (sim_kept_give (server->sim, mg_buf_steal (&bytes), len) == 0)
    return mg_error_set (err, MG_E_INVALID, "bad-state",
                         "'%s' is not what its name says", path);
  return 0;
}

int
shell_read_state (struct shell_server *server, struct mg_error *err)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf text = MG_BUF_INIT (MAX_TEXT);
  struct sim_kept kept;
  size_t pos = 0;

  if (server->state_file == NULL || !mg_file_exists (server->state_file))
    return 0;
  if (mg_file_read (server->state_file, &text, err) < 0
      || sim_load (server->sim, mg_buf_text (&text), text.len, err) < 0)
    return mg_error_prefix (err, "'%s'", server->state_file);
  while (sim_kept_next (server->sim, &pos, &kept))
    if (kept.data == NULL && read_content (server, kept.digest, err) < 0)
      return mg_error_prefix (err, "'%s'", server->state_file);
  return 0;
}

/* Those that are not there; one of this name has these bytes. */
static int
write_contents (const struct shell_server *server, struct mg_error *err)
{
  MG_CLEANUP_FREE char *folder =
    mg_xasprintf ("%s.contents", server->state_file);
  struct sim_kept kept;
  size_t pos = 0;

  while (sim_kept_next (server->sim, &pos, &kept)) {
    MG_CLEANUP_FREE char *path = content_path (server, kept.digest);

    if (kept.data != NULL && !mg_file_exists (path)
        && (mg_file_mkdirs (folder, 0700, err) < 0
            || mg_file_write (path, kept.data, kept.len, 0600, err) < 0))
      return err->code;
  }
  return 0;
}

/* What the state had when it was read, and has not any more. */
static void
remove_contents (struct shell_server *server)
{
  struct sim_kept kept;
  size_t i, pos;

  for (i = 0; i < server->n_loaded; i++) {
    int used = 0;

    for (pos = 0; !used && sim_kept_next (server->sim, &pos, &kept); )
      used = mg_ends (server->loaded[i], kept.digest);
    if (!used)
      (void) mg_file_remove (server->loaded[i]);
    mg_free (server->loaded[i]);
  }
  mg_free (server->loaded);
  server->loaded = NULL;
  server->n_loaded = 0;
}

int
shell_write_states (struct shell *sh, struct mg_error *err)
{
  int i, r;

  for (i = 0; i < sh->n_servers; i++) {
    struct shell_server *server = &sh->servers[i];
    MG_CLEANUP (mg_buf_done) struct mg_buf text = MG_BUF_INIT (MAX_TEXT);

    if (server->state_file == NULL)
      continue;
    r = sim_save (server->sim, &text, err);
    if (r == 0)
      r = write_contents (server, err);
    if (r == 0)
      r = mg_file_write (server->state_file, text.data, text.len, 0600, err);
    if (r < 0)
      return r;
    remove_contents (server);
  }
  return 0;
}
