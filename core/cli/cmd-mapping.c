/* migrate mapping: what became of everything, in <session>/out/mapping or the
 * folder of --csv: one CSV file for each kind, names.csv with the other names that
 * are new, files of names that are made of ids, all of it as mapping.json,
 * replace.sed for what else names them, and with --per-user pages in per-user/. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/str.h"
#include "cli/app.h"
#include "run/owner.h"
#include "view/csv.h"
#include "view/events.h"
#include "view/pages.h"
#include "view/replace.h"
#include "view/table.h"

struct mapping {
  struct mg_app *app;
  struct mg_store *store;
  struct mg_packer packer;
  const char *folder;
  struct mg_workspace spaces[2];
  struct out { struct mg_csv csv; int64_t n; } *outs;   /* by kind's index */
  struct out names;
  struct made { const char *file; struct out out; } *made;
  int n_made;
  struct mg_pages pages;
  int per_user;
  struct mg_csv json;
  struct mg_replace script;
  int64_t n;
};

/* One asset that has a counterpart. */
struct pair {
  const struct mg_kind *kind;
  struct mg_asset source, target;
  char *links[2];                  /* of its page; NULL = the kind has none */
};

/* ---- the files ---- */

static void
add_member (struct mg_buf *b, const char *name, const char *value)
{
  if (value == NULL)
    return;
  mg_buf_addf (b, ",\"%s\":", name);
  mg_buf_add_json (b, value);
}

static int
open_files (struct mapping *m, struct mg_error *err)
{
  MG_CLEANUP_FREE char *json = mg_path_join (m->folder, "mapping.json");
  MG_CLEANUP_FREE char *script = mg_path_join (m->folder, "replace.sed");
  MG_CLEANUP (mg_buf_done) struct mg_buf head = MG_BUF_MUST (64 * MG_KIB);
  int i, r = mg_csv_open (&m->json, json, NULL, err);

  for (i = 0; i < 2; i++) {
    mg_buf_addf (&head, "%c\"%s\":{\"host\":", i ? ',' : '{',
                 i ? "target" : "source");
    mg_buf_add_json (&head, m->spaces[i].host);
    add_member (&head, "workspace", m->spaces[i].org_id);
    mg_buf_add_byte (&head, '}');
  }
  mg_buf_add_str (&head, ",\"assets\":[");
  if (r == 0)
    r = mg_csv_text (&m->json, mg_buf_text (&head), err);
  return r < 0 ? r : mg_replace_open (&m->script, script, err);
}

static int
row_in (struct mapping *m, struct out *out, const char *name,
        const char *const *head, const char *const *row, struct mg_error *err)
{
  int r = 0;

  if (out->n++ == 0) {
    MG_CLEANUP_FREE char *file = mg_xasprintf ("%s.csv", name);
    MG_CLEANUP_FREE char *path = mg_path_join (m->folder, file);

    r = mg_csv_open (&out->csv, path, head, err);
  }
  return r < 0 ? r : mg_csv_row (&out->csv, row, err);
}

/* ---- one asset ---- */

/* Its number, as links and paths have it; 0 where nothing tells it: that is
 * whichever the host is of. */
static const char *
number_of (const struct mg_workspace *space)
{
  size_t digits = strspn (space->org_id, "0123456789");

  return space->org_id[digits] == '\0' ? space->org_id : "0";
}

/* The page of an asset: "https://HOST/?o=WORKSPACE#job/17". */
static char *
link_of (const struct mg_workspace *space, const struct mg_kind *kind,
         const char *id)
{
  const char *link = kind->k->link, *place = link ? strstr (link, "{id}") : NULL;
  const char *hash;

  if (place == NULL)
    return NULL;
  hash = strchr (link, '#');
  if (hash == NULL)
    return mg_xasprintf ("%s%.*s%s%s?o=%s", space->host, (int) (place - link),
                         link, id, place + 4, number_of (space));
  return mg_xasprintf ("%s%.*s?o=%s%.*s%s%s", space->host, (int) (hash - link),
                       link, number_of (space), (int) (place - hash), hash, id,
                       place + 4);
}

