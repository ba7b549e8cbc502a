/* A plain REST kind, done from its data alone, against a scripted server. */
#include <config.h>

#include "gadgets.h"

/* ---- lists ---- */

static int
on_element (struct migrate_ctx *ctx, void *opaque, const char *json,
            size_t len)
{
  struct stand *s = opaque;

  (void) ctx;
  mg_buf_add (&s->seen, json, len);
  return 0;
}

static int
on_page (struct mg_ctx *ctx, void *opaque, const char *cursor)
{
  struct stand *s = opaque;

  (void) ctx;
  mg_buf_addf (&s->seen, "|%s|", cursor ? cursor : "end");
  return 0;
}

static int
list (struct stand *s, const char *cursor)
{
  struct mg_list l = { .cursor = cursor, .each = on_element, .page = on_page,
                       .opaque = s };

  return mg_generic_list (&s->ctx, &s->kind, &l);
}

MG_TEST (tokens_go_into_the_query_of_a_get)
{
  static const struct reply script[] = {
    { .status = 200, .body = "{\"gadgets\":[{\"a\":1},{\"a\":2}],"
      "\"next_page_token\":\"x/y=\"}" },
    { .status = 200, .body = "{\"next_page_token\":\"\","
      "\"gadgets\":[{\"a\":3}]}" },
  };
  struct stand s;
  struct migrate_kind k = gadgets ();

  k.paging = MIGRATE_PAGING_TOKEN;
  up (&s, k, script, 2);
  is_ok (list (&s, NULL));
  is_str (mg_buf_text (&s.seen), "{\"a\":1}{\"a\":2}|x/y=|{\"a\":3}|end|");
  sent (&s, 0, "GET /gadgets?max=2 HTTP", NULL);
  sent (&s, 1, "GET /gadgets?max=2&page_token=x%2Fy%3D HTTP", NULL);
  down (&s);
}

MG_TEST (a_list_goes_on_at_its_cursor)
{
  static const struct reply script[] = {
    { .status = 200, .body = "{\"gadgets\":[]}" },
  };
  struct stand s;
  struct migrate_kind k = gadgets ();

  k.paging = MIGRATE_PAGING_TOKEN;
  k.list = "GET /gadgets";
  up (&s, k, script, 1);
  is_ok (list (&s, "later"));
  sent (&s, 0, "GET /gadgets?page_token=later HTTP", NULL);
  down (&s);
}

MG_TEST (tokens_go_into_the_body_of_a_post)
{
  static const struct reply script[] = {
    { .status = 200, .body = "{\"gadgets\":[],\"next_page_token\":\"t\\\"1\"}" },
    { .status = 200, .body = "{}" },
  };
  struct stand s;
  struct migrate_kind k = gadgets ();

  k.paging = MIGRATE_PAGING_TOKEN;
  k.list = "POST /gadgets/search";
  k.list_body = "{\"max\":2}";
  up (&s, k, script, 2);
  is_ok (list (&s, NULL));
  sent (&s, 0, "POST /gadgets/search HTTP", "{\"max\":2}");
  sent (&s, 1, "POST /gadgets/search HTTP",
        "{\"max\":2,\"page_token\":\"t\\\"1\"}");
  down (&s);
}

MG_TEST (start_index_counts_what_came)
{
  static const struct reply script[] = {
    { .status = 200, .body = "{\"totalResults\":3,\"gadgets\":[{},{}]}" },
    { .status = 200, .body = "{\"totalResults\":3,\"gadgets\":[{}]}" },
  };
  struct stand s;
  struct migrate_kind k = gadgets ();

  k.paging = MIGRATE_PAGING_START_INDEX;
  up (&s, k, script, 2);
  is_ok (list (&s, NULL));
  is_str (mg_buf_text (&s.seen), "{}{}|3|{}|end|");
  sent (&s, 1, "GET /gadgets?max=2&startIndex=3 HTTP", NULL);
  is_int (replier_n (s.rig.server), 2);
  down (&s);
}

