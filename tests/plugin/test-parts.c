/* What 'get' answers in pages or elsewhere, what is sent of an asset, and access
 * control lists, against a scripted server. */
#include <config.h>

#include "gadgets.h"
#include "plugin/permissions.h"

static const char *const parts[] = { "settings.tasks", "settings.disks", NULL };

static int
read_one (struct stand *s, struct mg_buf *body)
{
  mg_buf_reset (body);
  return mg_generic_get (&s->ctx, &s->kind, "7", body);
}

MG_TEST (pages_of_an_asset_are_put_together)
{
  static const struct reply script[] = {
    { .status = 200, .body = "{\"gadget_id\":7,\"settings\":{\"tasks\":[1,2],"
      "\"a\":\"b\"},\"next_page_token\":\"x/y=\"}" },
    { .status = 200, .body = "{\"gadget_id\":7,\"settings\":{\"tasks\":[3],"
      "\"disks\":[\"d\"]},\"next_page_token\":\"z\"}" },
    { .status = 200, .body = "{\"gadget_id\":7,\"settings\":{\"tasks\":[]}}" },
  };
  struct migrate_kind k = gadgets ();
  struct mg_buf body = MG_BUF_INIT (MG_MIB);
  struct stand s;

  k.get = "GET /gadgets/get?id={id}";
  k.parts = parts;
  up (&s, k, script, 3);
  is_ok (read_one (&s, &body));
  has_str (mg_buf_text (&body), "\"tasks\":[1,2,3]");
  has_str (mg_buf_text (&body), "\"disks\":[\"d\"]");
  has_str (mg_buf_text (&body), "\"a\":\"b\"");
  sent (&s, 1, "GET /gadgets/get?id=7&page_token=x%2Fy%3D HTTP", NULL);
  sent (&s, 2, "GET /gadgets/get?id=7&page_token=z HTTP", NULL);
  mg_buf_done (&body);
  down (&s);
}

MG_TEST (pages_that_do_not_end_are_an_error)
{
  static const struct reply script[] = {
    { .status = 200, .body = "{\"next_page_token\":\"x\"}" },
    { .status = 200, .body = "{\"next_page_token\":\"x\"}" },
    { .status = 200, .body = "{\"next_page_token\":\"x\"}" },
    { .status = 200, .body = "{\"next_page_token\":\"x\"}" },
    { .status = 200, .body = "{\"next_page_token\":\"x\"}" },
    { .status = 200, .body = "{\"next_page_token\":\"x\"}" },
  };
  struct migrate_kind k = gadgets ();
  struct mg_buf body = MG_BUF_INIT (MG_MIB);
  struct stand s;

  k.parts = parts;
  up (&s, k, script, 6);
  is_int (read_one (&s, &body), MG_E_PROTOCOL);
  is_str (s.ctx.error.id, "page-loop");
  mg_buf_done (&body);
  down (&s);
}

MG_TEST (what_stands_elsewhere_is_filled_in)
{
  static const struct migrate_fill fill[] = {
    { "as.user", "runner", "as", "@" }, { "as.robot", "runner", "as", NULL },
    { NULL, NULL, NULL, NULL },
  };
  static const struct reply script[] = {
    { .status = 200, .body = "{\"runner\":\"a@b\"}" },
    { .status = 200, .body = "{\"runner\":\"1-2\"}" },
    { .status = 200, .body = "{\"runner\":\"a@b\",\"as\":{\"user\":\"c\"}}" },
    { .status = 200, .body = "{\"runner\":\"\"}" },
  };
  struct migrate_kind k = gadgets ();
  struct mg_buf body = MG_BUF_INIT (MG_MIB);
  struct stand s;

  k.fill = fill;
  up (&s, k, script, 4);
  is_ok (read_one (&s, &body));
  is_str (mg_buf_text (&body), "{\"runner\":\"a@b\",\"as\":{\"user\":"
          "\"a@b\"}}");
  is_ok (read_one (&s, &body));
  has_str (mg_buf_text (&body), "{\"robot\":\"1-2\"}");
  is_ok (read_one (&s, &body));
  has_str (mg_buf_text (&body), "{\"user\":\"c\"}");
  is_ok (read_one (&s, &body));
  is_str (mg_buf_text (&body), "{\"runner\":\"\"}");
  mg_buf_done (&body);
  down (&s);
}

