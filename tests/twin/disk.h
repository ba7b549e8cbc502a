/* The disk of the twin: a VFS of SQLite, in front of the system's, that keeps
 * what was written since a file's last sync in memory.  A program that dies
 * takes it along, as a power cut would.  Each sync is told to the world, which
 * may end the program before or after it.
 */
#ifndef MG_TWIN_DISK_H
#define MG_TWIN_DISK_H

#include "twin/link.h"

/* What of the unsynced writes is on the disk after all. */
enum disk_loss { DISK_LOSES_ALL, DISK_LOSES_SOME, DISK_LOSES_NONE };

/* From here on every database of this process; 'link' is borrowed for good. */
void disk_begin (struct link *link, enum disk_loss loss, uint64_t seed);

#endif
