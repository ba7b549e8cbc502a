/* The key that seals secret values in a session: see app.h.  It never stands
 * in the session itself.  Main thread. */
#include <config.h>

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/process.h"
#include "base/rand.h"
#include "base/str.h"
#include "cli/app.h"

#define TEXT_LEN (2 * MG_SEAL_KEY_LEN)
#define COMMAND_WAIT_US (60 * MG_SECOND_US)
#define MAX_WORDS 32

/* ---- where it lies ---- */

/* NAME.key */
static char *
named_file (const char *dir, const char *session_name, const char *id)
{
  MG_CLEANUP_FREE char *copy = mg_xstrdup (session_name);
  MG_CLEANUP_FREE char *file = NULL;
  size_t len = strlen (copy);
  const char *base;

  while (len > 1 && copy[len - 1] == '/')
    copy[--len] = '\0';
  base = strrchr (copy, '/');
  file = mg_xasprintf ("%s%s%s.key", base ? base + 1 : copy, id ? "-" : "",
                       id ? id : "");
  return mg_path_join (dir, file);
}

/* The file that ends with the session's id, however the session was called
 * when it was made; or NULL. */
static char *
file_of_id (const char *dir, const char *id)
{
  MG_CLEANUP_FREE char *tail = mg_xasprintf ("-%s.key", id);
  DIR *folder = opendir (dir);
  struct dirent *entry;
  char *found = NULL;

  while (folder != NULL && found == NULL && (entry = readdir (folder)) != NULL)
    if (mg_ends (entry->d_name, tail))
      found = mg_path_join (dir, entry->d_name);
  if (folder != NULL)
    closedir (folder);
  return found;
}

char *
mg_key_path (struct mg_app *app)
{
  MG_CLEANUP_FREE char *dir = mg_config_dir ();
  MG_CLEANUP_FREE char *id = mg_meta_get (&app->session, "id");
  char *found = id ? file_of_id (dir, id) : NULL;

  return found ? found : named_file (dir, app->session_name, NULL);
}

/* Of a new session.  Its name may be another's, whose key stays what it is. */
static char *
new_path (struct mg_app *app)
{
  MG_CLEANUP_FREE char *dir = mg_config_dir ();
  MG_CLEANUP_FREE char *id = mg_meta_get (&app->session, "id");
  char *plain = named_file (dir, app->session_name, NULL);

  if (id == NULL || (strchr (app->session_name, '/') == NULL
                     && !mg_file_exists (plain)))
    return plain;
  mg_free (plain);
  return named_file (dir, app->session_name, id);
}

/* As ssh has it of its keys.  Of somebody else's file (a mounted secret) only
 * that it stays what it is. */
static int
check_private (const char *path, struct mg_error *err)
{
  struct stat st;
  mode_t mode;

  if (stat (path, &st) < 0 || !S_ISREG (st.st_mode))
    return 0;
  mode = st.st_mode & (st.st_uid == geteuid () ? 0077 : 0022);
  if (mode == 0)
    return 0;
  return mg_error_set (err, MG_E_DENIED, "key-exposed",
                       "others may %s the key '%s' (mode %04o); chmod 600 it, "
                       "or seal a new session with a new one",
                       mode & 0022 ? "write" : "read", path,
                       (unsigned) (st.st_mode & 07777));
}

/* ---- reading it ---- */

static int
digit (char c)
{
  return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10
         : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* 64 hexadecimal digits and white space. */
static int
read_key (const char *text, const char *where, unsigned char *ret_key,
          struct mg_error *err)
{
  size_t len = strcspn (text, " \t\r\n"), i;

  for (i = 0; i < TEXT_LEN && len == TEXT_LEN; i += 2) {
    int high = digit (text[i]), low = digit (text[i + 1]);

    if (high < 0 || low < 0)
      break;
    ret_key[i / 2] = (unsigned char) (high << 4 | low);
  }
  if (len == TEXT_LEN && i == TEXT_LEN
      && text[len + strspn (text + len, " \t\r\n")] == '\0')
    return 0;
  return mg_error_set (err, MG_E_INVALID, "bad-key",
                       "%s holds no key (%d hexadecimal digits); give the one "
                       "that was made with the session", where, TEXT_LEN);
}

static int
from_command (const char *command, unsigned char *ret_key, struct mg_error *err)
{
  MG_CLEANUP_FREE char *copy = mg_xstrdup (command);
  struct mg_buf text = MG_BUF_INIT (4096);
  const char *argv[MAX_WORDS + 1];
  struct mg_process process = { .argv = argv, .timeout_us = COMMAND_WAIT_US };
  char *save = NULL, *word;
  int n = 0, status = 0, r;

  for (word = strtok_r (copy, " \t", &save); word != NULL && n < MAX_WORDS;
       word = strtok_r (NULL, " \t", &save))
    argv[n++] = word;
  argv[n] = NULL;
  if (n == 0)
    return mg_error_set (err, MG_E_INVALID, "bad-key",
                         "--key-command names no program");
  r = mg_process_run (&process, &text, &status, err);
  if (r == 0 && status != 0)
    r = mg_error_set (err, MG_E_FAIL, "bad-key",
                      "'%s' ended with status %d; run it by hand and see",
                      argv[0], status);
  if (r == 0)
    r = read_key (mg_buf_text (&text), argv[0], ret_key, err);
  if (text.data != NULL)
    mg_wipe (text.data, text.len);
  mg_buf_done (&text);
  return r;
}

static int
from_file (const char *path, unsigned char *ret_key, struct mg_error *err)
{
  struct mg_buf text = MG_BUF_INIT (4096);
  int r = check_private (path, err);

  if (r == 0)
    r = mg_file_read (path, &text, err);
  if (r == 0)
    r = read_key (mg_buf_text (&text), path, ret_key, err);
  if (text.data != NULL)
    mg_wipe (text.data, text.len);
  mg_buf_done (&text);
  return r;
}

static int
make_file (const char *path, unsigned char *ret_key, struct mg_error *err)
{
  MG_CLEANUP_FREE char *dir = mg_config_dir ();
  char text[TEXT_LEN + 2];
  int r = mg_file_mkdirs (dir, 0700, err);

  if (r < 0)
    return r;
  mg_rand_bytes (ret_key, MG_SEAL_KEY_LEN);
  mg_hex (ret_key, MG_SEAL_KEY_LEN, text);
  text[TEXT_LEN] = '\n';
  r = mg_file_write (path, text, TEXT_LEN + 1, 0600, err);
  mg_wipe (text, sizeof text);
  return r;
}

int
mg_key_load (struct mg_app *app, int make, struct mg_error *err)
{
  const char *command = mg_opt_text (&app->options, MG_OPT_KEY_COMMAND);
  const char *file = mg_opt_text (&app->options, MG_OPT_KEY_FILE);
  MG_CLEANUP_FREE char *own = make ? new_path (app) : mg_key_path (app);
  unsigned char key[MG_SEAL_KEY_LEN];
  int r;

  if (command != NULL)
    r = from_command (command, key, err);
  else if (file != NULL)
    r = from_file (file, key, err);
  else if (make)
    r = make_file (own, key, err);
  else if (mg_file_exists (own))
    r = from_file (own, key, err);
  else
    return 0;
  if (r == 0)
    mg_store_set_key (app->session.store, key);
  mg_wipe (key, sizeof key);
  return r;
}