MG_TEST (one_member_is_sent)
{
  static const struct reply script[] = {
    { .status = 200, .body = "{\"gadget_id\":7}" },
    { .status = 200, .body = "{}" },
  };
  struct migrate_kind k = gadgets ();
  struct stand s;

  k.send = "settings";
  k.key = "settings.name";
  k.update = "POST /gadgets/reset";
  k.update_body = "{\"id\":${id},\"new\":${*}}";
  up (&s, k, script, 2);
  s.asset.json = "{\"settings\":{\"name\":\"drill\"},\"x\":1}";
  s.asset.json_len = strlen (s.asset.json);
  is_ok (mg_generic_import (&s.ctx, &s.asset));
  sent (&s, 0, "POST /gadgets HTTP", "{\"name\":\"drill\"}");
  has_str (s.ctx.created_json, "\"settings\":{\"name\":\"drill\"}");
  has_str (s.ctx.created_json, "\"gadget_id\":7");
  update_of (&s, "7", "{\"gadget_id\":7}");
  is_ok (mg_generic_import (&s.ctx, &s.asset));
  sent (&s, 1, "POST /gadgets/reset HTTP",
        "{\"id\":7,\"new\":{\"name\":\"drill\"}}");
  s.asset.json = "{}";
  s.asset.json_len = 2;
  is_int (mg_generic_import (&s.ctx, &s.asset), MG_E_INVALID);
  is_str (s.ctx.error.id, "no-member");
  is_int (replier_n (s.rig.server), 2);
  down (&s);
}

/* --- access control lists --------------------------------------------- */

MG_TEST (a_name_that_is_null_is_no_principal)
{
  static const char answer[] = "{\"access_control_list\":["
    "{\"user_name\":null,\"group_name\":\"team\",\"all_permissions\":["
    "{\"inherited\":false,\"permission_level\":\"CAN_EDIT\"}]},"
    "{\"service_principal_name\":\"a-b\",\"group_name\":null,"
    "\"all_permissions\":[{\"permission_level\":\"CAN_READ\"}]}]}";
  struct mg_error err = MG_ERROR_INIT;
  struct mg_buf body = MG_BUF_INIT (1000);

  is_ok (mg_permissions_direct (answer, strlen (answer), &body, &err));
  is_str (mg_buf_text (&body), "{\"access_control_list\":["
          "{\"group_name\":\"team\",\"permission_level\":\"CAN_EDIT\"},"
          "{\"service_principal_name\":\"a-b\",\"permission_level\":"
          "\"CAN_READ\"}]}");
  mg_buf_done (&body);
}

/* Not the same as an empty one. */
MG_TEST (an_answer_without_a_list_is_kept_as_such)
{
  static const char bare[] = "{\"object_id\":\"/things/1\"}";
  static const char null[] = "{\"access_control_list\":null}";
  static const char empty[] = "{\"access_control_list\":[]}";
  static const char *const answers[] = { bare, null, empty };
  size_t i;

  for (i = 0; i < 3; i++) {
    struct mg_error err = MG_ERROR_INIT;
    struct mg_buf body = MG_BUF_INIT (1000);

    is_ok (mg_permissions_direct (answers[i], strlen (answers[i]), &body, &err));
    is_str (mg_buf_text (&body), i == 2 ? empty : "{}");
    mg_buf_done (&body);
  }
}

static const struct reply ownerless[] = {
  { .status = 400, .body = "{\"error_code\":\"INVALID_PARAMETER_VALUE\","
    "\"message\":\"The job must have exactly one owner.\"}" },
  { .status = 200, .body = "{\"access_control_list\":[{\"user_name\":\"me\","
    "\"all_permissions\":[{\"permission_level\":\"IS_OWNER\"}]}]}" },
  { .status = 200, .body = "{}" },
};

/* The permissions of gadget 7, about to be written; the caller frees the kind. */
static const struct migrate_kind *
permissions_up (struct stand *s, const char *json)
{
  struct migrate_kind k = gadgets ();
  const struct migrate_kind *own;

  k.permissions = "gadgets";
  own = mg_permissions_kind (&k);
  up (s, *own, ownerless, 3);
  s->kind.parent = &s->kind;
  s->kind.is_acl = 1;
  update_of (s, "7", "{}");
  s->asset.json = json;
  s->asset.json_len = strlen (json);
  return own;
}

MG_TEST (a_list_without_its_owner_keeps_the_one_that_is_there)
{
  struct stand s;
  const struct migrate_kind *own = permissions_up (
    &s, "{\"access_control_list\":[{\"group_name\":\"team\","
    "\"permission_level\":\"CAN_VIEW\"}]}");

  is_ok (mg_generic_import (&s.ctx, &s.asset));
  sent (&s, 2, "PUT /api/2.0/permissions/gadgets/7 HTTP",
        "{\"access_control_list\":[{\"group_name\":\"team\","
        "\"permission_level\":\"CAN_VIEW\"},{\"user_name\":\"me\","
        "\"permission_level\":\"IS_OWNER\"}]}");
  mg_permissions_kind_free (own);
  down (&s);
}

MG_TEST (a_list_with_its_owner_is_sent_once)
{
  struct stand s;
  const struct migrate_kind *own = permissions_up (
    &s, "{\"access_control_list\":[{\"user_name\":\"a\","
    "\"permission_level\":\"IS_OWNER\"}]}");

  is_int (mg_generic_import (&s.ctx, &s.asset), MG_E_REMOTE);
  is_int (replier_n (s.rig.server), 1);
  mg_permissions_kind_free (own);
  down (&s);
}
