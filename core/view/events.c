/* JSON lines: see events.h.  stdio's own lock keeps lines whole. */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "view/events.h"

void
mg_line_begin (struct mg_line *line, const char *event)
{
  char when[24];

  line->text = (struct mg_buf) MG_BUF_MUST (MG_MIB);
  mg_buf_addf (&line->text, "{\"t\":\"%s\",\"event\":",
               mg_time_iso (mg_clock_wall_us (), when));
  mg_buf_add_json (&line->text, event);
}

static void
add_key (struct mg_line *line, const char *key)
{
  mg_buf_addf (&line->text, ",\"%s\":", key);
}

void
mg_line_text (struct mg_line *line, const char *key, const char *value)
{
  if (value == NULL)
    return;
  add_key (line, key);
  mg_buf_add_json (&line->text, value);
}

void
mg_line_number (struct mg_line *line, const char *key, int64_t value)
{
  add_key (line, key);
  mg_buf_addf (&line->text, "%" PRId64, value);
}

void
mg_line_real (struct mg_line *line, const char *key, double value)
{
  add_key (line, key);
  mg_buf_addf (&line->text, "%.3f", value);
}

void
mg_line_bool (struct mg_line *line, const char *key, int value)
{
  add_key (line, key);
  mg_buf_add_str (&line->text, value ? "true" : "false");
}

void
mg_line_end (struct mg_line *line)
{
  mg_buf_add_str (&line->text, "}\n");
  fwrite (mg_buf_text (&line->text), 1, line->text.len, stdout);
  mg_buf_done (&line->text);
}

void
mg_line_event (const struct mg_event *e)
{
  struct mg_line line;
  int is_asset = strcmp (e->event, "asset") == 0;

  mg_line_begin (&line, e->event);
  mg_line_text (&line, "kind", e->kind);
  mg_line_text (&line, "key", e->key);
  mg_line_text (&line, "id", e->id);
  if (is_asset) {
    mg_line_text (&line, "state", mg_state_name (e->state));
    mg_line_text (&line, "op", e->op ? mg_work_op_name (e->op) : NULL);
    if (e->phase == MG_PHASE_FINISH)
      mg_line_bool (&line, "finish", 1);
  }
  else if (strncmp (e->event, "kind-", 5) == 0
           || strcmp (e->event, "settle") == 0) {
    mg_line_number (&line, "n", e->n);
    if (e->total > 0)
      mg_line_number (&line, "total", e->total);
  }
  mg_line_text (&line, "code", e->code);
  mg_line_text (&line, "message", e->message);
  mg_line_end (&line);
}
