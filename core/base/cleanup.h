/* Scope-bound release.
 *
 *   MG_CLEANUP (mg_buf_done) struct mg_buf text = MG_BUF_INIT (MG_MAX_BODY);
 *
 * The named function is called with the variable's address when it goes out
 * of scope, on every return.  Both compilers we support have the attribute.
 */
#ifndef MG_BASE_CLEANUP_H
#define MG_BASE_CLEANUP_H

#define MG_CLEANUP(fn) __attribute__ ((cleanup (fn)))
#define MG_CLEANUP_FREE __attribute__ ((cleanup (mg_cleanup_free)))
#define MG_UNUSED __attribute__ ((unused))
#define MG_NODISCARD __attribute__ ((warn_unused_result))
#define MG_PRINTF(f, a) __attribute__ ((format (printf, f, a)))
#define MG_NORETURN __attribute__ ((noreturn))
#define MG_N_ELEMENTS(array) (sizeof (array) / sizeof ((array)[0]))

#endif
