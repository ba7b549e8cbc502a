/* Users, service principals and groups of --populate.  The odd cases are the
 * list in migrate-simulator(1), ODD CASES; a test looks for each.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "populate.h"

#define BIG_GROUP 1500
#define N_ODD_USERS 21
#define LONG_NAME \
  "A name that goes on and on so that every column of every table of every " \
  "report is too narrow for it, and then goes on a little more, because a "  \
  "person may be called whatever a person is called, in as many words as "   \
  "that takes, and nothing may cut it"

void
sim_number_rand (struct mg_rand *rng, uint64_t seed, const char *what,
                 uint64_t number)
{
  mg_rand_seed (rng, seed * 0x9e3779b97f4a7c15u + sim_hash (what, 0)
                     + number * 0xbf58476d1ce4e5b9u);
}

/* --- users ----------------------------------------------------------- */

struct person { const char *user, *shown, *given, *family; };

static const struct person odd_users[N_ODD_USERS] = {
  [0] = { SIM_ADMIN_NAME, "Workspace Admin", "Workspace", "Admin" },
  [1] = { "conor.o'brien@example.com", "Conor O'Brien", "Conor", "O'Brien" },
  [2] = { "ann.smith@example.com", "Ann \"Nan\" Smith", "Ann", "Smith" },
  [3] = { "two.lines@example.com", "Two\nLines", "Two", "Lines" },
  [4] = { "right.left@example.com", "user \xe2\x80\xae" "gpj.exe",
          "Right", "Left" },
  [5] = { "Mixed.Case@Example.COM", "Mixed Case", "Mixed", "Case" },
  [6] = { "zo\xc3\xab.m\xc3\xbcller@example.com",
          "Zo\xc3\xab M\xc3\xbcller", "Zo\xc3\xab", "M\xc3\xbcller" },
  [7] = { "mei.lin@example.com", "\xe6\x9e\x97\xe7\xbe\x8e "
          "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb", "Mei", "Lin" },
  [8] = { "long.name@example.com", LONG_NAME, "Long", "Name" },
  [9] = { "is.inactive@example.com", "Is Inactive", "Is", "Inactive" },
  [10] = { "no.name@example.com", "No Name", NULL, NULL },
  [11] = { "same@example.com", "same@example.com", "Same", NULL },
  [12] = { "two.mails@example.com", "Two Mails", "Two", "Mails" },
  [13] = { "plus+tag@example.com", "Plus Tag", "Plus", "Tag" },
  [14] = { "back\\slash@example.com", "Tab\tand \\ backslash", "Back",
           "Slash" },
  [15] = { "\"quoted name\"@example.com", "Quoted Name", "Quoted", "Name" },
  [16] = { "line\nbreak@example.com", "Line Break", "Line", "Break" },
  [17] = { "\xe2\x80\xaemoc.elpmaxe@idib", "Bidi User", "Bidi", "User" },
  [18] = { "zero\xe2\x80\x8bwidth@example.com", "Zero Width", "Zero",
           "Width" },
  [19] = { "spaces@example.com", "  Spaces   Around  ", "Spaces", "Around" },
  [20] = { "50%/half?x=1&y#z@example.com", "<b>Half & \xe2\x82\xac</b>",
           "Half", "Half" },
};

static const char *const given[] = {
  "Ada", "Alan", "Barbara", "Claude", "Donald", "Edsger", "Frances", "Grace",
  "Hedy", "Ivan", "Joan", "Katherine", "Leslie", "Margaret", "Niklaus",
  "Olga", "Peter", "Radia", "Sophie", "Tim", "Ursula", "Vint", "Whitfield",
  "Xiao", "Yukihiro", "Zhang",
};
static const char *const family[] = {
  "Allen", "Borg", "Cerf", "Dijkstra", "Engelbart", "Floyd", "Goldberg",
  "Hopper", "Iverson", "Johnson", "Knuth", "Lamport", "Moore", "Naur",
  "Ousterhout", "Perlman", "Ritchie", "Shannon", "Turing", "Wirth",
};

static void
add_mail (struct mg_buf *out, const char *user, const char *more)
{
  mg_buf_add_str (out, ",\"emails\":[{\"type\":\"work\",\"value\":");
  mg_buf_add_json (out, user);
  mg_buf_add_str (out, ",\"primary\":true}");
  mg_buf_add_str (out, more);
  mg_buf_add_byte (out, ']');
}

