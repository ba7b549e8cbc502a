/* Small helpers on strings.  Any thread. */
#ifndef MG_BASE_STR_H
#define MG_BASE_STR_H

#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"

int mg_streq (const char *a, const char *b);        /* NULL equals only NULL */
int mg_starts (const char *s, const char *prefix);
int mg_ends (const char *s, const char *suffix);

/* Shell pattern with * and ?, and nothing else; case counts. */
int mg_glob (const char *pattern, const char *s);

/* Cuts white space off both ends, in place; returns where the text begins. */
char *mg_trim (char *s);

/* Lower case of a UTF-8 text, ASCII and the letters of Latin-1, Greek and
 * Cyrillic: enough for names that a service compares without case.  The caller
 * frees with mg_free. */
char *mg_fold (const char *s);

/* One line for a terminal: control bytes, invalid UTF-8 and the characters
 * that reverse or hide text (bidi controls, zero width) are written as \xNN or
 * \u{NNNN}, so that a hostile name cannot forge a message; of more than 4,000
 * bytes the rest is "...".  Appends. */
void mg_buf_add_printable (struct mg_buf *b, const char *s);

/* The same into a caller's array, cut with "..." when it is too small. */
const char *mg_printable (const char *s, char *ret_text, size_t size);

/* One character of at least one byte; its length, or 0 when it is not UTF-8. */
size_t mg_utf8_decode (const char *s, size_t len, uint32_t *ret_code);

/* Is it UTF-8 without surrogates and overlong forms? */
int mg_utf8_valid (const char *s, size_t len);

/* Length of a common English-keyboard distance, for "did you mean": the
 * Levenshtein distance, or a large number when a string is over 60 bytes. */
unsigned mg_distance (const char *a, const char *b);

/* The nearest of a NULL-ended list, or NULL when nothing is near. */
const char *mg_nearest (const char *word, const char *const *list);

#endif
