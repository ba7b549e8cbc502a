/* Git folders of --populate, and credentials for Git.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "git.h"
#include "populate.h"
#include "tree.h"

#define ADMIN "/Repos/" SIM_ADMIN_NAME
#define CODE "https://git.example.com/"
#define OF(url, provider) "\"url\":\"" url "\",\"provider\":\"" provider "\""

/* The first is on the branch that a clone is on; the fourth was never pushed
 * anywhere. */
static const struct { const char *path, *rest; } odd_repos[] = {
  { ADMIN "/etl", OF (CODE "etl.git", "gitHub") },
  { ADMIN "/etl on a branch", OF (CODE "etl.git", "gitHub")
    ",\"branch\":\"feature/\xd1\x82\xd0\xb5\xd1\x81\xd1\x82 #1 'x'\"" },
  { ADMIN "/sparse", OF (CODE "mono", "gitLab")
    ",\"sparse_checkout\":{\"patterns\":[\"jobs/*\",\"!jobs/old\",\"a b\"]}" },
  { ADMIN "/local only", "\"provider\":\"gitHub\"" },
  { "/Repos/production/etl", OF (CODE "etl.git", "gitHub")
    ",\"branch\":\"release\"" },
  { "/Repos/production/ETL", OF (CODE "etl.git", "gitHub")
    ",\"branch\":\"release\"" },
  { "/Repos/gone@example.com/left", OF (CODE "left", "bitbucketCloud") },
  { "/Repos/conor.o'brien@example.com/'quotes' \\\"both\\\"",
    OF (CODE "quotes", "bitbucketServer") },
  { "/Repos/team \xd0\xbe\xd1\x82\xd1\x87\xd1\x91\xd1\x82/\xe2\x80\xae" "rtl "
    "\xf0\x9f\xa7\xaa 100% \\\\ two\\nlines",
    OF ("https://dev.azure.com/acme/Data%20Team/_git/etl",
        "azureDevOpsServices") },
  { "/Users/" SIM_ADMIN_NAME "/code/etl", OF (CODE "etl.git", "gitHub")
    ",\"branch\":\"dev\"" },
  { "/Shared/tools/common", OF ("https://git-codecommit.us-east-1.amazonaws.com"
                                "/v1/repos/common", "awsCodeCommit") },
};

#define N_ODD ((int64_t) MG_N_ELEMENTS (odd_repos))

/* Of the others: everybody has some, of a handful of remotes. */
static char *
plain_repo (struct sim *s, int64_t i)
{
  struct sim_table *users = &s->tables[SIM_USERS];
  MG_CLEANUP (mg_buf_done) struct mg_buf scratch = MG_BUF_INIT (65536);
  MG_CLEANUP_FREE char *user = NULL;
  struct mg_rand rng;
  uint32_t who;

  sim_number_rand (&rng, s->config.seed, "repo", (uint64_t) i);
  who = (uint32_t) mg_rand_below (&rng, users->n_live);
  if (who < 21)                        /* names that a path cannot hold */
    who = 0;
  user = sim_text_field (sim_object_text (users, sim_table_at (users, who),
                                          &scratch), "userName");
  return mg_xasprintf ("{\"path\":\"/Repos/%s/repo %" PRId64 "\",\"branch\":"
                       "\"%s\"," OF (CODE "team-%d", "gitHubEnterprise") "}",
                       user, i, i % 3 == 0 ? "dev" : "main", (int) (i % 9));
}

static void
add_permissions (struct sim *s, struct sim_object *o, int64_t i)
{
  static const char *const levels[] = { "CAN_READ", "CAN_RUN", "CAN_EDIT",
                                        "CAN_MANAGE" };
  struct sim_node node;

  if (i % 3 != 1)
    sim_grant (s, o, SIM_GROUPS, 1 + (uint64_t) i, "repos", levels[i % 4]);
  if (i == 0) {
    sim_grant (s, o, SIM_USERS, 9, "repos", "CAN_READ");       /* inactive */
    sim_grant (s, o, SIM_PRINCIPALS, 1, "repos", "CAN_RUN");   /* a twin */
  }
  if (i == 4 && sim_tree_find (s, "/Repos/production", &node))
    sim_grant (s, node.o, SIM_GROUPS, 3, "directories", "CAN_RUN");
}

static void
make_repo (struct sim *s, int64_t i)
{
  MG_CLEANUP_FREE char *text = i < N_ODD
    ? mg_xasprintf ("{\"path\":\"%s\",%s}", odd_repos[i].path,
                    odd_repos[i].rest) : plain_repo (s, i);
  MG_CLEANUP (sim_json_put) struct json_object *fields =
    sim_json_parse (text, strlen (text), NULL);
  struct sim_node node;

  if (fields != NULL && sim_json_str (fields, "path") != NULL
      && !sim_tree_find (s, sim_json_str (fields, "path"), &node))
    add_permissions (s, sim_repo_make (s, fields), i);
}

void
sim_populate_repos (struct sim *s, int64_t n)
{
  static const char *const credentials[] = {
    "{\"git_provider\":\"gitHub\",\"git_username\":\"ana\",\"name\":\"mine\"}",
    "{\"git_provider\":\"azureDevOpsServices\",\"git_username\":\"ana@acme\","
    "\"git_email\":\"ana@example.com\"}",
  };
  size_t c;
  int64_t i;

  for (i = 0; i < n; i++)
    make_repo (s, i);
  for (c = 0; n > 0 && c < MG_N_ELEMENTS (credentials); c++) {
    MG_CLEANUP (sim_json_put) struct json_object *fields =
      sim_json_parse (credentials[c], strlen (credentials[c]), NULL);

    sim_credential_make (s, s->admin_id, fields);
  }
  if (n > 0)
    sim_folder_make (s, "/Repos/nothing in it");
}
