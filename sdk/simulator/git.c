/* Remote repositories, and the credentials that open them.
 *
 * A remote is whatever a URL leads to: it has every branch and tag that it is
 * asked for, and the same commits in every workspace.  A test that wants less
 * describes one by POST /_simulator/object:
 *
 *   {"kind": "remotes", "create": {"url": "https://...", "branches": ["main"],
 *    "tags": [], "default_branch": "main", "commits": {"main": "0123..."},
 *    "private": true, "refuses": "what it says"}}
 *
 * A private one wants a credential of its provider; one that refuses says so,
 * and clones nothing.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/str.h"
#include "git.h"

const char *
sim_git_provider (const char *name)
{
  static const char *const providers[] = {
    "gitHub", "gitHubEnterprise", "bitbucketCloud", "bitbucketServer",
    "gitLab", "gitLabEnterpriseEdition", "azureDevOpsServices",
    "awsCodeCommit",
  };
  size_t i;

  for (i = 0; name != NULL && i < MG_N_ELEMENTS (providers); i++)
    if (strcasecmp (providers[i], name) == 0)
      return providers[i];
  return NULL;
}

/* --- remotes --------------------------------------------------------- */

/* What a test said of it, or NULL; to be put. */
static struct json_object *
described (struct sim *s, const char *url)
{
  struct sim_table *t = &s->tables[SIM_REMOTES];
  struct sim_object *o = sim_table_by_key (t, url);

  return o ? sim_object_json (t, o) : NULL;
}

static int
has_credential (struct sim_call *c, const char *provider)
{
  struct sim_table *t = &c->s->tables[SIM_CREDENTIALS];
  uint32_t i;

  for (i = 0; i < t->n_live; i++) {
    MG_CLEANUP (sim_json_put) struct json_object *o =
      sim_object_json (t, sim_table_at (t, i));

    if (sim_json_int (o, "_owner", 0) == c->me->id
        && mg_streq (sim_json_str (o, "git_provider"), provider))
      return 1;
  }
  return 0;
}

int
sim_remote_is_open (struct sim_call *c, const char *url, const char *provider)
{
  MG_CLEANUP (sim_json_put) struct json_object *remote = described (c->s, url);
  const char *refuses = sim_json_str (remote, "refuses");

  if (refuses != NULL) {
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE", "%s", refuses);
    return 0;
  }
  if (json_object_get_boolean (json_object_object_get (remote, "private"))
      && !has_credential (c, provider)) {
    sim_fail (c, 403, "PERMISSION_DENIED",
              "Missing Git provider credentials. Go to User Settings > Git "
              "Integration to add your personal access token.");
    return 0;
  }
  return 1;
}

char *
sim_remote_default (struct sim *s, const char *url)
{
  MG_CLEANUP (sim_json_put) struct json_object *remote = described (s, url);
  const char *name = sim_json_str (remote, "default_branch");

  return mg_xstrdup (name ? name : "main");
}

static int
has_ref (struct json_object *remote, const char *ref, int is_tag)
{
  struct json_object *names = sim_json_array (remote,
                                              is_tag ? "tags" : "branches");
  size_t i;

  for (i = 0; names != NULL && i < json_object_array_length (names); i++)
    if (strcmp (json_object_get_string (json_object_array_get_idx (names, i)),
                ref) == 0)
      return 1;
  return names == NULL;
}

int
sim_remote_commit (struct sim *s, const char *url, const char *ref, int is_tag,
                   char ret_commit[SIM_COMMIT_SIZE])
{
  MG_CLEANUP (sim_json_put) struct json_object *remote = described (s, url);
  struct json_object *commits = json_object_object_get (remote, "commits");
  const char *said = json_object_is_type (commits, json_type_object)
    ? sim_json_str (commits, ref) : NULL;
  struct mg_rand rng;
  int i;

  if (!has_ref (remote, ref, is_tag))
    return 0;
  if (said != NULL) {
    snprintf (ret_commit, SIM_COMMIT_SIZE, "%s", said);
    return 1;
  }
  mg_rand_seed (&rng, ((uint64_t) sim_hash (url, 0) << 32)
                      + sim_hash (ref, 0) + (uint64_t) is_tag);
  for (i = 0; i < SIM_COMMIT_SIZE - 1; i++)
    ret_commit[i] = "0123456789abcdef"[mg_rand_below (&rng, 16)];
  ret_commit[i] = '\0';
  return 1;
}

