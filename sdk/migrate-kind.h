/* migrate-kind.h - what a plugin says of a sort of asset: data for
 * migrate-plugin.h, which includes it.
 *
 * SPDX-License-Identifier: 0BSD
 */
#ifndef MIGRATE_KIND_H
#define MIGRATE_KIND_H

#include <stdint.h>

/* = KINDS
 *
 * A kind is one sort of asset: 'widgets', 'jobs'.  The struct is constant data
 * for the life of the process.  Every text is UTF-8.
 *
 * Paths into an asset's JSON:
 *   settings.schedule.pause_status    members
 *   tasks[*].run_job_task.job_id      every element of an array
 *   **.policy_id                      at any depth, also the top
 *   tags[key=owner].value             elements that are objects with this member
 *   box[?lid].colour                  only of an object with this member, which
 *                                     is neither null nor ""
 *   a.b\.c                            a dot that belongs to the key
 *   a.b*c                             members of such names: the star stands for
 *                                     anything in them
 *   definition|json.pool.value        the string holds JSON: step into it
 *
 * Calls are "METHOD /path"; {id} in the path becomes the asset's id, encoded.
 */

/* How the service pages a list. */
enum migrate_paging {
  MIGRATE_PAGING_NONE = 0,       /* everything in one answer */
  MIGRATE_PAGING_TOKEN = 1,      /* 'next_page_token' of an answer is sent back
                                    as 'page_token': in the query of a GET, in
                                    the body of a POST */
  MIGRATE_PAGING_START_INDEX = 2, /* SCIM: startIndex from 1, until a page is
                                    empty or totalResults is reached */
  MIGRATE_PAGING_NEXT_TOKEN = 3  /* as TOKEN, sent back under its own name:
                                    'next_page_token' */
};

/* What makes a create that nobody answered safe to settle. */
enum migrate_once {
  MIGRATE_ONCE_UNIQUE = 1,       /* the service refuses a second one with the
                                    same key */
  MIGRATE_ONCE_NONUNIQUE = 2,    /* it does not: the core lists and compares */
  MIGRATE_ONCE_PUT = 3           /* there is no create: 'update' of an object
                                    that is there already (permissions) */
};

/* Where a kind exists. */
#define MIGRATE_END_DATABRICKS 1u
#define MIGRATE_END_MLFLOW 2u      /* a plain MLflow server */

/* Flags of a kind.  An unknown bit below 0x10000 is a requirement, and the
 * program refuses the plugin; one from 0x10000 on is a hint, and is ignored. */
#define MIGRATE_KIND_CALLS 0x1u    /* the plugin's callbacks are for this kind;
                                      what is NULL there is done generically */
#define MIGRATE_KIND_NOCASE 0x2u   /* keys are equal without regard to case */
#define MIGRATE_KIND_DETAIL 0x4u   /* the list gives stubs: 'get' each one */
#define MIGRATE_KIND_ADOPT_ONLY 0x8u /* listed so that references to it can be
                                      resolved; never created */
#define MIGRATE_KIND_SENSITIVE 0x10u /* bodies hold secrets: sealed at rest,
                                      never in traces, reports or messages */
#define MIGRATE_KIND_FINISH 0x20u  /* what a create begins an update ends:
                                      migrate_unfinished for every create, also
                                      for one whose reply was lost; needs
                                      'update' and import_asset.  No more than
                                      'lanes' are begun and not ended */
#define MIGRATE_KIND_ORDERED 0x40u /* creates come one after the other, in the
                                      order of the source's list: none is begun
                                      while one before it is in doubt.  One that
                                      fails does not keep the others waiting */

/* What to do when a reference's asset has no counterpart in the target. */
enum migrate_on_missing {
  MIGRATE_BLOCK = 0,             /* do not create the asset; say what is missing */
  MIGRATE_DROP_ELEMENT = 1,      /* leave the array element out, with a line in
                                    the report */
  MIGRATE_KEEP = 2,              /* the text stays as it is, unless the source has
                                    something of this name: then as BLOCK.  With
                                    a prefix, and where values[] has the path as
                                    well: as 'waits' */
  MIGRATE_SPELL_OUT = 3          /* a name that is the same everywhere, and stays.
                                    What lists the target's does not have it: it is
                                    left out, and what derived[] has of it is sent
                                    instead, with a line in the report */
};