static void
add_name (struct mg_buf *out, const char *first, const char *last)
{
  if (first == NULL)
    return;
  mg_buf_add_str (out, ",\"name\":{\"givenName\":");
  mg_buf_add_json (out, first);
  if (last != NULL) {
    mg_buf_add_str (out, ",\"familyName\":");
    mg_buf_add_json (out, last);
  }
  mg_buf_add_byte (out, '}');
}

static void
add_entitlements (struct mg_buf *out, uint64_t which)
{
  static const char *const sets[] = {
    "{\"value\":\"workspace-access\"}",
    "{\"value\":\"workspace-access\"},{\"value\":\"databricks-sql-access\"}",
    "{\"value\":\"allow-cluster-create\"}",
    ("{\"value\":\"workspace-access\"},{\"value\":\"allow-cluster-create\"},"
     "{\"value\":\"allow-instance-pool-create\"}"),
    "{\"value\":\"workspace-consume\"}",
  };

  if (which < MG_N_ELEMENTS (sets))
    mg_buf_addf (out, ",\"entitlements\":[%s]", sets[which]);
}

void
sim_generate_user (uint64_t seed, uint32_t number, int64_t id,
                   struct mg_buf *out)
{
  struct person p = { NULL, NULL, NULL, NULL };
  char user[100], shown[100];
  struct mg_rand rng;
  int active;

  sim_number_rand (&rng, seed, "user", number);
  active = number != 9 && (number < 30 || number % 37 != 0);
  if (number < N_ODD_USERS)
    p = odd_users[number];
  else {
    p.given = given[mg_rand_below (&rng, MG_N_ELEMENTS (given))];
    p.family = family[mg_rand_below (&rng, MG_N_ELEMENTS (family))];
    snprintf (user, sizeof user, "%c%s.%s.%u@example.com",
              p.given[0] + 32, p.given + 1, p.family, number);
    snprintf (shown, sizeof shown, "%s %s", p.given, p.family);
    p.user = user;
    p.shown = shown;
  }
  mg_buf_addf (out, "{\"id\":\"%" PRId64 "\",\"userName\":", id);
  mg_buf_add_json (out, p.user);
  mg_buf_add_str (out, ",\"displayName\":");
  mg_buf_add_json (out, p.shown);
  add_name (out, p.given, p.family);
  add_mail (out, p.user, number == 12 ? ",{\"type\":\"home\",\"value\":"
                                        "\"two@home.example\"}" : "");
  mg_buf_addf (out, ",\"active\":%s", active ? "true" : "false");
  if (number > 0)
    add_entitlements (out, mg_rand_below (&rng, 12));
  mg_buf_add_byte (out, '}');
}

/* A user whose text is stored, with a role. */
static void
grant_role (struct sim *s, struct sim_object *o, int64_t profile)
{
  struct sim_table *t = &s->tables[SIM_USERS];
  MG_CLEANUP (sim_json_put) struct json_object *fields =
    sim_object_json (t, o);
  MG_CLEANUP_FREE char *text = NULL;

  text = mg_xasprintf ("[{\"type\":\"direct\",\"value\":\"arn:aws:iam::"
                       "123456789012:instance-profile/data-%02d\"}]",
                       (int) profile);
  json_object_object_add (fields, "roles",
                          sim_json_parse (text, strlen (text), NULL));
  sim_table_set (t, o, sim_json_text (fields));
}

void
sim_populate_users (struct sim *s, int64_t n)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf text = MG_BUF_INIT (65536);
  struct sim_table *t = &s->tables[SIM_USERS];
  int64_t i, profiles = s->tables[SIM_PROFILES].n_live;

  for (i = t->n_live; i < n; i++) {
    int64_t id = s->config.federated ? s->account_base + ++s->n_account_ids
                                     : sim_new_id (s);
    MG_CLEANUP_FREE char *key = NULL;
    struct sim_object *o;

    mg_buf_reset (&text);
    sim_generate_user (s->config.seed, (uint32_t) i, id, &text);
    key = sim_text_field (mg_buf_text (&text), "userName");
    o = sim_table_add (t, id, NULL, (uint32_t) i, key);
    if (s->config.federated) {
      o->account = 1;
      sim_table_add (&s->tables[SIM_ACCOUNT_USERS], id, NULL, (uint32_t) i,
                     key);
    }
    if (profiles > 0 && i > 0 && i % 50 == 25)
      grant_role (s, o, i / 50 % profiles);
  }
}

/* --- service principals ---------------------------------------------- */