/* A name made of ids: {workspace} and {id}.  The caller frees. */
static char *
make_name (const char *text, const struct mg_workspace *space, const char *id)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf b = MG_BUF_MUST (64 * MG_KIB);

  while (*text != '\0')
    if (mg_starts (text, "{workspace}")) {
      mg_buf_add_str (&b, number_of (space));
      text += strlen ("{workspace}");
    }
    else if (mg_starts (text, "{id}")) {
      mg_buf_add_str (&b, id);
      text += strlen ("{id}");
    }
    else
      mg_buf_add_byte (&b, (unsigned char) *text++);
  return mg_xstrdup (mg_buf_text (&b));
}

static void
say_line (const struct pair *p)
{
  struct mg_line line;

  mg_line_begin (&line, "mapping");
  mg_line_text (&line, "kind", p->kind->k->name);
  mg_line_text (&line, "old_id", p->source.src_id);
  mg_line_text (&line, "new_id", p->target.src_id);
  mg_line_text (&line, "name", p->source.key);
  mg_line_text (&line, "new_name", p->target.key);
  mg_line_text (&line, "old_link", p->links[0]);
  mg_line_text (&line, "new_link", p->links[1]);
  mg_line_end (&line);
}

static void
add_made (struct mapping *m, struct mg_buf *b, const struct pair *p)
{
  const struct migrate_made *made = p->kind->k->made;

  for (; made != NULL && made->file != NULL; made++) {
    MG_CLEANUP_FREE char *was = make_name (made->text, &m->spaces[0],
                                           p->source.src_id);
    MG_CLEANUP_FREE char *is = make_name (made->text, &m->spaces[1],
                                          p->target.src_id);

    mg_buf_addf (b, ",\"%s\":{\"old\":", made->file);
    mg_buf_add_json (b, was);
    add_member (b, "new", is);
    mg_buf_add_byte (b, '}');
  }
}

static int
put_json (struct mapping *m, const struct pair *p, struct mg_error *err)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf b = MG_BUF_MUST (MG_MIB);

  mg_buf_addf (&b, "%s\n{\"kind\":", m->n++ ? "," : "");
  mg_buf_add_json (&b, p->kind->k->name);
  add_member (&b, "old_id", p->source.src_id);
  add_member (&b, "new_id", p->target.src_id);
  add_member (&b, "name", p->source.key);
  add_member (&b, "new_name", p->target.key);
  add_member (&b, "old_link", p->links[0]);
  add_member (&b, "new_link", p->links[1]);
  add_made (m, &b, p);
  mg_buf_add_byte (&b, '}');
  return mg_csv_text (&m->json, mg_buf_text (&b), err);
}

/* Another name under which others know it. */
static int
put_name (struct mapping *m, const struct pair *p, const char *ns,
          const char *old_name, const char *new_name, struct mg_error *err)
{
  static const char *const head[] = { "kind", "what", "old", "new", NULL };
  const char *const row[] = { p->kind->k->name, ns, old_name, new_name, NULL };
  int r;

  if (old_name == NULL || new_name == NULL || mg_streq (old_name, new_name))
    return 0;
  r = row_in (m, &m->names, "names", head, row, err);
  return r < 0 ? r : mg_replace_add (&m->script, old_name, new_name, err);
}

/* By one path it can be known in more than one namespace. */
static int
is_other_name (const struct migrate_kind *k, const struct migrate_alias *alias)
{
  const struct migrate_alias *before;

  for (before = k->aliases; before != alias; before++)
    if (mg_streq (before->path, alias->path))
      return 0;
  return !mg_streq (alias->path, k->id) && !mg_streq (alias->path, k->key);
}

static int
put_alias (struct mapping *m, const struct pair *p,
           const struct migrate_alias *alias, struct mg_error *err)
{
  MG_CLEANUP_FREE char *was =
    mg_json_get_text (mg_buf_text (&p->source.body), p->source.body.len,
                      alias->path);
  MG_CLEANUP_FREE char *is =
    mg_json_get_text (mg_buf_text (&p->target.body), p->target.body.len,
                      alias->path);

  return put_name (m, p, alias->path, was, is, err);
}

static int
put_names (struct mapping *m, const struct pair *p, struct mg_error *err)
{
  const struct migrate_kind *k = p->kind->k;
  const struct migrate_alias *alias;
  int r = put_name (m, p, k->key, p->source.key, p->target.key, err);

  for (alias = k->aliases; alias != NULL && alias->ns != NULL && r == 0;
       alias++)
    if (is_other_name (k, alias))
      r = put_alias (m, p, alias, err);
  return r;
}

