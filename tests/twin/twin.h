/* The words of the twin's program.  Each prints what it found and returns an
 * exit status.
 */
#ifndef MG_TWIN_TWIN_H
#define MG_TWIN_TWIN_H

/* floor [USERS GROUPS [LIMITS]]: an import under the published limits, its
 * virtual time against the least time that they allow. */
int twin_floor (int argc, char **argv);

#endif
