/* The words of the twin's program.  Each prints what it found and returns an
 * exit status.
 */
#ifndef MG_TWIN_TWIN_H
#define MG_TWIN_TWIN_H

/* floor [USERS [GROUPS [bucket|fixed|sliding [EXPERIMENTS]]]]: an import under
 * the published limits, its virtual time against the least that they allow. */
int twin_floor (int argc, char **argv);

/* beside [N]: an export and an import of N notebooks that have permissions of their
 * own, under the published limits; the virtual time of each against the least
 * that they allow. */
int twin_beside (int argc, char **argv);

/* cost N [KIND]: the instructions of an export and an import of so many assets
 * without faults, and the versions of all that they hang on.  See count.h. */
int twin_cost (int argc, char **argv);

/* faults POPULATE FAULTS [show]: one import under faults that are given, as
 * the simulator takes them; what is wrong then. */
int twin_faults (int argc, char **argv);

/* seeds FIRST N [JOBS]: so many histories with faults and kills, and how often
 * each sort of fault was met and did something, by the source and by the target.
 * A FIRST of "c1" means those with clusters and jobs, of "f1" faults as they were
 * drawn once. */
int twin_seeds (int argc, char **argv);

/* replay SEED [quiet]: one of them, line by line, and its digest; "c17" is not
 * 17. */
int twin_replay (int argc, char **argv);

/* sweep [STRIDE [JOBS [export] [compute]]]: an import of 300 assets, or the
 * export before it, killed at each of its moments, or at every STRIDEth of them,
 * and resumed; with compute, of clusters and jobs. */
int twin_sweep (int argc, char **argv);

/* point MOMENT N [export] [compute]: one of them, line by line. */
int twin_point (int argc, char **argv);

#endif