static struct out *
made_out (struct mapping *m, const char *file)
{
  int i;

  for (i = 0; i < m->n_made; i++)
    if (strcmp (m->made[i].file, file) == 0)
      return &m->made[i].out;
  m->made = mg_xreallocarray (m->made, (size_t) m->n_made + 1, sizeof *m->made);
  m->made[m->n_made] = (struct made) { .file = file };
  return &m->made[m->n_made++].out;
}

static int
put_made (struct mapping *m, const struct pair *p, struct mg_error *err)
{
  static const char *const head[] = { "kind", "name", "old", "new", NULL };
  const struct migrate_made *made = p->kind->k->made;
  int r = 0;

  for (; made != NULL && made->file != NULL && r == 0; made++) {
    MG_CLEANUP_FREE char *was = make_name (made->text, &m->spaces[0],
                                           p->source.src_id);
    MG_CLEANUP_FREE char *is = make_name (made->text, &m->spaces[1],
                                          p->target.src_id);
    const char *const row[] = { p->kind->k->name, p->source.key, was, is,
                                NULL };

    r = row_in (m, made_out (m, made->file), made->file, head, row, err);
    if (r == 0)
      r = mg_replace_add (&m->script, was, is, err);
  }
  return r;
}

/* On the page of its owner. */
static int
put_page (struct mapping *m, const struct pair *p, struct mg_error *err)
{
  const struct mg_page_row row = {
    p->kind->k->name, p->source.key, p->source.src_id, p->target.src_id,
    p->links[0], p->links[1]
  };
  MG_CLEANUP_FREE char *owner =
    m->per_user ? mg_run_owner (m->store, &m->packer, &m->app->registry,
                                p->kind, &p->source) : NULL;

  return owner ? mg_pages_add (&m->pages, owner, &row, err) : 0;
}

static int
put_pair (struct mapping *m, const struct pair *p, struct mg_error *err)
{
  static const char *const head[] = { "old_id", "new_id", "name", "old_link",
                                      "new_link", NULL };
  const char *const row[] = { p->source.src_id, p->target.src_id, p->source.key,
                              p->links[0] ? p->links[0] : "",
                              p->links[1] ? p->links[1] : "", NULL };
  int r = row_in (m, &m->outs[p->kind->index], p->kind->k->name, head, row, err);

  if (m->app->view.json)
    say_line (p);
  if (r == 0)
    r = put_json (m, p, err);
  if (r == 0)
    r = put_page (m, p, err);
  if (r == 0)
    r = put_made (m, p, err);      /* before the ids that stand in it */
  if (r == 0 && p->links[0] != NULL)
    r = mg_replace_add (&m->script, p->links[0], p->links[1], err);
  if (r == 0)
    r = mg_replace_add (&m->script, p->source.src_id, p->target.src_id, err);
  return r < 0 ? r : put_names (m, p, err);
}

static int
has_other_names (const struct migrate_kind *k)
{
  const struct migrate_alias *alias;

  for (alias = k->aliases; alias != NULL && alias->ns != NULL; alias++)
    if (is_other_name (k, alias))
      return 1;
  return 0;
}

static int
each_work (void *opaque, const struct mg_work *w, struct mg_error *err)
{
  struct mapping *m = opaque;
  struct pair p = { mg_registry_kid (&m->app->registry, w->kid), MG_ASSET_INIT,
                    MG_ASSET_INIT, { NULL, NULL } };
  struct mg_packer *packer;
  int r;

  if (w->new_aid == 0 || p.kind == NULL || !p.kind->chosen
      || p.kind->parent != NULL)
    return 0;
  packer = has_other_names (p.kind->k) || m->per_user ? &m->packer : NULL;
  r = mg_asset_get (m->store, packer, w->aid, &p.source, err);
  if (r > 0)
    r = mg_asset_get (m->store, packer, w->new_aid, &p.target, err);
  if (r > 0) {
    p.links[0] = link_of (&m->spaces[0], p.kind, p.source.src_id);
    p.links[1] = link_of (&m->spaces[1], p.kind, p.target.src_id);
    r = put_pair (m, &p, err);
  }
  mg_asset_done (&p.source);
  mg_asset_done (&p.target);
  mg_free (p.links[0]);
  mg_free (p.links[1]);
  return r < 0 ? r : 0;
}

