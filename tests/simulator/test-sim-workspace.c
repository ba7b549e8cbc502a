/* The workspace's tree of libsim: folders, notebooks and files, what an import
 * makes of what it gets, what is refused, and whose permissions go down. */
#include <config.h>

#include "simulator/sim-test.h"

#define TREE "/api/2.0/workspace/"
#define PERM "/api/2.0/permissions/"
#define PRINT "cHJpbnQoMSk="          /* print(1) */
#define NOTEBOOK "IyBEYXRhYnJpY2tzIG5vdGVib29rIHNvdXJjZQpwcmludCgxKQ=="

static int
mkdirs (const char *path)
{
  return callf ("POST", TREE "mkdirs", "{\"path\":\"%s\"}", path);
}

static int
put (const char *path, const char *more)
{
  return callf ("POST", TREE "import", "{\"path\":\"%s\",%s}", path, more);
}

static int
python (const char *path)
{
  return put (path, "\"language\":\"PYTHON\",\"content\":\"" PRINT "\"");
}

static int
list (const char *path)
{
  return gett ("GET", TREE "list?path=%s", path);
}

static const char *
number (const char *path)
{
  is_int (gett ("GET", TREE "get-status?path=%s", path), 200);
  return at ("object_id");
}

MG_TEST (the_root_has_its_folders_and_users_everybodys_home)
{
  START (.populate = "users=3");
  is_int (list ("/"), 200);
  is_int (length ("objects"), 3);
  is_str (at ("objects.0.path"), "/Users");
  is_str (at ("objects.0.object_type"), "DIRECTORY");
  list ("/Users");
  is_int (length ("objects"), 4);      /* and the service principal's */
  is_str (at ("objects.0.path"), "/Users/admin@example.com");
  is_int (list ("/Shared"), 200);
  is_str (text (), "{}");
  is_int (list ("/Workspace/Shared"), 200);
  is_int (list ("/nowhere"), 404);
  is_str (at ("error_code"), "RESOURCE_DOES_NOT_EXIST");
  is_str (at ("message"), "Path (/nowhere) doesn't exist.");
}

MG_TEST (a_notebook_is_listed_and_exported)
{
  START ();
  is_int (python ("/Shared/one"), 200);
  is_str (text (), "{}");
  list ("/Shared");
  is_int (length ("objects"), 1);
  is_str (at ("objects.0.object_type"), "NOTEBOOK");
  is_str (at ("objects.0.language"), "PYTHON");
  is_str (at ("objects.0.created_at"), "1800000000000");
  ok (node ("objects.0.content") == NULL);
  is_str (number ("/Shared/one"), number ("/Workspace//Shared/one/"));
  is_int (list ("/Shared/one"), 200);
  is_int (length ("objects"), 1);
  is_int (gett ("GET", TREE "export?path=/Shared/one"), 200);
  is_str (at ("content"), NOTEBOOK);
  is_str (at ("file_type"), "py");
  gett ("GET", TREE "export?path=/Shared/one&direct_download=true");
  is_str (text (), "# Databricks notebook source\nprint(1)");
}

MG_TEST (an_exported_source_comes_back_as_it_was)
{
  START ();
  put ("/Shared/a", "\"language\":\"PYTHON\",\"content\":\"" NOTEBOOK "\"");
  gett ("GET", TREE "export?path=/Shared/a&format=SOURCE");
  is_str (at ("content"), NOTEBOOK);
  put ("/Shared/b", "\"language\":\"SQL\",\"content\":\"c2VsZWN0IDEK\"");
  gett ("GET", TREE "export?path=/Shared/b&direct_download=true");
  is_str (text (), "-- Databricks notebook source\nselect 1");
}

MG_TEST (cells_survive_the_way_over_a_document)
{
  static const char *const formats[] = { "JUPYTER", "HTML", "DBC" };
  size_t i;

  START ();
  call ("POST", "/_simulator/object", "{\"kind\":\"notebooks\",\"create\":{"
        "\"path\":\"/Shared/a\",\"language\":\"SCALA\",\"source\":\"// "
        "Databricks notebook source\\n1\\n\\n// COMMAND ----------\\n\\n2\"}}");
  for (i = 0; i < MG_N_ELEMENTS (formats); i++) {
    const char *content;

    is_int (gett ("GET", TREE "export?path=/Shared/a&format=%s", formats[i]),
            200);
    content = at ("content");
    is_int (callf ("POST", TREE "import", "{\"path\":\"/Shared/%s\","
                   "\"format\":\"%s\",\"content\":\"%s\"}", formats[i],
                   formats[i], content), 200);
    gett ("GET", TREE "export?path=/Shared/%s&direct_download=true",
          formats[i]);
    is_str (text (), "// Databricks notebook source\n1\n\n"
            "// COMMAND ----------\n\n2");
  }
}