void
sim_populate_principals (struct sim *s, int64_t n)
{
  struct sim_table *t = &s->tables[SIM_PRINCIPALS];
  int64_t i;

  for (i = t->n_live; i < n; i++) {
    MG_CLEANUP (sim_json_put) struct json_object *o =
      json_object_new_object ();
    MG_CLEANUP (mg_buf_done) struct mg_buf text = MG_BUF_INIT (65536);
    char shown[100];
    struct mg_rand rng;

    sim_number_rand (&rng, s->config.seed, "principal", (uint64_t) i);
    if (i == 1 || i == 2)              /* twins: only the ids differ */
      snprintf (shown, sizeof shown, "nightly job");
    else if (i == 3)
      snprintf (shown, sizeof shown, "robot \"\xe2\x80\xae" "3\"\n");
    else if (i == 4 || i == 5)         /* one name, not the same fields */
      snprintf (shown, sizeof shown, "deployer");
    else
      snprintf (shown, sizeof shown, "service %s %" PRId64,
                family[mg_rand_below (&rng, MG_N_ELEMENTS (family))], i);
    sim_json_set_str (o, "displayName", shown);
    if (i == 5 || (i > 5 && i % 17 == 0))
      json_object_object_add (o, "active", json_object_new_boolean (0));
    if (i > 5 && i % 5 == 0)
      sim_json_set_str (o, "externalId", shown);
    mg_buf_add_str (&text, "{\"x\":1");
    add_entitlements (&text, i < 3 ? 0 : mg_rand_below (&rng, 9));
    mg_buf_add_byte (&text, '}');
    {
      MG_CLEANUP (sim_json_put) struct json_object *e =
        sim_json_parse (text.data, text.len, NULL);
      struct json_object *list = sim_json_array (e, "entitlements");

      if (list != NULL)
        json_object_object_add (o, "entitlements", json_object_get (list));
    }
    sim_scim_make (s, SIM_PRINCIPALS, o, sim_new_id (s));
  }
}

/* --- groups ---------------------------------------------------------- */

static const char *const odd_groups[] = {
  [0] = "Data \"Quoted\" Team", [1] = "na\xc3\xafve caf\xc3\xa9",
  [2] = "cycle a", [3] = "cycle b",
  [4] = "ring x", [5] = "ring y", [6] = "ring z",
  [7] = ("\xe5\x88\x86\xe6\x9e\x90 \xe2\x80\xae" "team"), [8] = "everybody",
  [9] = "empty", [10] = "a/b\\c?d#e%20f", [11] = " two  spaces ",
};

static struct sim_object *
group_at (struct sim *s, int64_t i)
{
  return sim_table_at (&s->tables[SIM_GROUPS], (uint32_t) (i + 2));
}

static void
make_group (struct sim *s, int64_t i)
{
  MG_CLEANUP (sim_json_put) struct json_object *o = NULL;
  MG_CLEANUP (mg_buf_done) struct mg_buf text = MG_BUF_INIT (65536);
  int64_t profiles = s->tables[SIM_PROFILES].n_live;
  struct mg_rand rng;

  sim_number_rand (&rng, s->config.seed, "group", (uint64_t) i);
  mg_buf_add_str (&text, "{\"displayName\":");
  if (i < (int64_t) MG_N_ELEMENTS (odd_groups))
    mg_buf_add_json (&text, odd_groups[i]);
  else
    mg_buf_addf (&text, "\"team %s %" PRId64 "\"",
                 family[mg_rand_below (&rng, MG_N_ELEMENTS (family))], i);
  if (i % 6 == 5)
    mg_buf_addf (&text, ",\"externalId\":\"ext-%" PRId64 "\"", i);
  add_entitlements (&text, mg_rand_below (&rng, 10));
  if (profiles > 0 && i % 10 == 3)
    mg_buf_addf (&text, ",\"roles\":[{\"value\":\"arn:aws:iam::123456789012:"
                 "instance-profile/data-%02d\"}]",
                 (int) (i / 10 % profiles));
  mg_buf_add_byte (&text, '}');
  o = sim_json_parse (text.data, text.len, NULL);
  sim_scim_make (s, SIM_GROUPS, o, sim_new_id (s));
}

static void
add_some (struct sim *s, struct sim_object *group, enum sim_kind kind,
          int64_t first, int64_t n)
{
  struct sim_table *t = &s->tables[kind];
  int64_t i;

  for (i = first; i < first + n && i < t->n_live; i++)
    sim_member_add (s, group, sim_table_at (t, (uint32_t) i));
}

