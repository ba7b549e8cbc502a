/* Every bound of the program, in one table.  Bytes unless the name says so. */
#ifndef MG_BASE_LIMITS_H
#define MG_BASE_LIMITS_H

#define MG_KIB 1024
#define MG_MIB (1024 * 1024)

#define MG_MAX_BODY (16 * MG_MIB)        /* one answer that is kept whole */
#define MG_MAX_BLOB ((uint64_t) 5 << 30)  /* one that becomes a file: what the
                                            service's Files API takes in a request */
#define MG_MAX_PAGE (256 * MG_MIB)       /* one list page, which is streamed */
#define MG_MAX_ELEMENT (16 * MG_MIB)     /* one element of a list */
#define MG_MAX_ERROR_BODY (64 * MG_KIB)  /* of a refusal; the rest is dropped */
#define MG_MAX_JSON_DEPTH 128            /* nesting of an answer */
#define MG_MAX_HEADER (16 * MG_KIB)
#define MG_MAX_HEAD (256 * MG_KIB)       /* all headers and trailers of an answer */
#define MG_MAX_FILE (8 * MG_MIB)         /* profile, limits and rule files */
#define MG_MAX_ASSET_INLINE (256 * MG_KIB) /* larger bodies are files in blobs/ */
#define MG_MAX_PATH 4096
#define MG_MAX_NAME (16 * MG_KIB)        /* an asset's id or name: a service's longest
                                            has 4,096 characters */
#define MG_MAX_PAGES 1000000             /* pages of one list, then it is a loop */
#define MG_MAX_EDGES_LATE 16             /* migrate_needs per asset */

#define MG_CHUNK (64 * MG_KIB)           /* streamed bodies: one piece */
#define MG_CHUNKS 4                      /* ... and how many wait per stream */

#define MG_MAX_IN_FLIGHT 20              /* per workspace: the service's own cap */
#define MG_MOST_IN_FLIGHT 256            /* ... that a file of limits may allow */
#define MG_RING 64                       /* claimed work per rate class */
#define MG_REFILL 32                     /* ... taken at once */
#define MG_TOKEN_AHEAD_US 250000         /* a worker is given work this early */

#define MG_WRITER_QUEUE 1024             /* operations; emit blocks beyond */
#define MG_WRITER_BYTES (6 * MG_MIB)     /* ... and what they hold */
#define MG_WRITER_BATCH 512              /* operations in one transaction */
#define MG_WRITER_DELAY_US 10000         /* when nobody waits for the commit */
#define MG_CHECKPOINT_BYTES (16 * MG_MIB)

#endif
