/* Git folders of libsim: where they lie, which branch they are on, what is
 * refused; and credentials, whose tokens nobody sees. */
#include <config.h>

#include "simulator/sim-test.h"

#define REPOS "/api/2.0/repos"
#define CREDENTIALS "/api/2.0/git-credentials"
#define TREE "/api/2.0/workspace/"
#define PERM "/api/2.0/permissions/"
#define URL "https://git.example.com/etl.git"
#define TEAM "/Repos/team"

static int
object (const char *text)
{
  return call ("POST", "/_simulator/object", text);
}

static int
mkdirs (const char *path)
{
  return callf ("POST", TREE "mkdirs", "{\"path\":\"%s\"}", path);
}

static int
clone (const char *path, const char *more)
{
  return callf ("POST", REPOS, "{\"url\":\"" URL "\",\"provider\":\"gitHub\","
                "\"path\":\"%s\"%s}", path, more);
}

static int
get (const char *id)
{
  return gett ("GET", REPOS "/%s", id);
}

static int
patch (const char *id, const char *body)
{
  return callf ("PATCH", keep (mg_xasprintf (REPOS "/%s", id)), "%s", body);
}

/* In the team's folder, which is there afterwards. */
static const char *
cloned (const char *name)
{
  mkdirs (TEAM);
  is_int (clone (keep (mg_xasprintf (TEAM "/%s", name)), ""), 200);
  return at ("id");
}

MG_TEST (a_clone_is_on_the_default_branch)
{
  START ();
  cloned ("etl");
  is_str (at ("path"), TEAM "/etl");
  is_str (at ("url"), URL);
  is_str (at ("provider"), "gitHub");
  is_str (at ("branch"), "main");
  is_int (strlen (at ("head_commit_id")), 40);
  is_int (get (at ("id")), 200);
  is_str (at ("branch"), "main");
  is_int (get ("12"), 404);
  is_str (at ("error_code"), "RESOURCE_DOES_NOT_EXIST");
}

MG_TEST (a_clone_without_a_path_is_called_like_its_remote)
{
  START ();
  is_int (call ("POST", REPOS,
                "{\"url\":\"" URL "\",\"provider\":\"GITHUB\"}"), 200);
  is_str (at ("path"), "/Repos/admin@example.com/etl");
  is_str (at ("provider"), "gitHub");
}

MG_TEST (a_path_holds_one_thing)
{
  START ();
  cloned ("etl");
  is_int (clone (TEAM "/etl", ""), 400);
  is_str (at ("error_code"), "RESOURCE_ALREADY_EXISTS");
  is_int (mkdirs ("/Shared/etl"), 200);
  is_int (clone ("/Shared/etl", ""), 400);
  is_str (at ("error_code"), "RESOURCE_ALREADY_EXISTS");
  is_int (clone ("/Workspace/Shared/other", ""), 200);
  is_str (at ("path"), "/Shared/other");
}

MG_TEST (folders_of_repos_hold_git_folders_alone)
{
  START ();
  is_int (clone ("/Repos/etl", ""), 400);
  is_str (at ("error_code"), "INVALID_PARAMETER_VALUE");
  is_int (clone ("/Repos/team/deep/etl", ""), 400);
  is_int (clone ("/Repos/team/etl", ""), 404);
  is_str (at ("error_code"), "RESOURCE_DOES_NOT_EXIST");
  is_str (at ("message"), "Parent directory /Repos/team does not exist.");
  is_int (mkdirs ("/Repos/team/deep"), 400);
  is_str (at ("error_code"), "DIRECTORY_PROTECTED");
  is_int (mkdirs ("/Repos/team"), 200);
  is_int (mkdirs ("/Repos/team"), 200);
  is_int (clone ("relative", ""), 400);
}