/* A value that names another asset. */
struct migrate_ref {
  const char *path;
  const char *ns;        /* the namespace the value belongs to: an alias that one
                            or more kinds declare, 'id' qualified by the kind:
                            "jobs.id", "scim.id" */
  uint32_t on_missing;   /* enum migrate_on_missing */
  uint32_t late;         /* may be set by an update after the create: cut inside
                            a cycle, where the element that holds it is left out
                            of the create */
  const char *prefix;    /* the name is only a part of the text: what stands
                            after this prefix, up to the next '/'; a text that
                            begins otherwise names nothing, or what a next
                            reference at this path says.  NULL = all of it */
  uint32_t ends;         /* MIGRATE_END_*: names something only where the target
                            is one of these; 0 = everywhere */
  uint32_t element;      /* the array element that holds the value is about
                            nothing else, and may be left out with it: a rule may
                            drop it.  Elsewhere the asset is blocked */
  uint32_t above;        /* the name is what stands before the last '/': the
                            folder that the text, a path, lies in; one at the
                            top names nothing */
  uint32_t given;        /* an asset whose text is the prefix and the name alone
                            is made by the service with what it names, as a home
                            with its owner: in the target it is no surprise */
  uint32_t waits;        /* comes after what it names, where that is moved too;
                            what is not is not missed, and the value stays as it
                            is */
  const char *archive;   /* of a 'given' one: with --archive-missing what lies with
                            a name that the target lacks goes below this folder
                            ("/Archive/") instead; NULL = it stays behind */
  const char *with;      /* MIGRATE_SPELL_OUT: the path of what is left out
                            together with the name; or NULL */
};

/* A name by which references find the asset.  The id of a kind is always an
 * alias in the namespace "KIND.id". */
struct migrate_alias {
  const char *ns;
  const char *path;
  uint32_t nocase;
};

/* A value that import forces.  JSON text. */
struct migrate_set {
  const char *path;
  const char *value;
};

/* What 'get' leaves unsaid, from elsewhere in its answer: the string at 'from'
 * is put at 'path' when it has 'has' in it (NULL = whatever it is, but not
 * empty) and nothing stands at 'unless'.  Row by row, before anything else is
 * done with the answer. */
struct migrate_fill { const char *path, *from, *unless, *has; };

/* What sort of value it is: which rules of the operator change it. */
enum migrate_value_sort {
  MIGRATE_VALUE_EMAIL = 1,       /* an address: equal in any case */
  MIGRATE_VALUE_ARN = 2,         /* of AWS; an account's id is one of its parts */
  MIGRATE_VALUE_NODE_TYPE = 3,   /* of machines: "i3.xlarge" */
  MIGRATE_VALUE_PATH = 4,        /* of a file or folder; the folders that it lies
                                    in are parts of it */
  MIGRATE_VALUE_URL = 5          /* the host is one of its parts */
};

/* A value that may have to be another in the target, where no reference says
 * which.  The same path may stand in refs[]: what a rule changes there is sent so,
 * and what none does is a reference. */
struct migrate_value {
  const char *path;
  uint32_t what;                 /* enum migrate_value_sort */
};

/* Assets that are not moved, and why: a line each in the report. */
struct migrate_leave {
  const char *path;      /* of a string, number or boolean */
  const char *value;     /* as text */
  const char *code;      /* stable, declared in the plugin's codes */
};

/* A member that the service works out where 'when' is there: owned, but then. */
struct migrate_derived { const char *path, *when; };

/* Kinds that lie in one tree are found by one walk: a list for each node.  The
 * kind that walks has 'list' with {node} in its path, and its own elements are
 * the nodes, but for those that its leave[] leaves.  In a tree a kind's id is
 * the name that it is created with. */
struct migrate_tree {
  const char *walker;            /* kind that walks; every kind names it */
  const char *const *sorts;      /* which elements are of this kind */
  uint32_t ask_first;            /* the service does not refuse to create what is
                                    there: it is looked for before */
  /* of the kind that walks */
  const char *sort;              /* path of an element's sort */
  const char *node;              /* path of the name that is listed next */
  const char *root;              /* name of the first node; nobody's parent */
  const char *look;              /* "GET" with {id}, an element's id: tells that
                                    one as the list would */
  const char *const *others;     /* sorts that are known and somebody else's */
  const char *const *shut;       /* names that are not entered, but for what is
                                    seen there: no more than that is taken */
  const char *const *hidden;     /* ... nor shown: what has such a name is as if
                                    it were not there; '*' stands for what has no
                                    '/' */
};

/* What the list of a kind may keep back, and a walk shows all the same: an element
 * that the kind that walks leaves with this code is one of this kind.  What the
 * list did not bring is read by itself, by fetch_asset or else 'get', with the
 * element's id and, as its key, its name: in the source, where that walk is made
 * too, and once the list has been read to its end. */
struct migrate_seen {
  const char *walker;            /* also of another plugin, or of none */
  const char *code;
  const char *id;                /* path of an element's id, equal to the kind's */
};