MG_TEST (an_archive_holds_what_was_shown_and_overwrites_nothing)
{
  static const char *const formats[] = { "DBC", "JUPYTER" };
  size_t i;

  START ();
  call ("POST", "/_simulator/object", "{\"kind\":\"notebooks\",\"create\":{"
        "\"path\":\"/Shared/a\",\"source\":\"1\",\"results\":4}}");
  for (i = 0; i < MG_N_ELEMENTS (formats); i++) {
    MG_CLEANUP_FREE char *content = NULL;

    gett ("GET", TREE "export?path=/Shared/a&format=%s", formats[i]);
    content = mg_xstrdup (at ("content"));
    is_int (callf ("POST", TREE "import", "{\"path\":\"/Shared/%s\","
                   "\"format\":\"%s\",\"content\":\"%s\"}", formats[i],
                   formats[i], content), 200);
    gett ("GET", TREE "export?path=/Shared/%s&format=JUPYTER"
          "&direct_download=true", formats[i]);
    has_str (text (), "rrrr");
    is_int (callf ("POST", TREE "import", "{\"path\":\"/Shared/%s\","
                   "\"format\":\"%s\",\"content\":\"%s\","
                   "\"overwrite\":true}", formats[i], formats[i], content),
            i == 0 ? 400 : 200);
  }
  is_int (put ("/Shared/no", "\"format\":\"DBC\",\"content\":\"" PRINT "\""),
          400);
}

MG_TEST (markdown_is_of_R_and_comes_back)
{
  MG_CLEANUP_FREE char *content = NULL;

  START ();
  put ("/Shared/p", "\"language\":\"PYTHON\",\"content\":\"" NOTEBOOK "\"");
  is_int (gett ("GET", TREE "export?path=/Shared/p&format=R_MARKDOWN"), 400);
  put ("/Shared/r", "\"language\":\"R\",\"content\":\"" PRINT "\"");
  gett ("GET", TREE "export?path=/Shared/r&format=R_MARKDOWN");
  is_str (at ("file_type"), "Rmd");
  content = mg_xstrdup (at ("content"));
  is_int (callf ("POST", TREE "import", "{\"path\":\"/Shared/s\","
                 "\"format\":\"R_MARKDOWN\",\"content\":\"%s\"}", content),
          200);
  gett ("GET", TREE "export?path=/Shared/s&direct_download=true");
  is_str (text (), "# Databricks notebook source\nprint(1)");
}

MG_TEST (an_import_needs_a_folder_and_a_free_place)
{
  START ();
  is_int (python ("/Shared/a/b"), 404);
  is_str (at ("message"), "The parent folder (/Shared/a) does not exist.");
  is_int (mkdirs ("/Shared/a"), 200);
  is_int (python ("/Shared/a/b"), 200);
  is_int (python ("/Shared/a/b"), 400);
  is_str (at ("error_code"), "RESOURCE_ALREADY_EXISTS");
  is_int (python ("/Shared/a/B"), 200);      /* case counts */
  is_int (python ("/Shared/a/b/c"), 404);
  is_int (python ("/Users/b"), 400);
  is_str (at ("error_code"), "DIRECTORY_PROTECTED");
  is_int (put ("/Shared/x", "\"content\":\"" PRINT "\""), 400);
  is_int (put ("/Shared/x", "\"content\":\"#\",\"language\":\"R\""), 400);
}

MG_TEST (an_overwritten_object_keeps_its_number_and_its_sort)
{
  const char *id;

  START ();
  python ("/Shared/a");
  id = number ("/Shared/a");
  is_int (put ("/Shared/a", "\"language\":\"R\",\"overwrite\":true,"
               "\"content\":\"" PRINT "\""), 200);
  is_str (number ("/Shared/a"), id);
  is_str (at ("language"), "R");
  is_int (put ("/Shared/a", "\"format\":\"RAW\",\"overwrite\":true,"
               "\"content\":\"" PRINT "\""), 400);
}

