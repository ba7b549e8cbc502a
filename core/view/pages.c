/* See pages.h. */
#include <config.h>

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/str.h"
#include "view/pages.h"

#define MOST_HELD (8 * MG_MIB)
#define MOST_NAME 180              /* of a file, before ".html" */
#define MODE 0600

struct mg_page {
  char *user;                      /* folded */
  char *path;
  struct mg_buf text;              /* not written yet */
};

/* ---- text ---- */

/* Names may hold line ends, and what turns the direction of writing. */
static void
add_text (struct mg_buf *b, const char *given)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf plain = MG_BUF_MUST (MG_MIB);
  const char *text;

  mg_buf_add_printable (&plain, given);
  for (text = mg_buf_text (&plain); *text != '\0'; text++)
    switch (*text) {
    case '&': mg_buf_add_str (b, "&amp;"); break;
    case '<': mg_buf_add_str (b, "&lt;"); break;
    case '>': mg_buf_add_str (b, "&gt;"); break;
    case '"': mg_buf_add_str (b, "&quot;"); break;
    case '\'': mg_buf_add_str (b, "&#39;"); break;
    default: mg_buf_add_byte (b, (unsigned char) *text);
    }
}

static void
add_head (struct mg_buf *b, const char *user)
{
  mg_buf_add_str (b, "<!DOCTYPE html>\n<meta charset=\"utf-8\">\n<title>");
  add_text (b, user);
  mg_buf_add_str (b, "</title>\n<style>td, th { text-align: left; padding: 0 "
                  "1em 0 0; }</style>\n<h1>");
  add_text (b, user);
  mg_buf_add_str (b, "</h1>\n<table>\n<tr><th>kind<th>name<th>old id<th>new id"
                  "\n");
}

static void
add_cell (struct mg_buf *b, const char *text, const char *link)
{
  mg_buf_add_str (b, "<td>");
  if (link != NULL) {
    mg_buf_add_str (b, "<a href=\"");
    add_text (b, link);
    mg_buf_add_str (b, "\">");
  }
  add_text (b, text ? text : "");
  if (link != NULL)
    mg_buf_add_str (b, "</a>");
}

/* A name that every file system takes. */
static char *
file_name (const char *folder, const char *user)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf b = MG_BUF_MUST (8 * MG_KIB);
  uint64_t digest = UINT64_C (14695981039346656037);
  const char *p;

  for (p = user; *p != '\0'; p++) {
    unsigned char c = (unsigned char) *p;

    digest = (digest ^ c) * UINT64_C (1099511628211);
    if (b.len > MOST_NAME)
      continue;
    if (isalnum (c) || strchr ("@_+-", c) != NULL || (c == '.' && p > user))
      mg_buf_add_byte (&b, c);
    else
      mg_buf_addf (&b, "%%%02X", c);
  }
  if (b.len > MOST_NAME)
    mg_buf_addf (&b, "-%016llx", (unsigned long long) digest);
  mg_buf_add_str (&b, ".html");
  return mg_path_join (folder, mg_buf_text (&b));
}

/* ---- files ---- */

static int
flush_page (struct mg_page *page, struct mg_error *err)
{
  int fd = -1, r = 0;

  if (page->text.len == 0)
    return 0;
  r = mg_buf_check (&page->text, "a page", err);
  if (r == 0)
    r = mg_fd_open_append (page->path, MODE, &fd, err);
  if (r == 0)
    r = mg_fd_write (fd, mg_buf_text (&page->text), page->text.len, page->path,
                     err);
  mg_fd_close (&fd);
  mg_buf_reset (&page->text);
  return r;
}

static int
flush_all (struct mg_pages *pages, struct mg_error *err)
{
  size_t i;
  int r = 0;

  for (i = 0; i < pages->n_slots && r == 0; i++)
    if (pages->slots[i] != NULL)
      r = flush_page (pages->slots[i], err);
  pages->held = 0;
  return r;
}

int
mg_pages_open (struct mg_pages *pages, const char *folder,
               struct mg_error *err)
{
  struct dirent *entry;
  DIR *dir;
  int r;

  memset (pages, 0, sizeof *pages);
  pages->folder = mg_xstrdup (folder);
  r = mg_file_mkdirs (folder, 0700, err);
  dir = r == 0 ? opendir (folder) : NULL;
  while (dir != NULL && (entry = readdir (dir)) != NULL)
    if (mg_ends (entry->d_name, ".html")) {
      MG_CLEANUP_FREE char *path = mg_path_join (folder, entry->d_name);

      mg_file_remove (path);
    }
  if (dir != NULL)
    closedir (dir);
  return r;
}

/* ---- users ---- */

static size_t
slot_of (const struct mg_pages *pages, const char *user)
{
  uint64_t digest = UINT64_C (14695981039346656037);
  const char *p;
  size_t at;

  for (p = user; *p != '\0'; p++)
    digest = (digest ^ (unsigned char) *p) * UINT64_C (1099511628211);
  at = (size_t) digest & (pages->n_slots - 1);
  while (pages->slots[at] != NULL && strcmp (pages->slots[at]->user, user) != 0)
    at = (at + 1) & (pages->n_slots - 1);
  return at;
}

static void
grow (struct mg_pages *pages)
{
  struct mg_page **old = pages->slots;
  size_t i, n = pages->n_slots;

  pages->n_slots = n ? 2 * n : 64;
  pages->slots = mg_xcalloc (pages->n_slots, sizeof *pages->slots);
  for (i = 0; i < n; i++)
    if (old[i] != NULL)
      pages->slots[slot_of (pages, old[i]->user)] = old[i];
  mg_free (old);
}

static struct mg_page *
page_of (struct mg_pages *pages, const char *name)
{
  MG_CLEANUP_FREE char *user = mg_fold (name);
  struct mg_page *page;
  size_t at;

  if (2 * pages->n >= pages->n_slots)
    grow (pages);
  at = slot_of (pages, user);
  if (pages->slots[at] != NULL)
    return pages->slots[at];
  page = mg_xcalloc (1, sizeof *page);
  page->user = mg_xstrdup (user);
  page->path = file_name (pages->folder, user);
  page->text = (struct mg_buf) MG_BUF_INIT (2 * MOST_HELD);
  add_head (&page->text, name);
  pages->slots[at] = page;
  pages->n++;
  return page;
}

int
mg_pages_add (struct mg_pages *pages, const char *user,
              const struct mg_page_row *row, struct mg_error *err)
{
  struct mg_page *page = page_of (pages, user);
  size_t before = page->text.len;

  mg_buf_add_str (&page->text, "<tr>");
  add_cell (&page->text, row->kind, NULL);
  add_cell (&page->text, row->name, row->new_link);
  add_cell (&page->text, row->old_id, row->old_link);
  add_cell (&page->text, row->new_id, row->new_link);
  mg_buf_add_byte (&page->text, '\n');
  pages->held += page->text.len - before;
  return pages->held > MOST_HELD ? flush_all (pages, err) : 0;
}

int
mg_pages_close (struct mg_pages *pages, struct mg_error *err)
{
  size_t i;
  int r = 0;

  for (i = 0; i < pages->n_slots; i++) {
    struct mg_page *page = pages->slots[i];

    if (page == NULL)
      continue;
    mg_buf_add_str (&page->text, "</table>\n");
    if (r == 0)
      r = flush_page (page, err);
    mg_buf_done (&page->text);
    mg_free (page->user);
    mg_free (page->path);
    mg_free (page);
  }
  mg_free (pages->slots);
  mg_free (pages->folder);
  memset (pages, 0, sizeof *pages);
  return r;
}