MG_TEST (what_is_no_remote_is_refused)
{
  START ();
  mkdirs (TEAM);
  is_int (call ("POST", REPOS, "{\"url\":\"git@github.com:a/b\",\"provider\":"
                "\"gitHub\",\"path\":\"/Repos/team/a\"}"), 400);
  is_int (call ("POST", REPOS, "{\"url\":\"" URL "\",\"provider\":\"cvs\","
                "\"path\":\"/Repos/team/a\"}"), 400);
  is_int (call ("POST", REPOS, "{\"provider\":\"gitHub\"}"), 400);
  is_int (clone (TEAM "/a", ",\"branch\":\"main\""), 400);
  is_int (clone (TEAM "/a", ",\"git_credential_id\":12"), 404);
}

MG_TEST (a_branch_is_checked_out)
{
  const char *id, *main, *other;

  START ();
  id = cloned ("etl");
  main = at ("head_commit_id");
  is_int (patch (id, "{\"branch\":\"dev\"}"), 200);
  is_str (text (), "{}");
  get (id);
  is_str (at ("branch"), "dev");
  other = at ("head_commit_id");
  ok (strcmp (main, other) != 0);
  patch (id, "{\"branch\":\"main\"}");
  get (id);
  is_str (at ("head_commit_id"), main);
  is_int (patch (id, "{\"branch\":\"a\",\"tag\":\"b\"}"), 400);
  is_int (patch ("12", "{\"branch\":\"dev\"}"), 404);
}

MG_TEST (a_tag_detaches)
{
  const char *id;

  START ();
  id = cloned ("etl");
  is_int (patch (id, "{\"tag\":\"v1\"}"), 200);
  get (id);
  ok (node ("branch") == NULL);
  is_int (strlen (at ("head_commit_id")), 40);
}

MG_TEST (a_remote_may_be_described)
{
  const char *id;

  START ();
  object ("{\"kind\":\"remotes\",\"create\":{\"url\":\"" URL "\","
          "\"default_branch\":\"trunk\",\"branches\":[\"trunk\"],\"tags\":[],"
          "\"commits\":{\"trunk\":\"00112233445566778899aabbccddeeff00112233\"}"
          "}}");
  id = cloned ("etl");
  is_str (at ("branch"), "trunk");
  is_str (at ("head_commit_id"), "00112233445566778899aabbccddeeff00112233");
  is_int (patch (id, "{\"branch\":\"dev\"}"), 400);
  is_str (at ("message"), "Branch 'dev' was not found on the remote.");
  is_int (patch (id, "{\"tag\":\"v1\"}"), 400);
  get (id);
  is_str (at ("branch"), "trunk");
}

MG_TEST (a_private_remote_wants_a_credential)
{
  START ();
  object ("{\"kind\":\"remotes\",\"create\":{\"url\":\"" URL "\",\"private\":"
          "true}}");
  mkdirs (TEAM);
  is_int (clone (TEAM "/etl", ""), 403);
  is_str (at ("error_code"), "PERMISSION_DENIED");
  is_int (call ("POST", CREDENTIALS, "{\"git_provider\":\"gitLab\","
                "\"personal_access_token\":\"t\"}"), 200);
  is_int (clone (TEAM "/etl", ""), 403);
  is_int (call ("POST", CREDENTIALS, "{\"git_provider\":\"gitHub\","
                "\"personal_access_token\":\"t\"}"), 200);
  is_int (clone (TEAM "/etl", ""), 200);
}

MG_TEST (a_remote_that_refuses_clones_nothing)
{
  START ();
  object ("{\"kind\":\"remotes\",\"create\":{\"url\":\"" URL "\",\"refuses\":"
          "\"not there\"}}");
  mkdirs (TEAM);
  is_int (clone (TEAM "/etl", ""), 400);
  is_str (at ("message"), "not there");
  is_int (gett ("GET", TREE "get-status?path=" TEAM "/etl"), 404);
}