MG_TEST (auto_tells_notebooks_from_files)
{
  START ();
  is_int (put ("/Shared/n.py", "\"format\":\"AUTO\",\"content\":\"" NOTEBOOK
               "\""), 200);
  number ("/Shared/n");
  is_str (at ("object_type"), "NOTEBOOK");
  is_int (put ("/Shared/f.py", "\"format\":\"AUTO\",\"content\":\"" PRINT
               "\""), 200);
  number ("/Shared/f.py");
  is_str (at ("object_type"), "FILE");
  is_str (at ("size"), "8");
  gett ("GET", TREE "export?path=/Shared/f.py&format=AUTO");
  is_str (at ("content"), PRINT);
}

MG_TEST (what_is_over_10_MiB_does_not_come_out)
{
  START ();
  call ("POST", "/_simulator/object", "{\"kind\":\"notebooks\",\"create\":{"
        "\"path\":\"/Shared/big\",\"padding\":10485760}}");
  is_int (gett ("GET", TREE "export?path=/Shared/big"), 400);
  is_str (at ("error_code"), "MAX_NOTEBOOK_SIZE_EXCEEDED");
  has_str (text (), "Notebook size exceeded limit: 104857");
  call ("POST", "/_simulator/object", "{\"kind\":\"notebooks\",\"create\":{"
        "\"path\":\"/Shared/shows\",\"results\":10485760}}");
  is_int (gett ("GET", TREE "export?path=/Shared/shows&format=JUPYTER"), 400);
  is_int (gett ("GET", TREE "export?path=/Shared/shows&format=JUPYTER"
                "&outputs=NONE"), 200);
  is_int (gett ("GET", TREE "export?path=/Shared/shows"), 200);
}

/* Versions of the service say it in three ways. */
MG_TEST (how_it_is_refused_may_be_told)
{
  START ();
  call ("POST", "/_simulator/object", "{\"kind\":\"notebooks\",\"create\":{"
        "\"path\":\"/Shared/in\",\"padding\":10485760,"
        "\"refusal\":\"inside\"}}");
  is_int (gett ("GET", TREE "export?path=/Shared/in"), 200);
  is_str (at ("error_code"), "MAX_NOTEBOOK_SIZE_EXCEEDED");
  call ("POST", "/_simulator/object", "{\"kind\":\"notebooks\",\"create\":{"
        "\"path\":\"/Shared/of\",\"padding\":10485760,"
        "\"refusal\":\"old\"}}");
  is_int (gett ("GET", TREE "export?path=/Shared/of"), 400);
  is_str (at ("error_code"), "BAD_REQUEST");
  is_str (at ("message"), "Size exceeds 10485760 bytes");
  gett ("GET", TREE "get-status?path=/Shared/of");
  ok (strstr (text (), "refusal") == NULL);
}

MG_TEST (ten_MiB_come_out)
{
  START ();
  call ("POST", "/_simulator/object", "{\"kind\":\"files\",\"create\":{"
        "\"path\":\"/Shared/f\",\"padding\":10485760}}");
  is_int (gett ("GET", TREE "export?path=/Shared/f&format=RAW"), 200);
  call ("POST", "/_simulator/object", "{\"kind\":\"files\",\"create\":{"
        "\"path\":\"/Shared/g\",\"padding\":10485761}}");
  is_int (gett ("GET", TREE "export?path=/Shared/g&format=RAW"), 400);
}

MG_TEST (nor_does_it_go_in)
{
  size_t len = (10485760 + 3) / 3 * 4;
  static const char head[] = "{\"path\":\"/Shared/a\",\"language\":\"R\","
    "\"content\":\"";
  char *body = mg_xmalloc (len + 200);

  START ();
  memcpy (body, head, sizeof head);
  memset (body + sizeof head - 1, 'A', len);
  memcpy (body + sizeof head - 1 + len, "\"}", 3);
  is_int (call ("POST", TREE "import", body), 400);
  is_str (at ("error_code"), "MAX_NOTEBOOK_SIZE_EXCEEDED");
  mg_free (body);
}

MG_TEST (what_is_full_is_deleted_only_with_all_that_is_in_it)
{
  START ();
  mkdirs ("/Shared/a/b/c");
  python ("/Shared/a/b/n");
  is_int (call ("POST", TREE "delete", "{\"path\":\"/Shared/a\"}"), 400);
  is_str (at ("error_code"), "DIRECTORY_NOT_EMPTY");
  is_int (call ("POST", TREE "delete", "{\"path\":\"/Shared/a/b/c\"}"), 200);
  is_int (call ("POST", TREE "delete", "{\"path\":\"/Shared/a\","
                "\"recursive\":true}"), 200);
  is_int (gett ("GET", TREE "get-status?path=/Shared/a/b/n"), 404);
  is_int (call ("POST", TREE "delete", "{\"path\":\"/Shared/a\"}"), 404);
  is_int (call ("POST", TREE "delete", "{\"path\":\"/Shared\"}"), 400);
  list ("/Shared");
  is_str (text (), "{}");
}

