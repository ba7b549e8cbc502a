/* The state of a workspace: tables of objects with two indexes each, the
 * links between principals, and what the parts of libsim share.
 * One thread; see sim.h.
 */
#ifndef SIM_STATE_H
#define SIM_STATE_H

#include <json-c/json.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/rand.h"
#include "sim.h"

/* Growing arrays of ids; not for more than 2^32. */
struct sim_ids {
  int64_t *ids;
  uint32_t n, cap;
};

void sim_ids_add (struct sim_ids *v, int64_t id);
int sim_ids_remove (struct sim_ids *v, int64_t id);  /* 1 when it was there */
int sim_ids_has (const struct sim_ids *v, int64_t id);
void sim_ids_done (struct sim_ids *v);

struct sim_ace {             /* one direct entry of an access control list */
  int64_t principal;
  int level;                 /* index into the levels of the object's type */
};

#define SIM_INLINE (1024 * 1024)   /* contents up to this are in the text */
#define SIM_DIGEST_SIZE (2 * MG_DIGEST_LEN + 1)

/* Bytes that are kept once, by whoever has a reference: replies, too, which
 * another thread may release. */
struct sim_content {
  _Atomic uint32_t n_refs;
  char *memory;              /* to be freed */
  const char *data;          /* in it; NULL: only told by a state */
  size_t len;
  char digest[SIM_DIGEST_SIZE];   /* "" until somebody asks */
};

/* What few objects have, so that many objects stay small. */
struct sim_links {
  struct sim_ids members;    /* of a group */
  struct sim_ids groups;     /* that this principal is a member of */
  struct sim_ids children;   /* of a folder: what was made in it */
  struct sim_ace *acl;
  uint32_t n_acl;
  struct sim_content *content;   /* of a leaf, when its text has none */
};

struct sim_table;

struct sim_object {
  int64_t id;
  char *text;                /* compact JSON; NULL = made from 'number' */
  struct sim_links *links;
  int64_t created_us;        /* 0 for what was there from the beginning */
  uint32_t hash;             /* of the folded key */
  uint32_t number;           /* for the table's generator */
  uint32_t slot;
  uint8_t live;
  uint8_t account;           /* an account principal, assigned here */
  uint8_t admin_assigned;    /* its workspace permission is ADMIN */
};

/* Appends the text of generated object 'number'. */
typedef void sim_generate_fn (uint64_t seed, uint32_t number, int64_t id,
                              struct mg_buf *out);

struct sim_index {
  uint32_t *cells;           /* slot + 1; 0 empty, UINT32_MAX removed */
  uint32_t n_cells, n_used;
};

#define SIM_CHUNK 4096

/* How ids of a table are written: in texts and paths, never in the state. */
enum sim_id_form {
  SIM_ID_NUMBER,             /* 4027184301000042 */
  SIM_ID_POOL,               /* 4027-184301-sim00-pool-0042 */
  SIM_ID_HEX,                /* 000E4E9C0AE9202A */
  SIM_ID_CLUSTER,            /* 4027-184301-sim000042 */
  SIM_ID_HEX32,              /* 000e4e9c0ae9202a000e4e9c0ae9202a */
  SIM_ID_UUID                /* 000e4e9c-0ae9-4202-8a00-000000000000 */
};
#define SIM_ID_SIZE 48

struct sim_table {
  const char *name;          /* "users" */
  const char *key;           /* field of the text that is unique, or NULL */
  int fold;                  /* the key is compared without case */
  sim_generate_fn *generate;
  struct sim_object **chunks;
  uint32_t n_slots, n_chunks;
  uint32_t *order;           /* slots of live objects, oldest first */
  uint32_t n_live, cap_order;
  struct sim_index by_id, by_key;
  enum sim_id_form id_form;
  uint64_t seed;
};

void sim_table_init (struct sim_table *t, const char *name, const char *key,
                     int fold);
void sim_table_done (struct sim_table *t);

/* A new object; 'text' is taken, or NULL with a number for the generator. */
struct sim_object *sim_table_add (struct sim_table *t, int64_t id, char *text,
                                  uint32_t number, const char *key);
/* Another text for it; the key's index follows. */
void sim_table_set (struct sim_table *t, struct sim_object *o, char *text);
void sim_table_remove (struct sim_table *t, struct sim_object *o);

struct sim_object *sim_table_by_id (const struct sim_table *t, int64_t id);
struct sim_object *sim_table_by_key (const struct sim_table *t,
                                     const char *key);
struct sim_object *sim_table_slot (const struct sim_table *t, uint32_t slot);
/* The i-th live object, oldest first. */
struct sim_object *sim_table_at (const struct sim_table *t, uint32_t i);
/* The first index whose object's slot is not under 'slot'. */
uint32_t sim_table_from_slot (const struct sim_table *t, uint32_t slot);

/* The text of an object; 'scratch' holds it when it is generated. */
const char *sim_object_text (const struct sim_table *t,
                             const struct sim_object *o,
                             struct mg_buf *scratch);
char *sim_object_copy (const struct sim_table *t,
                       const struct sim_object *o);   /* caller frees */
struct json_object *sim_object_json (const struct sim_table *t,
                                     const struct sim_object *o);
struct sim_links *sim_object_links (struct sim_object *o); /* made if absent */

/* content.c.  'memory' is taken. */
struct sim_content *sim_content_new (char *memory, const char *data,
                                     size_t len);
struct sim_content *sim_content_copy (const char *data, size_t len);
struct sim_content *sim_content_ref (struct sim_content *k);
void sim_content_unref (struct sim_content *k);        /* NULL is fine */
const char *sim_content_digest (struct sim_content *k);
struct sim_content *sim_object_content (const struct sim_object *o);
/* 'content' is taken; NULL: none any more. */
void sim_object_set_content (struct sim_object *o, struct sim_content *content);
/* Its digest and size among the fields of a state; and out of them. */
void sim_content_show (const struct sim_object *o, struct json_object *fields);
struct sim_content *sim_content_told (struct json_object *fields);
void sim_reply_clear (struct sim_reply *r);            /* no body */

/* One string field of a text that we wrote; the caller frees. "" if absent. */
char *sim_text_field (const char *text, const char *field);

/* A UUID of version 4 with this first digit of its fourth group. */
void sim_uuid (struct mg_rand *rng, char variant, char ret_text[40]);

/* Walks the members of one JSON object: *pos starts at its '{'. Returns 1 and
 * the spans (the name without quotes, as it is escaped), or 0 at the end.
 * The text must be valid JSON. */
struct sim_span { const char *at; size_t len; };
int sim_members_next (const char **pos, struct sim_span *ret_name,
                      struct sim_span *ret_value);
int sim_span_is (struct sim_span span, const char *word);

/* json-c in few words.  'take' functions own their argument afterwards. */
struct json_object *sim_json_parse (const char *text, size_t len,
                                    const char **ret_why);
char *sim_json_text (struct json_object *o);      /* compact; caller frees */
void sim_json_put (struct json_object **o);       /* for MG_CLEANUP */
const char *sim_json_str (struct json_object *o, const char *name);
struct json_object *sim_json_array (struct json_object *o, const char *name);
int64_t sim_json_int (struct json_object *o, const char *name,
                      int64_t otherwise);
double sim_json_double (struct json_object *o, const char *name,
                        double otherwise);
void sim_json_set_str (struct json_object *o, const char *name,
                       const char *value);
uint32_t sim_hash (const char *s, int fold);
/* JSON with the names of all objects sorted, for comparing. */
void sim_json_sorted (struct mg_buf *out, struct json_object *o);

#endif