MG_TEST (patterns_are_chosen_at_the_beginning)
{
  const char *id;

  START ();
  id = cloned ("etl");
  is_int (patch (id, "{\"sparse_checkout\":{\"patterns\":[\"a\"]}}"), 400);
  clone (TEAM "/sparse", ",\"sparse_checkout\":{\"patterns\":[\"a\",\"b\"]}");
  is_str (at ("sparse_checkout.patterns.1"), "b");
  id = at ("id");
  is_int (patch (id, "{\"sparse_checkout\":{\"patterns\":[\"c\"]}}"), 200);
  get (id);
  is_str (at ("sparse_checkout.patterns.0"), "c");
}

/* How many there are, page by page. */
static int
listed (const char *prefix)
{
  const char *token = "";
  int n = 0, pages = 0;

  do {
    is_int (gett ("GET", REPOS "?path_prefix=%s&next_page_token=%s", prefix,
                  token), 200);
    n += length ("repos");
    ok (length ("repos") <= 20);
    token = at ("next_page_token");
  } while (token != NULL && ++pages < 50);
  return n;
}

MG_TEST (the_list_without_a_prefix_is_that_of_repos)
{
  int i;

  START ();
  for (i = 0; i < 45; i++)
    cloned (keep (mg_xasprintf ("r%d", i)));
  mkdirs ("/Shared/x");
  clone ("/Shared/x/elsewhere", "");
  is_int (listed (""), 45);
  is_int (listed ("/"), 45);
  is_int (listed ("/Workspace"), 45);
  is_int (listed ("/Repos/team/r1"), 11);
  is_int (listed ("/Workspace/Shared"), 1);
  is_int (listed ("/Users"), 0);
  is_int (gett ("GET", REPOS "?next_page_token=x"), 400);
}

MG_TEST (git_folders_lie_in_the_tree)
{
  START ();
  cloned ("etl");
  clone ("/Shared/etl", "");
  gett ("GET", TREE "list?path=" TEAM);
  is_str (at ("objects.0.object_type"), "REPO");
  is_str (at ("objects.0.path"), TEAM "/etl");
  ok (node ("objects.0.url") == NULL);
  gett ("GET", TREE "list?path=/Shared");
  is_str (at ("objects.0.object_type"), "DIRECTORY");
  is_str (at ("objects.0.directory_info.is_git_folder"), "true");
  is_int (gett ("GET", TREE "list?path=/Shared/etl"), 200);
  is_str (text (), "{}");
  gett ("GET", TREE "get-status?path=" TEAM "/etl&return_git_info=true");
  is_str (at ("git_info.branch"), "main");
  is_str (at ("git_info.id"), at ("object_id"));
  is_int (callf ("POST", TREE "delete", "{\"path\":\"" TEAM "\"}"), 400);
  is_str (at ("error_code"), "DIRECTORY_NOT_EMPTY");
}

/* How many the list of a folder has. */
static size_t
n_listed (const char *prefix)
{
  is_int (gett ("GET", REPOS "?path_prefix=%s", prefix), 200);
  return json_object_array_length (node ("repos"));
}

MG_TEST (the_list_lacks_what_the_tree_shows)
{
#define HIDDEN(path, more) object ("{\"kind\":\"repos\",\"create\":{\"path\":\"" \
  path "\",\"url\":\"" URL "\",\"provider\":\"gitHub\"," more "}}")
  START ();
  HIDDEN ("/Shared/cli", "\"git_cli_enabled\":true");
  HIDDEN (TEAM "/cli", "\"git_cli_enabled\":true");
  HIDDEN ("/Shared/read", "\"level\":\"CAN_READ\",\"form\":\"REPO\"");
  HIDDEN ("/Shared/mine", "\"level\":\"CAN_MANAGE\"");
