/* The shapes in which a refusal comes. */
#include <config.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/str.h"
#include "mg-test.h"
#include "net/errbody.h"

static struct mg_error_body
read_text (const char *body, int status)
{
  struct mg_error_body e;

  mg_error_body_read (body, strlen (body), status, &e);
  return e;
}

MG_TEST (error_code_and_message)
{
  struct mg_error_body e = read_text (
    "{\"error_code\":\"RESOURCE_DOES_NOT_EXIST\",\"message\":\"No such\\n"
    "thing\"}", 404);

  is_int (e.shape, MG_SHAPE_JSON);
  is_str (e.code, "RESOURCE_DOES_NOT_EXIST");
  is_str (e.message, "No such thing");
  ok (mg_error_body_is_known (&e));
}

MG_TEST (error_code_as_a_number_and_no_message)
{
  struct mg_error_body e = read_text ("{\"error_code\": 1000}", 400);

  is_str (e.code, "1000");
  is_str (e.message, "");
  is_int (e.shape, MG_SHAPE_JSON);
}

MG_TEST (details_tell_the_request_and_when_to_come_again)
{
  struct mg_error_body e = read_text (
    "{\"error_code\":\"X\",\"message\":\"m\",\"details\":[7,"
    "{\"@type\":\"type.googleapis.com/google.rpc.RequestInfo\","
    "\"request_id\":\"abc\"},"
    "{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\","
    "\"retry_delay\":\"3.000s\"}]}", 503);

  is_str (e.request_id, "abc");
  is_str (e.retry_delay, "3.000s");
}

MG_TEST (details_of_another_kind_are_ignored)
{
  struct mg_error_body e = read_text (
    "{\"error_code\":\"X\",\"details\":{\"a\":1}}", 400);

  is_str (e.code, "X");
}

MG_TEST (api_1_2)
{
  struct mg_error_body e = read_text ("{\"error\":\"no context\"}", 500);

  is_int (e.shape, MG_SHAPE_API12);
  is_str (e.message, "no context");
  is_str (e.code, "");
}

MG_TEST (scim)
{
  struct mg_error_body e = read_text (
    "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:Error\"],"
    "\"detail\":\"it exists\",\"status\":\"409\","
    "\"scimType\":\"uniqueness\"}", 409);

  is_int (e.shape, MG_SHAPE_SCIM);
  is_str (e.code, "SCIM_409");
  is_str (e.message, "uniqueness it exists");
}

MG_TEST (scim_without_a_detail)
{
  struct mg_error_body e = read_text (
    "{\"schemas\":[\"x\"],\"detail\":\"null\",\"status\":500}", 500);

  is_str (e.code, "SCIM_500");
  is_str (e.message, "SCIM API Internal Error");
  e = read_text ("{\"schemas\":[\"x\"]}", 404);
  is_str (e.code, "SCIM_404");
}

MG_TEST (oauth)
{
  struct mg_error_body e = read_text (
    "{\"error\":\"invalid_client\",\"error_description\":\"wrong\"}", 401);

  is_int (e.shape, MG_SHAPE_OAUTH);
  is_str (e.code, "invalid_client");
  is_str (e.message, "wrong");
}

MG_TEST (code_colon_message)
{
  struct mg_error_body e = read_text ("PERMISSION_DENIED: not you\n", 403);

  is_int (e.shape, MG_SHAPE_TEXT);
  is_str (e.code, "PERMISSION_DENIED");
  is_str (e.message, "not you");
  is_int (read_text ("Permission: not you", 403).shape, MG_SHAPE_NONE);
}

MG_TEST (html_tells_its_pre_or_its_title)
{
  struct mg_error_body e = read_text (
    "<html><head><title>Error 502</title></head><body><pre> bad \n gateway"
    "</pre></body></html>", 502);

  is_int (e.shape, MG_SHAPE_HTML);
  is_str (e.message, "bad gateway");
  is_str (read_text ("<!DOCTYPE HTML><TITLE>Login</TITLE>", 200).message,
          "Login");
  is_str (read_text ("<html><body>x</body></html>", 500).message,
          "an HTML page");
  ok (!mg_error_body_is_known (&e));
}

MG_TEST (nothing_usable)
{
  is_int (read_text ("", 500).shape, MG_SHAPE_NONE);
  is_str (read_text ("stream timeout", 504).message, "stream timeout");
  is_int (read_text ("{\"a\":1}", 400).shape, MG_SHAPE_NONE);
  is_int (read_text ("[1,2]", 400).shape, MG_SHAPE_NONE);
  is_int (read_text ("{\"error_code\":\"X\"", 400).shape, MG_SHAPE_NONE);
}

MG_TEST (hostile_bodies_do_no_harm)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf deep = MG_BUF_INIT (1 << 20);
  struct mg_error_body e;
  char bytes[256];
  int i;

  for (i = 0; i < 100000; i++)
    mg_buf_add_str (&deep, "{\"a\":");
  mg_error_body_read (deep.data, deep.len, 400, &e);
  is_int (e.shape, MG_SHAPE_NONE);
  for (i = 0; i < 256; i++)
    bytes[i] = (char) i;
  mg_error_body_read (bytes, sizeof bytes, 400, &e);
  ok (strlen (e.message) < 256);
}

MG_TEST (long_texts_are_cut_between_characters)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf text = MG_BUF_INIT (1 << 20);
  struct mg_error_body e;
  int i;

  mg_buf_add_str (&text, "{\"error_code\":\"X\",\"message\":\"a");
  for (i = 0; i < 2000; i++)
    mg_buf_add_str (&text, "\xc3\xa4");
  mg_buf_add_str (&text, "\"}");
  mg_error_body_read (text.data, text.len, 400, &e);
  ok (strlen (e.message) > 500);
  ok (mg_utf8_valid (e.message, strlen (e.message)));
}

MG_TEST (a_success_may_hide_an_error)
{
  static const char hidden[] =
    " {\"error_code\":\"MAX_NOTEBOOK_SIZE_EXCEEDED\",\"message\":\"m\"}";
  static const char deep[] = "{\"state\":{\"error_code\":\"X\"}}";
  static const char none[] = "{\"error_code\":\"\",\"a\":1}";

  ok (mg_error_body_is_hidden (hidden, sizeof hidden - 1));
  ok (!mg_error_body_is_hidden (deep, sizeof deep - 1));
  ok (!mg_error_body_is_hidden (none, sizeof none - 1));
  ok (!mg_error_body_is_hidden ("{}", 2));
  ok (!mg_error_body_is_hidden ("", 0));
}

MG_TEST (html_is_told_from_other_markup)
{
  ok (mg_error_body_is_html ("\n<!DOCTYPE html><x>", 19));
  ok (!mg_error_body_is_html ("<project/>", 10));
  ok (!mg_error_body_is_html ("{\"a\":\"<html>\"}", 14));
}