/* What else names an asset outside: a text with {workspace}, the workspace's id,
 * and {id}.  'migrate mapping' lists old and new of it in FILE.csv. */
struct migrate_made { const char *file, *text; };

struct migrate_kind {
  const char *name;              /* [a-z][a-z0-9-]* */
  const char *title;             /* for people: "cluster policies" */
  const char *key;               /* path of the name people know it by, equal in
                                    both workspaces */
  const char *id;                /* path of the service's id, in lists, in
                                    answers and in replies to a create; when a
                                    reply has none, that of the body sent */
  uint32_t once;                 /* enum migrate_once */
  uint32_t flags;                /* MIGRATE_KIND_* */
  uint32_t ends;                 /* 0 = MIGRATE_END_DATABRICKS */
  uint32_t lanes;                /* threads at once in this kind's callbacks;
                                    0 = 1.  Kinds without callbacks: no bound */
  uint32_t paging;               /* enum migrate_paging */
  uint32_t settle_s;             /* seconds until "not there" may be believed
                                    after a lost reply; 0 = 120 */

  const char *list;              /* "GET /api/2.0/widgets/list" */
  const char *list_body;         /* of a POST; JSON object */
  const char *array;             /* where a page's assets stand: "widgets" */
  const char *get;               /* "GET /api/2.0/widgets/get?id={id}" */
  const char *unwrap;            /* 'get' answers {"widget": {...}}: "widget" */
  const char *create;            /* body: the asset without owned[].  A kind with
                                    neither this nor 'update' nor 'remove' is
                                    made by others alone: what more of it the
                                    target has is no difference */
  const char *update;            /* body: the same, the id added when the path
                                    has no {id} */
  const char *update_body;       /* or this text, where ${id} is the id and ${*}
                                    the asset, both as JSON */
  const char *remove;            /* no {id} in the path: a POST's body is the id
                                    under its own name */
  const char *content_type;      /* NULL = application/json */

  const char *permissions;       /* object type of /api/2.0/permissions: the core
                                    adds a kind NAME/permissions */

  const char *const *owned;      /* paths that the service fills in: not sent,
                                    not compared */
  const char *const *unordered;  /* arrays that are sets */
  const char *const *nocase;     /* strings compared without case */
  const char *const *later;      /* members that a create may store otherwise than
                                    they were sent: an update follows when its
                                    reply shows so (or the plugin says
                                    migrate_unfinished) */
  const char *const *merge;      /* arrays of an adopted asset whose missing
                                    elements import adds (never removes): needs
                                    import_asset, which gets MIGRATE_MERGE */
  const char *const *after;      /* kinds that come first, without a reference */
  const struct migrate_ref *refs;      /* each of these ends with a zero element */
  const struct migrate_alias *aliases;
  const struct migrate_set *set;
  const struct migrate_leave *leave;

  const char *created;           /* path of the creation time (ms); NULL = the
                                    service does not say */
  const char *creator;           /* path of who made it; NULL = likewise */
  const char *link;              /* page of the asset: "/#job/{id}" */
  const char *const *fixed;      /* not sent in an update, which refuses them */
  const struct migrate_derived *derived;
  const struct migrate_leave *builtin; /* found by their key, never created */
  const struct migrate_value *values;  /* what rules change */
  const char *send;              /* create and update send this member alone:
                                    "settings" */
  const char *const *parts;      /* arrays of which 'get' answers a page: it is
                                    asked again with its 'next_page_token' as
                                    'page_token', and they are put together */
  const struct migrate_fill *fill;
  const struct migrate_set *set_there; /* as set, where the object that holds
                                    the member is there; elsewhere nothing */
  const struct migrate_tree *tree;
  const char *stamp;             /* of stubs: path of what changes with them */
  const char *permissions_id;    /* path of the id that permissions want, where
                                    it is another one; ... */
  const char *permissions_get;   /* ... 'GET' with {id} that tells it */
  const char *part_of;           /* a kind of this plugin, each of whose assets
                                    has one of these under its own id: read by
                                    'get', put by 'update' when the asset was
                                    created, left alone when it was adopted,
                                    gone with it.  Needs MIGRATE_ONCE_PUT and
                                    MIGRATE_KIND_DETAIL, and has no list */
  const char *const *same;       /* what of the target has the key is the asset
                                    only when these are equal too; else the key
                                    is taken by something else, which no update
                                    could mend: 'conflict' */
  const struct migrate_made *made; /* ends with a zero element */
  const struct migrate_seen *seen;
  const char *cost;              /* what a create costs money by, for the plan:
                                    "start on creation; terminated at once" */
};

#endif