/* ---- the whole ---- */

static int
close_out (struct out *out, const char *name, int r, struct mg_buf *said,
           struct mg_error *err)
{
  char number[32];
  int closed;

  if (out->n == 0)
    return r;
  closed = mg_csv_close (&out->csv, r == 0 ? err : NULL);
  mg_buf_addf (said, "%s%s.csv %s", said->len ? ", " : "", name,
               mg_number (out->n, number));
  return r == 0 ? closed : r;
}

static int
finish (struct mapping *m, int r, struct mg_error *err)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf said = MG_BUF_MUST (64 * MG_KIB);
  const struct mg_registry *registry = &m->app->registry;
  size_t n_pages;
  int i, closed;

  for (i = 0; i < registry->n_kinds; i++)
    r = close_out (&m->outs[i], registry->kinds[i]->k->name, r, &said, err);
  r = close_out (&m->names, "names", r, &said, err);
  for (i = 0; i < m->n_made; i++)
    r = close_out (&m->made[i].out, m->made[i].file, r, &said, err);
  n_pages = m->pages.n;
  closed = mg_pages_close (&m->pages, r == 0 ? err : NULL);
  r = r == 0 ? closed : r;
  if (r == 0)
    r = mg_csv_text (&m->json, "\n]}\n", err);
  closed = mg_csv_close (&m->json, r == 0 ? err : NULL);
  r = r == 0 ? closed : r;
  closed = mg_replace_close (&m->script, r == 0 ? err : NULL);
  r = r == 0 ? closed : r;
  if (r == 0 && !m->app->view.json) {
    printf ("%s: %s, mapping.json, replace.sed", m->folder,
            said.len ? mg_buf_text (&said) : "nothing was imported yet");
    if (m->per_user)
      printf (", per-user/ %zu", n_pages);
    putchar ('\n');
  }
  return r;
}

static int
write_files (struct mapping *m, int wsid, struct mg_error *err)
{
  int i, r = mg_file_mkdirs (m->folder, 0700, err);

  for (i = 0; i < 2 && r == 0; i++) {
    r = mg_session_workspace (&m->app->session, i ? wsid : MG_SOURCE_WSID,
                              &m->spaces[i], err);
    r = r < 0 ? r : 0;
  }
  if (r == 0)
    r = mg_key_load (m->app, 0, err);
  if (r < 0)
    return r;
  mg_packer_init (&m->packer, mg_store_blobs (m->store),
                  mg_store_key (m->store));
  r = open_files (m, err);
  if (r == 0 && m->per_user) {
    MG_CLEANUP_FREE char *folder = mg_path_join (m->folder, "per-user");

    r = mg_pages_open (&m->pages, folder, err);
  }
  if (r == 0)
    r = mg_work_each_phase (m->store, wsid, MG_PHASE_MAIN, 0, each_work, m, err);
  r = finish (m, r, err);
  mg_packer_done (&m->packer);
  return r;
}

static int
write_mapping (struct mg_app *app, int wsid, struct mg_error *err)
{
  const char *csv = mg_opt_text (&app->options, MG_OPT_CSV);
  MG_CLEANUP_FREE char *own = mg_path_join (app->session.folder,
                                            "out/mapping");
  struct mapping m = { .app = app, .store = app->session.store,
                       .per_user = mg_opt_on (&app->options, MG_OPT_PER_USER),
                       .folder = csv ? csv : own };
  int i, r;

  if (wsid == MG_SOURCE_WSID) {
    if (!app->view.json)
      printf ("nothing was imported yet\n");
    return 0;
  }
  m.outs = mg_xcalloc ((size_t) app->registry.n_kinds + 1, sizeof *m.outs);
  r = write_files (&m, wsid, err);
  for (i = 0; i < 2; i++)
    mg_workspace_done (&m.spaces[i]);
  mg_free (m.outs);
  mg_free (m.made);
  return r;
}

int
mg_cmd_mapping (struct mg_app *app)
{
  struct mg_error err = MG_ERROR_INIT;
  int wsid = 0;
  int r = mg_app_read (app, &wsid, &err);

  if (r == 0)
    r = write_mapping (app, wsid, &err);
  return r < 0 ? mg_app_fail (app, &err) : MG_EXIT_OK;
}