MG_TEST (start_index_counts_what_stands_twice_once)
{
  static const struct reply script[] = {
    { .status = 200,
      .body = "{\"totalResults\":3,"
              "\"gadgets\":[{\"gadget_id\":1},{\"gadget_id\":2},{\"gadget_id\":1}]}" },
    { .status = 200,
      .body = "{\"totalResults\":3,\"gadgets\":[{\"gadget_id\":3}]}" },
  };
  struct stand s;
  struct migrate_kind k = gadgets ();

  k.paging = MIGRATE_PAGING_START_INDEX;
  up (&s, k, script, 2);
  is_ok (list (&s, NULL));
  sent (&s, 1, "GET /gadgets?max=2&startIndex=3 HTTP", NULL);
  is_int (replier_n (s.rig.server), 2);
  down (&s);
}

MG_TEST (start_index_does_not_believe_a_total_that_is_too_small)
{
  static const struct reply script[] = {
    { .status = 200, .body = "{\"totalResults\":0,\"gadgets\":[{},{}]}" },
    { .status = 200, .body = "{\"totalResults\":0,\"gadgets\":[{}]}" },
    { .status = 200, .body = "{\"totalResults\":0}" },
  };
  struct stand s;
  struct migrate_kind k = gadgets ();

  k.paging = MIGRATE_PAGING_START_INDEX;
  up (&s, k, script, 3);
  is_ok (list (&s, NULL));
  is_str (mg_buf_text (&s.seen), "{}{}|3|{}|4||end|");
  is_int (replier_n (s.rig.server), 3);
  down (&s);
}

MG_TEST (start_index_without_a_total_ends_at_an_empty_page)
{
  static const struct reply script[] = {
    { .status = 200, .body = "{\"gadgets\":[{},{}]}" },
    { .status = 200, .body = "{\"gadgets\":[]}" },
  };
  struct stand s;
  struct migrate_kind k = gadgets ();

  k.paging = MIGRATE_PAGING_START_INDEX;
  up (&s, k, script, 2);
  is_ok (list (&s, NULL));
  is_int (replier_n (s.rig.server), 2);
  down (&s);
}

MG_TEST (a_token_that_comes_twice_is_a_loop)
{
  static const struct reply script[] = {
    { .status = 200, .times = -1,
      .body = "{\"gadgets\":[],\"next_page_token\":\"t\"}" },
  };
  struct stand s;
  struct migrate_kind k = gadgets ();

  k.paging = MIGRATE_PAGING_TOKEN;
  up (&s, k, script, 1);
  is_int (list (&s, NULL), MG_E_PROTOCOL);
  is_str (s.ctx.error.id, "page-loop");
  is_int (replier_n (s.rig.server), 2);
  down (&s);
}

MG_TEST (one_answer_is_all_without_paging)
{
  static const struct reply script[] = {
    { .status = 200, .body = "{\"gadgets\":[{}],\"next_page_token\":\"t\"}" },
  };
  struct stand s;

  up (&s, gadgets (), script, 1);
  is_ok (list (&s, NULL));
  is_int (replier_n (s.rig.server), 1);
  down (&s);
}

/* ---- one asset ---- */

MG_TEST (get_takes_the_object_out_of_its_envelope)
{
  static const struct reply script[] = {
    { .status = 200, .body = "{\"gadget\":{\"n\":1.50,\"x\":\"\\u0041\"}}" },
  };
  struct mg_buf body = MG_BUF_INIT (MG_KIB);
  struct migrate_kind k = gadgets ();
  struct stand s;

  k.unwrap = "gadget";
  up (&s, k, script, 1);
  is_ok (mg_generic_get (&s.ctx, &s.kind, "a b/c", &body));
  is_str (mg_buf_text (&body), "{\"n\":1.50,\"x\":\"\\u0041\"}");
  sent (&s, 0, "GET /gadgets/a%20b%2Fc HTTP", NULL);
  mg_buf_done (&body);
  down (&s);
}

MG_TEST (get_without_the_envelope_is_an_error)
{
  static const struct reply script[] = {
    { .status = 200, .body = "{}" },
    { .status = 200, .body = "{\"gadget\":7}" },
    { .status = 200, .body = "{\"gadget\":[]}" },
  };
  struct mg_buf body = MG_BUF_INIT (MG_KIB);
  struct migrate_kind k = gadgets ();
  struct stand s;

  k.unwrap = "gadget";
  up (&s, k, script, 3);
  is_int (mg_generic_get (&s.ctx, &s.kind, "1", &body), MG_E_PROTOCOL);
  is_int (replier_n (s.rig.server), 3);
  mg_buf_done (&body);
  down (&s);
}

