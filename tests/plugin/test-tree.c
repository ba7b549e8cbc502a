/* A walk whose lists come in pages, against a scripted server. */
#include <config.h>

#include "gadgets.h"
#include "run/tree.h"

static const char *const sorts[] = { "FOLDER", NULL };
static const struct migrate_tree tree = {
  .walker = "gadgets", .sorts = sorts, .sort = "sort", .node = "name",
  .root = "/", .look = "GET /gadgets/{id}",
};

static struct migrate_kind
folders (void)
{
  struct migrate_kind k = gadgets ();

  k.id = "name";
  k.list = "GET /gadgets?in={node}";
  k.paging = MIGRATE_PAGING_TOKEN;
  k.lanes = 1;                     /* the script is one list after another */
  k.tree = &tree;
  return k;
}

#define FOLDER(name) "{\"sort\":\"FOLDER\",\"name\":\"" name "\"}"

/* A page that breaks off takes only its own children with it. */
MG_TEST (a_page_again_keeps_the_pages_before_it)
{
  static const struct reply script[] = {
    { .status = 200, .body = "{\"gadgets\":[" FOLDER ("/a") "," FOLDER ("/b")
      "],\"next_page_token\":\"2\"}" },
    { .status = 200, .body = "{\"gadgets\":[" FOLDER ("/c") ",{\"sort\"" },
    { .status = 200, .body = "{\"gadgets\":[" FOLDER ("/c") "]}" },
    { .status = 200, .body = "{}" },
    { .status = 200, .body = "{}" },
    { .status = 200, .body = "{}" },
  };
  struct mg_error err = MG_ERROR_INIT;
  struct mg_registry registry = { 0 };
  struct mg_plugin plugin = { 0 };
  struct mg_kind *kinds[1];
  int64_t found[1] = { 0 };
  struct stand s;

  up (&s, folders (), script, 6);
  kinds[0] = &s.kind;
  s.kind.plugin = &plugin;
  registry.kinds = kinds;
  registry.n_kinds = 1;
  s.ctx.registry = &registry;
  is_ok (mg_tree_count (&s.ctx, &s.kind, found, &err));
  is_int (found[0], 3);
  sent (&s, 2, "GET /gadgets?in=%2F&page_token=2 HTTP", NULL);
  sent (&s, 3, "GET /gadgets?in=%2Fc HTTP", NULL);
  sent (&s, 4, "GET /gadgets?in=%2Fb HTTP", NULL);
  sent (&s, 5, "GET /gadgets?in=%2Fa HTTP", NULL);
  down (&s);
}

/* What has a name may be of another sort than what is looked for. */
MG_TEST (a_look_tells_sorts_apart)
{
  static const struct reply script[] = {
    { .status = 200, .body = FOLDER ("/a") },
    { .status = 200, .body = "{\"sort\":\"FILE\",\"name\":\"/a\"}" },
    { .status = 200, .body = "{\"name\":\"/a\"}" },
    { .status = 404, .body = "{\"error_code\":\"RESOURCE_DOES_NOT_EXIST\"}" },
  };
  struct mg_buf body = MG_BUF_INIT (MG_MIB);
  struct mg_registry registry = { 0 };
  struct mg_kind *kinds[1];
  struct stand s;

  up (&s, folders (), script, 4);
  kinds[0] = &s.kind;
  registry.kinds = kinds;
  registry.n_kinds = 1;
  s.ctx.registry = &registry;
  is_ok (mg_tree_look (&s.ctx, &s.kind, "/a", &body));
  is_str (mg_buf_text (&body), FOLDER ("/a"));
  sent (&s, 0, "GET /gadgets/%2Fa HTTP", NULL);
  is_int (mg_tree_look (&s.ctx, &s.kind, "/a", &body), MG_E_EXISTS);
  is_int (mg_tree_look (&s.ctx, &s.kind, "/a", &body), MG_E_PROTOCOL);
  is_int (mg_tree_look (&s.ctx, &s.kind, "/a", &body), MG_E_NOT_FOUND);
  mg_buf_done (&body);
  down (&s);
}
