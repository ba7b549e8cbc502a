/* The paths of one edit, and the members that SET adds to objects.
 * No state beyond the arguments.
 */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "base/json-edit.h"

/* Levels of masks: the text's, one below, and the parents that SET makes. */
#define LEVELS (MG_MAX_JSON_DEPTH + 2 + MG_JS_STEPS)

static void
bit_set (uint64_t *mask, size_t s)
{
  mask[s / 64] |= (uint64_t) 1 << (s % 64);
}

static int
bit_take (uint64_t *mask, size_t s)
{
  uint64_t bit = (uint64_t) 1 << (s % 64);
  int was = (mask[s / 64] & bit) != 0;

  mask[s / 64] &= ~bit;
  return was;
}

/* Marks which states of one path [first, end) may add a member. */
static void
mark_addable (struct mg_js_edit *e, size_t first, size_t end)
{
  const struct mg_js_step *steps = e->set.steps;
  size_t s, wild = 0;

  for (s = first; s < end; s++) {
    if (steps[s].kind == MG_JS_DEEP)
      return;
    wild += steps[s].kind != MG_JS_KEY && steps[s].kind != MG_JS_INSIDE;
  }
  for (s = end; s > first && steps[s - 1].kind == MG_JS_KEY; s--)
    if (s == end || wild == 0)
      bit_set (e->addable, s - 1);
}

static int
check_value (const struct mg_edit *edit, struct mg_error *err)
{
  if (edit->op != MG_EDIT_SET)
    return 0;
  if (edit->value == NULL
      || mg_json_check (edit->value, strlen (edit->value), NULL) < 0)
    return mg_error_set (err, MG_E_INVALID, "bad-value",
                         "the value to set at '%s' is not JSON", edit->path);
  return 0;
}

static int
compile_all (struct mg_js_edit *e, size_t n_edits)
{
  size_t i, n;
  int r;

  for (i = 0; i < n_edits; i++) {
    r = check_value (&e->edits[i], e->err);
    if (r < 0)
      return r;
    n = e->set.n_states;
    r = mg_js_compile (e->edits[i].path, i, e->set.steps + n, e->err);
    if (r < 0)
      return r;
    e->set.n_states += (size_t) r;
  }
  return 0;
}

int
mg_js_edit_init (struct mg_js_edit *e, const struct mg_edit *edits,
                 size_t n_edits, struct mg_error *err)
{
  size_t i, room = 0, first = 0;
  int r;

  memset (e, 0, sizeof *e);
  e->edits = edits;
  e->err = err;
  for (i = 0; i < n_edits; i++)
    room += mg_js_steps_bound (edits[i].path);
  e->set.steps = mg_xmalloc ((room + 1) * sizeof *e->set.steps);
  r = compile_all (e, n_edits);
  if (r < 0) {
    mg_js_edit_done (e);
    return r;
  }
  e->set.n_words = e->set.n_states / 64 + 1;
  e->words = mg_xmalloc ((2 * LEVELS + 1) * e->set.n_words * sizeof *e->words);
  e->addable = e->words + 2 * LEVELS * e->set.n_words;
  memset (e->addable, 0, e->set.n_words * sizeof *e->words);
  memset (e->words, 0, e->set.n_words * sizeof *e->words);
  for (i = 0; i < e->set.n_states; i++)
    if (e->set.steps[i].kind == MG_JS_END) {
      mg_js_reach (&e->set, e->words, first);
      if (edits[e->set.steps[i].owner].op == MG_EDIT_SET)
        mark_addable (e, first, i);
      first = i + 1;
    }
  return 0;
}

void
mg_js_edit_done (struct mg_js_edit *e)
{
  mg_free (e->set.steps);
  mg_free (e->words);
}

int
mg_js_edit_has_missing (const struct mg_js_edit *e, unsigned depth)
{
  const uint64_t *mask = mg_js_edit_mask (e, depth);
  const uint64_t *seen = mg_js_edit_seen (e, depth);
  uint64_t any = 0;
  size_t w;

  for (w = 0; w < e->set.n_words; w++)
    any |= mask[w] & e->addable[w] & ~seen[w];
  return any != 0;
}

/* The same name, however each is escaped? */
static int
same_name (const struct mg_js_step *a, const struct mg_js_step *b)
{
  size_t i = 0, j = 0;

  while (i < a->len && j < b->len) {
    i += a->name[i] == '\\';
    j += b->name[j] == '\\';
    if (a->name[i++] != b->name[j++])
      return 0;
  }
  return i == a->len && j == b->len;
}

/* Takes all states out of 'mask' that want the same member as state s, and
 * puts what they want inside it into 'below'. */
static void
gather_same (const struct mg_js_edit *e, size_t s, uint64_t *mask,
             uint64_t *below)
{
  const struct mg_js_step *steps = e->set.steps;
  size_t t;

  memset (below, 0, e->set.n_words * sizeof *below);
  for (t = s; t < e->set.n_states; t++) {
    if (!(mask[t / 64] >> (t % 64) & 1) || !same_name (&steps[s], &steps[t]))
      continue;
    bit_take (mask, t);
    if (steps[t + 1].kind != MG_JS_END)
      bit_set (below, t + 1);
  }
}

static void
add_members (struct mg_js_edit *e, unsigned level, struct mg_buf *out,
             int comma)
{
  uint64_t *mask = mg_js_edit_mask (e, level);
  uint64_t *below = mg_js_edit_mask (e, level + 1);
  MG_CLEANUP (mg_buf_done) struct mg_buf name = MG_BUF_INIT (MG_MAX_PATH);
  size_t s;

  for (s = 0; s < e->set.n_states; s++) {
    const struct mg_js_step *step = &e->set.steps[s];

    if (!(mask[s / 64] >> (s % 64) & 1))
      continue;
    gather_same (e, s, mask, below);
    if (comma)
      mg_buf_add_byte (out, ',');
    comma = 1;
    mg_buf_reset (&name);
    mg_js_add_name (&name, step);
    if (name.failed)               /* half a name is another one */
      out->failed = name.failed;
    mg_js_add_string (out, mg_buf_text (&name), name.len);
    mg_buf_add_byte (out, ':');
    if (step[1].kind == MG_JS_END) {
      mg_buf_add_str (out, e->edits[step->owner].value);
      continue;
    }
    mg_buf_add_byte (out, '{');
    add_members (e, level + 1, out, 0);
    mg_buf_add_byte (out, '}');
  }
}

void
mg_js_edit_add_missing (struct mg_js_edit *e, unsigned depth,
                        struct mg_buf *out, int comma)
{
  const uint64_t *mask = mg_js_edit_mask (e, depth);
  const uint64_t *seen = mg_js_edit_seen (e, depth);
  uint64_t *wanted = mg_js_edit_mask (e, depth + 1);
  size_t w;

  for (w = 0; w < e->set.n_words; w++)
    wanted[w] = mask[w] & e->addable[w] & ~seen[w];
  add_members (e, depth + 1, out, comma);
}