/* What is kept of a create: the whole reply, or what was sent and the id. */
static void
created (const char *reply, const char *later, const char *id,
         const char *json, int incomplete)
{
  struct reply script[1] = { { .status = 200, .body = reply } };
  const char *const list[] = { later, NULL };
  struct migrate_kind k = gadgets ();
  struct stand s;

  k.later = list;
  up (&s, k, script, 1);
  is_ok (mg_generic_import (&s.ctx, &s.asset));
  is_str (s.ctx.created_id, id);
  is_mem (s.ctx.created_json, s.ctx.created_len, json, strlen (json));
  is_int (s.ctx.incomplete, incomplete);
  sent (&s, 0, "POST /gadgets HTTP", "{\"name\":\"drill\"}");
  down (&s);
}

MG_TEST (a_reply_with_the_asset_is_kept)
{
  created ("{\"gadget_id\":\"7\",\"name\":\"drill\",\"x\":0}", NULL, "7",
           "{\"gadget_id\":\"7\",\"name\":\"drill\",\"x\":0}", 0);
}

MG_TEST (a_reply_with_the_id_alone_is_completed)
{
  created ("{\"gadget_id\":\"7\"}", NULL, "7",
           "{\"name\":\"drill\",\"gadget_id\":\"7\"}", 0);
}

MG_TEST (an_id_that_is_a_number_stays_one)
{
  created ("{\"gadget_id\":12345678901234567}", NULL, "12345678901234567",
           "{\"name\":\"drill\",\"gadget_id\":12345678901234567}", 0);
}

MG_TEST (a_reply_that_shows_less_than_was_sent_is_noted)
{
  created ("{\"gadget_id\":\"7\",\"name\":\"other\"}", "name", "7",
           "{\"gadget_id\":\"7\",\"name\":\"other\"}", 1);
  created ("{\"gadget_id\":\"7\",\"name\":\"other\"}", "color", "7",
           "{\"gadget_id\":\"7\",\"name\":\"other\"}", 0);
  created ("{\"gadget_id\":\"7\",\"name\":\"drill\"}", "name", "7",
           "{\"gadget_id\":\"7\",\"name\":\"drill\"}", 0);
}

MG_TEST (without_an_id_in_the_reply_that_of_the_body_counts)
{
  static const struct reply script[] = { { .status = 200, .body = "{}" } };
  struct migrate_kind k = gadgets ();
  struct stand s;

  k.id = k.key = "name";
  up (&s, k, script, 1);
  is_ok (mg_generic_import (&s.ctx, &s.asset));
  is_str (s.ctx.created_id, "drill");
  down (&s);
}

MG_TEST (without_any_id_the_create_is_uncertain)
{
  static const struct reply script[] = { { .status = 200, .body = "{}" } };
  struct stand s;

  up (&s, gadgets (), script, 1);
  is_int (mg_generic_import (&s.ctx, &s.asset), MG_E_UNCERTAIN);
  is_int (s.ctx.outcome, MG_OUTCOME_DOUBT);
  down (&s);
}

/* ---- updates ---- */

/* Nobody may take silence for what was to be added. */
MG_TEST (a_merge_is_a_callbacks_work)
{
  struct stand s;

  up (&s, gadgets (), NULL, 0);
  update_of (&s, "7", "{\"gadget_id\":\"7\"}");
  s.asset.phase = MIGRATE_MERGE;
  is_int (mg_generic_import (&s.ctx, &s.asset), MG_E_INVALID);
  is_str (s.ctx.error.id, "bad-call");
  is_int (replier_n (s.rig.server), 0);
  down (&s);
}

static void
updated (struct migrate_kind k, const char *id, const char *target,
         const char *line, const char *body)
{
  static const struct reply script[] = { { .status = 200 } };
  struct stand s;

  up (&s, k, script, 1);
  update_of (&s, id, target);
  is_ok (mg_generic_import (&s.ctx, &s.asset));
  sent (&s, 0, line, body);
  is_int (s.ctx.n_creates, 0);
  down (&s);
}