#undef HIDDEN
  is_int (n_listed (TEAM), 0);
  is_int (n_listed ("/Shared"), 1);
  is_str (at ("repos.0.path"), "/Shared/mine");
  ok (node ("repos.0.level") == NULL);
  gett ("GET", TREE "get-status?path=" TEAM "/cli");
  is_str (at ("object_type"), "DIRECTORY");
  is_str (at ("directory_info.is_git_folder"), "true");
  gett ("GET", TREE "get-status?path=/Shared/read&return_git_info=true");
  is_str (at ("object_type"), "REPO");
  ok (node ("directory_info") == NULL);
  is_str (at ("git_info.branch"), "main");
  ok (node ("git_info.level") == NULL);
  ok (node ("git_info.form") == NULL);
  gett ("GET", TREE "get-status?path=/Shared/cli&return_git_info=true");
  ok (node ("git_info.git_cli_enabled") == NULL);
  is_int (get (at ("object_id")), 200);
  is_str (at ("git_cli_enabled"), "true");
}

MG_TEST (one_that_is_deleted_is_gone)
{
  const char *id;

  START ();
  id = cloned ("etl");
  is_int (gett ("DELETE", REPOS "/%s", id), 200);
  is_int (get (id), 404);
  is_int (gett ("DELETE", REPOS "/%s", id), 404);
  is_int (gett ("GET", TREE "list?path=" TEAM), 200);
  is_str (text (), "{}");
  is_int (callf ("POST", TREE "delete", "{\"path\":\"" TEAM "\"}"), 200);
  is_int (gett ("GET", TREE "get-status?path=" TEAM), 404);
}

MG_TEST (permissions_come_from_the_folder_too)
{
  const char *id;

  START (.populate = "users=3");
  id = cloned ("etl");
  is_int (callf ("PUT", keep (mg_xasprintf (PERM "repos/%s", id)), "%s",
                 "{\"access_control_list\":[{\"group_name\":\"users\","
                 "\"permission_level\":\"CAN_RUN\"}]}"), 200);
  is_str (at ("object_type"), "repo");
  gett ("GET", TREE "get-status?path=" TEAM);
  is_int (callf ("PATCH", keep (mg_xasprintf (PERM "directories/%s",
                                              at ("object_id"))), "%s",
                 "{\"access_control_list\":[{\"user_name\":"
                 "\"admin@example.com\",\"permission_level\":\"CAN_EDIT\"}]}"),
          200);
  gett ("GET", PERM "repos/%s", id);
  is_int (length ("access_control_list"), 3);
  is_str (at ("access_control_list.0.all_permissions.0.inherited"), "false");
  is_str (at ("access_control_list.1.all_permissions.0.inherited"), "true");
  is_str (at ("access_control_list.1.all_permissions.0.permission_level"),
          "CAN_EDIT");
}

MG_TEST (a_credential_shows_no_token)
{
  const char *one, *two;

  START ();
  is_int (gett ("GET", CREDENTIALS), 200);
  is_int (length ("credentials"), 0);
  is_int (call ("POST", CREDENTIALS, "{\"git_provider\":\"github\","
                "\"git_username\":\"ana\",\"name\":\"mine\","
                "\"personal_access_token\":\"secret\"}"), 200);
  ok (strstr (text (), "secret") == NULL);
  is_str (at ("git_provider"), "gitHub");
  is_str (at ("is_default_for_provider"), "true");
  one = at ("credential_id");
  call ("POST", CREDENTIALS, "{\"git_provider\":\"gitHub\",\"git_username\":"
        "\"bo\",\"is_default_for_provider\":true}");
  two = at ("credential_id");
  gett ("GET", CREDENTIALS "/%s", one);
  is_str (at ("is_default_for_provider"), "false");
  is_int (callf ("PATCH", keep (mg_xasprintf (CREDENTIALS "/%s", two)), "%s",
                 "{\"git_provider\":\"gitHub\",\"git_username\":\"carl\"}"),
          200);
  gett ("GET", CREDENTIALS);
  is_int (length ("credentials"), 2);
  is_str (at ("credentials.1.git_username"), "carl");
  is_int (gett ("DELETE", CREDENTIALS "/%s", one), 200);
  is_int (gett ("GET", CREDENTIALS "/%s", one), 404);
  is_int (call ("POST", CREDENTIALS, "{\"git_provider\":\"cvs\"}"), 400);
}