static void
fill_group (struct sim *s, int64_t i, int64_t n_groups)
{
  struct sim_object *g = group_at (s, i);
  int64_t users = s->tables[SIM_USERS].n_live;
  int64_t principals = s->tables[SIM_PRINCIPALS].n_live, n;
  struct mg_rand rng;

  sim_number_rand (&rng, s->config.seed, "members", (uint64_t) i);
  if (i == 9)
    return;
  if (i == 8) {
    add_some (s, g, SIM_USERS, 0, BIG_GROUP);
    return;
  }
  n = 2 + (int64_t) mg_rand_below (&rng, 12);
  add_some (s, g, SIM_USERS, (int64_t) mg_rand_below (&rng, (uint64_t) users),
            n);
  if (i % 4 == 1)
    add_some (s, g, SIM_PRINCIPALS,
              1 + (int64_t) mg_rand_below (&rng, (uint64_t) principals),
              2);
  /* A tree of groups, and a chain of ten. */
  if (i >= 30 && i % 3 == 0)
    sim_member_add (s, group_at (s, i / 3), g);
  if (i >= 13 && i < 22 && i < n_groups)
    sim_member_add (s, group_at (s, i - 1), g);
}

/* Two cycles: of two groups, and of three. */
static void
add_cycles (struct sim *s)
{
  static const int cycles[][2] = {
    { 2, 3 }, { 3, 2 }, { 4, 5 }, { 5, 6 }, { 6, 4 },
  };
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (cycles); i++)
    sim_member_add (s, group_at (s, cycles[i][0]),
                    group_at (s, cycles[i][1]));
}

void
sim_populate_groups (struct sim *s, int64_t n)
{
  int64_t i;

  n -= 2;                              /* admins, users */
  for (i = 0; i < n; i++)
    make_group (s, i);
  for (i = 0; i < n; i++)
    fill_group (s, i, n);
  if (n > 7)
    add_cycles (s);
  if (s->tables[SIM_USERS].n_live > 21)
    add_some (s, sim_principal (s, s->admins_id, NULL), SIM_USERS, 21, 2);
}

/* --- the account ----------------------------------------------------- */

/* Every service principal and every other group of the workspace is of the
 * account; then come those that are not assigned. */
void
sim_populate_account (struct sim *s, const struct sim_amounts *a)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf text = MG_BUF_INIT (65536);
  static const struct { enum sim_kind from, to; } twins[] = {
    { SIM_PRINCIPALS, SIM_ACCOUNT_PRINCIPALS },
    { SIM_GROUPS, SIM_ACCOUNT_GROUPS },
  };
  int64_t i, j;

  for (j = 0; j < 2; j++) {
    struct sim_table *t = &s->tables[twins[j].from];

    for (i = 0; i < t->n_live; i++) {
      struct sim_object *o = sim_table_at (t, (uint32_t) i);
      MG_CLEANUP_FREE char *key = sim_text_field (o->text, t->key);

      if (twins[j].from == SIM_GROUPS && (i < 2 || i % 2 == 0))
        continue;
      o->account = 1;
      sim_table_add (&s->tables[twins[j].to], o->id, mg_xstrdup (o->text), 0,
                     key);
    }
  }
  for (i = s->tables[SIM_ACCOUNT_USERS].n_live; i < a->account_users; i++) {
    int64_t id = s->account_base + ++s->n_account_ids;
    MG_CLEANUP_FREE char *key = NULL;

    mg_buf_reset (&text);
    sim_generate_user (s->config.seed, (uint32_t) i, id, &text);
    key = sim_text_field (mg_buf_text (&text), "userName");
    sim_table_add (&s->tables[SIM_ACCOUNT_USERS], id, NULL, (uint32_t) i,
                   key);
  }
  for (j = 0; j < 2; j++) {
    enum sim_kind kind = j ? SIM_ACCOUNT_GROUPS : SIM_ACCOUNT_PRINCIPALS;
    int64_t n = j ? a->account_groups : a->account_principals;

    for (i = s->tables[kind].n_live; i < n; i++) {
      MG_CLEANUP (sim_json_put) struct json_object *o =
        json_object_new_object ();
      char name[60];

      snprintf (name, sizeof name, "account %s %" PRId64,
                j ? "group" : "service", i);
      sim_json_set_str (o, "displayName", name);
      sim_scim_make (s, kind, o, s->account_base + ++s->n_account_ids);
    }
  }
}