MG_TEST (an_update_names_the_target_in_its_path)
{
  updated (gadgets (), "7", "{\"gadget_id\":\"7\"}", "PUT /gadgets/7 HTTP",
           "{\"name\":\"drill\"}");
}

MG_TEST (or_in_its_body)
{
  struct migrate_kind k = gadgets ();

  k.update = "POST /gadgets/edit";
  updated (k, "7", "{\"gadget_id\":\"7\"}", "POST /gadgets/edit HTTP",
           "{\"name\":\"drill\",\"gadget_id\":\"7\"}");
  updated (k, "7", "{\"gadget_id\":7}", "POST /gadgets/edit HTTP",
           "{\"name\":\"drill\",\"gadget_id\":7}");
}

MG_TEST (or_in_an_envelope_of_its_own)
{
  struct migrate_kind k = gadgets ();

  k.update = "POST /gadgets/reset";
  k.update_body = "{\"id\":${id},\"settings\":${*}}";
  updated (k, "7", "{\"gadget_id\":7}", "POST /gadgets/reset HTTP",
           "{\"id\":7,\"settings\":{\"name\":\"drill\"}}");
}

MG_TEST (what_an_update_refuses_is_left_out_of_it)
{
  static const char *const fixed[] = { "color", "parts[*].size", NULL };
  struct migrate_kind k = gadgets ();
  static const struct reply script[] = { { .status = 200 } };
  struct stand s;

  k.fixed = fixed;
  k.update = "POST /gadgets/edit";
  updated (k, "7", "{\"gadget_id\":\"7\"}", "POST /gadgets/edit HTTP",
           "{\"name\":\"drill\",\"gadget_id\":\"7\"}");
  up (&s, k, script, 1);
  update_of (&s, "7", "{\"gadget_id\":\"7\"}");
  s.asset.json = "{\"color\":1,\"parts\":[{\"size\":1,\"n\":2}],\"name\":\"x\"}";
  s.asset.json_len = strlen (s.asset.json);
  is_ok (mg_generic_import (&s.ctx, &s.asset));
  sent (&s, 0, "POST /gadgets/edit HTTP",
        "{\"parts\":[{\"n\":2}],\"name\":\"x\",\"gadget_id\":\"7\"}");
  down (&s);
}

MG_TEST (a_create_has_all_of_it)
{
  static const char *const fixed[] = { "name", NULL };
  static const struct reply script[] = {
    { .status = 200, .body = "{\"gadget_id\":\"7\"}" } };
  struct migrate_kind k = gadgets ();
  struct stand s;

  k.fixed = fixed;
  up (&s, k, script, 1);
  is_ok (mg_generic_import (&s.ctx, &s.asset));
  sent (&s, 0, "POST /gadgets HTTP", "{\"name\":\"drill\"}");
  down (&s);
}

MG_TEST (a_kind_without_update_says_so)
{
  struct migrate_kind k = gadgets ();
  struct stand s;

  k.update = NULL;
  up (&s, k, NULL, 0);
  update_of (&s, "7", "{}");
  is_int (mg_generic_import (&s.ctx, &s.asset), MG_E_UNSUPPORTED);
  is_str (s.ctx.error.id, "no-update");
  is_int (replier_n (s.rig.server), 0);
  down (&s);
}

/* ---- removal ---- */

MG_TEST (removal_by_a_post_names_the_id_in_its_body)
{
  static const struct reply script[] = { { .status = 200 } };
  struct migrate_kind k = gadgets ();
  struct stand s;

  k.remove = "POST /gadgets/delete";
  up (&s, k, script, 1);
  update_of (&s, "7", "{\"gadget_id\":7}");
  is_ok (mg_generic_delete (&s.ctx, &s.asset));
  sent (&s, 0, "POST /gadgets/delete HTTP", "{\"gadget_id\":7}");
  down (&s);
}

MG_TEST (a_kind_without_removal_says_so)
{
  struct migrate_kind k = gadgets ();
  struct stand s;

  k.remove = NULL;
  up (&s, k, NULL, 0);
  update_of (&s, "7", "{}");
  is_int (mg_generic_delete (&s.ctx, &s.asset), MG_E_UNSUPPORTED);
  is_str (s.ctx.error.id, "no-remove");
  down (&s);
}