/* --- credentials ----------------------------------------------------- */

static struct sim_table *
credentials (struct sim *s)
{
  return &s->tables[SIM_CREDENTIALS];
}

/* Each belongs to whoever calls, or to a service principal that the call
 * names; -1 after a reply. */
static int64_t
whose (struct sim_call *c)
{
  int64_t id = sim_query_int (c, "principal_id", -1);
  struct sim_object *o;

  if (id < 0)
    id = sim_json_int (c->body, "principal_id", -1);
  if (id < 0)
    return c->me->id;
  o = sim_table_by_id (&c->s->tables[SIM_PRINCIPALS], id);
  if (o == NULL)
    sim_fail (c, 404, "RESOURCE_DOES_NOT_EXIST",
              "Service principal %" PRId64 " does not exist.", id);
  return o ? id : -1;
}

/* The token is never shown, and nor is what only we keep. */
static struct json_object *
shown (struct sim *s, const struct sim_object *o)
{
  struct json_object *j = sim_object_json (credentials (s), o);

  json_object_object_del (j, "_owner");
  json_object_object_add (j, "credential_id", json_object_new_int64 (o->id));
  return j;
}

/* The first of a provider is its default, and so is one that wants to be. */
static void
choose_default (struct sim *s, const struct sim_object *chosen, int64_t owner,
                const char *provider)
{
  struct sim_table *t = credentials (s);
  uint32_t i;

  for (i = 0; i < t->n_live; i++) {
    struct sim_object *o = sim_table_at (t, i);
    MG_CLEANUP (sim_json_put) struct json_object *j = sim_object_json (t, o);

    if (sim_json_int (j, "_owner", 0) != owner
        || !mg_streq (sim_json_str (j, "git_provider"), provider))
      continue;
    json_object_object_add (j, "is_default_for_provider",
                            json_object_new_boolean (o == chosen));
    sim_table_set (t, o, sim_json_text (j));
  }
}

static void
take_fields (struct json_object *credential, struct json_object *fields)
{
  static const char *const given[] = { "git_email", "git_username", "name" };
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (given); i++)
    if (sim_json_str (fields, given[i]) != NULL)
      sim_json_set_str (credential, given[i], sim_json_str (fields, given[i]));
  sim_json_set_str (credential, "git_provider",
                    sim_git_provider (sim_json_str (fields, "git_provider")));
}

struct sim_object *
sim_credential_make (struct sim *s, int64_t owner, struct json_object *fields)
{
  MG_CLEANUP (sim_json_put) struct json_object *o = json_object_new_object ();
  struct json_object *is_default =
    json_object_object_get (fields, "is_default_for_provider");
  struct sim_table *t = credentials (s);
  const char *provider;
  struct sim_object *made;
  int first = 1;
  uint32_t i;

  take_fields (o, fields);
  provider = sim_json_str (o, "git_provider");
  for (i = 0; i < t->n_live; i++) {
    MG_CLEANUP (sim_json_put) struct json_object *other =
      sim_object_json (t, sim_table_at (t, i));

    if (sim_json_int (other, "_owner", 0) == owner
        && mg_streq (sim_json_str (other, "git_provider"), provider))
      first = 0;
  }
  json_object_object_add (o, "_owner", json_object_new_int64 (owner));
  json_object_object_add (o, "is_default_for_provider",
                          json_object_new_boolean (first));
  made = sim_table_add (t, sim_new_id (s), sim_json_text (o), 0, "");
  if (!first && json_object_get_boolean (is_default))
    choose_default (s, made, owner, provider);
  return made;
}