MG_TEST (a_home_stays_while_something_is_in_it)
{
  START ();
  call ("POST", SCIM "Users", "{\"userName\":\"ana@example.com\"}");
  is_int (python ("/Users/ana@example.com/n"), 200);
  call ("POST", "/_simulator/object", "{\"kind\":\"users\",\"match\":{"
        "\"userName\":\"ana@example.com\"},\"delete\":true}");
  is_int (list ("/Users/ana@example.com"), 200);
  is_int (length ("objects"), 1);
  list ("/Users");
  is_int (length ("objects"), 3);
  call ("POST", SCIM "Users", "{\"userName\":\"ana@example.com\"}");
  list ("/Users");
  is_int (length ("objects"), 3);
  is_int (python ("/Users/bob@example.com/n"), 404);
  is_int (mkdirs ("/Users/bob@example.com"), 400);
}

MG_TEST (experiments_lie_in_the_tree)
{
  START ();
  mkdirs ("/Shared/a");
  call ("POST", MLFLOW "create", "{\"name\":\"/Shared/a/e\"}");
  list ("/Shared/a");
  is_str (at ("objects.0.object_type"), "MLFLOW_EXPERIMENT");
  is_str (at ("objects.0.path"), "/Shared/a/e");
  is_int (python ("/Shared/a/e"), 400);
  is_int (mkdirs ("/Shared/a/e/f"), 400);
  is_int (gett ("GET", TREE "export?path=/Shared/a/e"), 400);
}

MG_TEST (permissions_of_a_folder_go_down)
{
  const char *folder;

  START (.populate = "users=2,groups=1");
  mkdirs ("/Shared/a");
  python ("/Shared/a/n");
  folder = number ("/Shared/a");
  is_int (call ("PUT", keep (mg_xasprintf (PERM "directories/%s", folder)),
                "{\"access_control_list\":[{\"user_name\":"
                "\"admin@example.com\",\"permission_level\":\"CAN_RUN\"}]}"),
          200);
  is_str (at ("object_type"), "directory");
  is_int (gett ("GET", PERM "notebooks/%s", number ("/Shared/a/n")), 200);
  is_str (at ("object_type"), "notebook");
  is_int (length ("access_control_list"), 2);
  is_str (at ("access_control_list.0.all_permissions.0.permission_level"),
          "CAN_RUN");
  is_str (at ("access_control_list.0.all_permissions.0.inherited"), "true");
  is_str (at ("access_control_list.0.all_permissions.0.inherited_from_object"
              ".0"), keep (mg_xasprintf ("/directories/%s", folder)));
  is_str (at ("access_control_list.1.group_name"), "admins");
  is_int (gett ("GET", PERM "directories/%s", number ("/Shared/a/n")), 404);
  is_int (gett ("GET", PERM "notebooks/%s", folder), 404);
  is_int (gett ("GET", PERM "directories/0"), 200);
}

MG_TEST (who_owns_a_home_manages_what_is_in_it)
{
  START ();
  python ("/Users/admin@example.com/n");
  gett ("GET", PERM "notebooks/%s", number ("/Users/admin@example.com/n"));
  is_str (at ("access_control_list.0.user_name"), "admin@example.com");
  is_str (at ("access_control_list.0.all_permissions.0.permission_level"),
          "CAN_MANAGE");
  is_str (at ("access_control_list.0.all_permissions.0.inherited"), "true");
}

MG_TEST (a_state_that_is_read_back_has_the_same_tree)
{
  struct mg_error err = MG_ERROR_INIT;
  const char *before, *id;

  START ();
  mkdirs ("/Shared/a/b");
  python ("/Shared/a/b/n");
  call ("POST", SCIM "Users", "{\"userName\":\"ana@example.com\"}");
  python ("/Users/ana@example.com/n");
  id = number ("/Shared/a/b");
  before = state ();
  START ();
  is_int (sim_load (sim, before, strlen (before), &err), 0);
  is_str (state (), before);
  is_str (number ("/Shared/a/b"), id);
  list ("/Shared/a/b");
  is_int (length ("objects"), 1);
  list ("/Users/ana@example.com");
  is_int (length ("objects"), 1);
}

MG_TEST (what_nobody_changed_is_not_in_the_state)
{
  const char *before;

  START ();
  before = state ();
  list ("/");
  list ("/Users");
  number ("/Shared");
  is_str (state (), before);
}
