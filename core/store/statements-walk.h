/* Those of statements.h that are about walks: how far lists have come. */
#ifndef MG_STORE_STATEMENTS_WALK_H
#define MG_STORE_STATEMENTS_WALK_H

#define MG_WALK_STATEMENTS(X) \
  X (WALK_PUT, "INSERT INTO walk (sid, kid, node, cursor, state, n, code," \
     " message) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)" \
     " ON CONFLICT (sid, kid, node) DO UPDATE SET cursor = excluded.cursor," \
     " state = excluded.state, n = excluded.n, code = excluded.code," \
     " message = excluded.message") \
  X (WALK_GET, "SELECT cursor, state, n, code, message FROM walk" \
     " WHERE sid = ?1 AND kid = ?2 AND node = ?3") \
  X (WALK_NEW, "INSERT OR IGNORE INTO walk (sid, kid, node, state, n)" \
     " VALUES (?1, ?2, ?3, 0, 0)") \
  X (WALK_END, "INSERT INTO walk (sid, kid, node, state, n)" \
     " VALUES (?1, ?2, ?3, 1, 0) ON CONFLICT (sid, kid, node) DO UPDATE" \
     " SET state = 1, code = NULL, message = NULL") \
  X (WALK_ADD, "UPDATE walk SET n = n + ?3 WHERE sid = ?1 AND kid = ?2" \
     " AND node = ''") \
  X (WALK_FORGET, "DELETE FROM walk WHERE sid = ?1 AND kid = ?2" \
     " AND node > ''") \
  X (WALK_DROP, "DELETE FROM walk WHERE sid = ?1 AND kid = ?2 AND node = ''" \
     " AND state <> 1") \
  X (WALK_UNDONE, "SELECT node FROM walk WHERE sid = ?1 AND kid = ?2" \
     " AND node > '' AND state <> 1") \
  X (WALK_OPEN, "SELECT node FROM walk WHERE sid = ?1 AND kid = ?2" \
     " AND node > '' AND state = 0") \
  X (WALK_REOPEN, "UPDATE walk SET state = 0 WHERE sid = ?1 AND kid = ?2" \
     " AND node > '' AND state = 2") \
  X (WALK_LIST, "SELECT kid, node, state, n, code, message FROM walk" \
     " WHERE sid = ?1 ORDER BY kid, node")

#endif