static void
reply_one (struct sim_call *c, const struct sim_object *o)
{
  MG_CLEANUP (sim_json_put) struct json_object *j = shown (c->s, o);

  sim_reply_json (c, 200, j);
}

/* NULL after a reply: somebody else's is as good as none. */
static struct sim_object *
wanted (struct sim_call *c, int64_t owner)
{
  struct sim_object *o = sim_table_by_id (credentials (c->s),
                                          sim_parse_id (sim_param (c, 0)));
  MG_CLEANUP (sim_json_put) struct json_object *j =
    o ? sim_object_json (credentials (c->s), o) : NULL;

  if (o != NULL && sim_json_int (j, "_owner", 0) == owner)
    return o;
  sim_fail (c, 404, "RESOURCE_DOES_NOT_EXIST",
            "Git credential %s does not exist.", sim_param (c, 0));
  return NULL;
}

static int
provider_is_good (struct sim_call *c)
{
  const char *name = sim_json_str (c->body, "git_provider");

  if (sim_git_provider (name) != NULL)
    return 1;
  sim_fail (c, 400, "INVALID_PARAMETER_VALUE", "Invalid Git provider: %s.",
            name ? name : "");
  return 0;
}

void
sim_credential_create (struct sim_call *c)
{
  int64_t owner = whose (c);
  struct sim_object *o;

  if (owner < 0 || !provider_is_good (c))
    return;
  o = sim_credential_make (c->s, owner, c->body);
  sim_effect_on (c, "create", credentials (c->s), o,
                 sim_json_str (c->body, "git_provider"));
  reply_one (c, o);
}

void
sim_credential_get (struct sim_call *c)
{
  int64_t owner = whose (c);
  struct sim_object *o = owner < 0 ? NULL : wanted (c, owner);

  if (o != NULL)
    reply_one (c, o);
}

void
sim_credential_list (struct sim_call *c)
{
  MG_CLEANUP (sim_json_put) struct json_object *all = json_object_new_object ();
  struct json_object *list = json_object_new_array ();
  struct sim_table *t = credentials (c->s);
  int64_t owner = whose (c);
  uint32_t i;

  json_object_object_add (all, "credentials", list);
  if (owner < 0)
    return;
  for (i = 0; i < t->n_live; i++) {
    const struct sim_object *o = sim_table_at (t, i);
    MG_CLEANUP (sim_json_put) struct json_object *j = sim_object_json (t, o);

    if (sim_json_int (j, "_owner", 0) == owner && sim_visible (c, o)) {
      int times = sim_times (c, json_object_array_length (list) == 0);

      while (times-- > 0)
        json_object_array_add (list, shown (c->s, o));
    }
  }
  sim_reply_json (c, 200, all);
}

void
sim_credential_update (struct sim_call *c)
{
  int64_t owner = whose (c);
  struct sim_object *o = owner < 0 ? NULL : wanted (c, owner);
  MG_CLEANUP (sim_json_put) struct json_object *j = NULL;

  if (o == NULL || !provider_is_good (c))
    return;
  j = sim_object_json (credentials (c->s), o);
  take_fields (j, c->body);
  sim_table_set (credentials (c->s), o, sim_json_text (j));
  if (json_object_get_boolean (
        json_object_object_get (c->body, "is_default_for_provider")))
    choose_default (c->s, o, owner, sim_json_str (j, "git_provider"));
  sim_effect_on (c, "update", credentials (c->s), o,
                 sim_json_str (j, "git_provider"));
  sim_reply_empty (c);
}

void
sim_credential_delete (struct sim_call *c)
{
  int64_t owner = whose (c);
  struct sim_object *o = owner < 0 ? NULL : wanted (c, owner);

  if (o == NULL)
    return;
  sim_effect_on (c, "delete", credentials (c->s), o, "");
  sim_table_remove (credentials (c->s), o);
  sim_reply_empty (c);
}
