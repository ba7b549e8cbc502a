/* Every statement the program runs.  A test explains each and fails on a scan
 * of a table or on a sort in a temporary tree; so the partial indexes are used
 * only where the literal states stand as the index says them.
 *
 * Parameters are named by order: wsid first wherever there is one.
 */
#ifndef MG_STORE_STATEMENTS_H
#define MG_STORE_STATEMENTS_H

#include "store/statements-people.h"
#include "store/statements-walk.h"

#define MG_WORK_COLUMNS \
  "wid, wsid, aid, kid, phase, op, state, wait_on, not_before, tries," \
  " sent_at, new_aid, provenance, code, message, maybe," \
  " before IS NOT NULL, was IS NOT NULL, prio"

#define MG_ASSET_COLUMNS \
  "aid, wsid, kid, src_id, key, stamp, sha, body, origin, parent, first_sid," \
  " seen_sid, want, gone_sid"

#define MG_STATEMENTS(X) \
  MG_STATEMENTS_OF_PEOPLE (X) \
  X (BEGIN, "BEGIN IMMEDIATE") \
  X (COMMIT, "COMMIT") \
  X (ROLLBACK, "ROLLBACK") \
  X (META_GET, "SELECT value FROM meta WHERE name = ?1") \
  X (META_PUT, "INSERT INTO meta (name, value) VALUES (?1, ?2)" \
     " ON CONFLICT (name) DO UPDATE SET value = excluded.value") \
  X (WORKSPACE_LIST, "SELECT wsid, role, host, org_id, end, skew_us, confirmed" \
     " FROM workspace WHERE wsid >= ?1 ORDER BY wsid") \
  X (WORKSPACE_PUT, "INSERT INTO workspace (wsid, role, host, org_id, end)" \
     " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (wsid) DO UPDATE SET" \
     " host = excluded.host, org_id = excluded.org_id, end = excluded.end") \
  X (WORKSPACE_SKEW, "UPDATE workspace SET skew_us = ?2 WHERE wsid = ?1") \
  X (WORKSPACE_CONFIRM, "UPDATE workspace SET confirmed = ?2 WHERE wsid = ?1") \
  X (KIND_PUT, "INSERT INTO kind (name, plugin) VALUES (?1, ?2)" \
     " ON CONFLICT (name) DO UPDATE SET plugin = excluded.plugin RETURNING kid") \
  X (KIND_LIST, "SELECT kid, name, plugin FROM kind WHERE kid >= ?1" \
     " ORDER BY kid") \
  X (SNAPSHOT_NEW, "INSERT INTO snapshot (wsid, purpose, selection, began)" \
     " VALUES (?1, ?2, ?3, ?4) RETURNING sid") \
  X (SNAPSHOT_END, "UPDATE snapshot SET ended = ?2 WHERE sid = ?1") \
  X (SNAPSHOT_LAST, "SELECT sid, ended, selection, began FROM snapshot" \
     " WHERE sid >= 0 AND wsid = ?1 AND purpose = ?2 ORDER BY sid DESC LIMIT 1") \
  X (SNAPSHOT_OLDER, "SELECT 1 FROM snapshot WHERE wsid = ?1 AND sid < ?2" \
     " AND sid > 0 LIMIT 1") \
  X (SNAPSHOT_BEGAN, "SELECT began FROM snapshot WHERE sid = ?1") \
  MG_WALK_STATEMENTS (X) \
  X (ASSET_RENAME, "UPDATE asset SET key = ?2 WHERE aid = ?1 AND origin <> 2") \
  X (ALIAS_DROP, "DELETE FROM alias WHERE aid = ?1 AND ns = ?2") \
  X (ASSET_FIND, "SELECT aid, sha, want, stamp, key, origin FROM asset" \
     " WHERE wsid = ?1 AND kid = ?2 AND src_id = ?3") \
  X (ASSET_INSERT, "INSERT INTO asset (wsid, kid, src_id, key, stamp, sha," \
     " body, want, origin, parent, first_sid, seen_sid) VALUES (?1, ?2, ?3, ?4," \
     " ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11)") \
  X (ASSET_UPDATE, "UPDATE asset SET key = CASE WHEN origin = 2 THEN key" \
     " ELSE ?2 END, stamp = ?3, sha = ?4, body = ?5," \
     " want = 0, parent = ?6, first_sid = CASE WHEN first_sid > ?7 AND ?7 > 0" \
     " THEN ?7 ELSE first_sid END, seen_sid = max (seen_sid, ?7)," \
     " gone_sid = NULL WHERE aid = ?1") \
  X (WORK_KEEP_WAS, "UPDATE work SET was = (SELECT body FROM asset" \
     " WHERE asset.aid = ?1) WHERE wsid IN (SELECT wsid FROM workspace" \
     " WHERE wsid > 0) AND aid = ?1 AND phase = 1 AND was IS NULL" \
     " AND (maybe = 1 OR new_aid IS NOT NULL OR state BETWEEN 2 AND 3)") \
  X (ASSET_SEEN, "UPDATE asset SET first_sid = CASE WHEN first_sid > ?2" \
     " AND ?2 > 0 THEN ?2 ELSE first_sid END, seen_sid = max (seen_sid, ?2)," \
     " gone_sid = NULL, want = want & ?3 WHERE aid = ?1") \
  X (ASSET_WANT, "UPDATE asset SET want = 1, stamp = ?2, first_sid =" \
     " CASE WHEN first_sid > ?3 AND ?3 > 0 THEN ?3 ELSE first_sid END," \
     " seen_sid = max (seen_sid, ?3), gone_sid = NULL WHERE aid = ?1") \
  X (ASSET_UNWANT, "UPDATE asset SET want = 0 WHERE aid = ?1") \
  X (ASSET_DISTRUST, "UPDATE asset SET stamp = NULL WHERE aid = ?1") \
  X (ASSET_GONE, "UPDATE asset SET gone_sid = ?2, stamp = CASE WHEN want = 0" \
     " THEN stamp END, want = 0 WHERE aid = ?1") \
  X (ASSET_GET, "SELECT " MG_ASSET_COLUMNS " FROM asset WHERE aid = ?1") \
  X (ASSET_BY_SRC, "SELECT " MG_ASSET_COLUMNS " FROM asset" \
     " WHERE wsid = ?1 AND kid = ?2 AND src_id = ?3") \
  X (ASSET_PAGE, "SELECT " MG_ASSET_COLUMNS " FROM asset" \
     " WHERE wsid = ?1 AND kid = ?2 AND aid > ?3 AND gone_sid IS NULL" \
     " ORDER BY aid LIMIT ?4") \
  X (ASSET_PAGE_ALL, "SELECT " MG_ASSET_COLUMNS " FROM asset" \
     " WHERE wsid = ?1 AND kid = ?2 AND aid > ?3 ORDER BY aid LIMIT ?4") \
  X (ASSET_UNSEEN, "SELECT " MG_ASSET_COLUMNS " FROM asset" \
     " WHERE wsid = ?1 AND kid = ?2 AND aid > ?3 AND gone_sid IS NULL" \
     " AND seen_sid < ?5 ORDER BY aid LIMIT ?4") \
  X (ASSET_WANTED, "SELECT " MG_ASSET_COLUMNS " FROM asset" \
     " WHERE wsid = ?1 AND kid = ?2 AND want = 1 AND aid > ?3" \
     " ORDER BY aid LIMIT ?4") \
  X (ALIAS_PUT, "INSERT OR IGNORE INTO alias (wsid, aid, ns, val)" \
     " VALUES (?1, ?2, ?3, ?4)") \
  X (ALIAS_PUT_2, "INSERT OR IGNORE INTO alias (wsid, aid, ns, val)" \
     " VALUES (?1, ?2, ?3, ?4), (?1, ?2, ?5, ?6)") \
  X (ALIAS_PUT_4, "INSERT OR IGNORE INTO alias (wsid, aid, ns, val)" \
     " VALUES (?1, ?2, ?3, ?4), (?1, ?2, ?5, ?6), (?1, ?2, ?7, ?8)," \
     " (?1, ?2, ?9, ?10)") \
  X (ALIAS_OF, "SELECT ns, val FROM alias WHERE aid = ?1") \
  X (ALIAS_CLEAR, "DELETE FROM alias WHERE aid = ?1") \
  X (ALIAS_FIND, "SELECT alias.aid FROM alias JOIN asset" \
     " ON asset.aid = alias.aid AND asset.gone_sid IS NULL" \
     " WHERE alias.wsid = ?1 AND alias.ns = ?2 AND alias.val = ?3 LIMIT ?4") \
  X (ALIAS_GONE, "SELECT alias.aid FROM alias JOIN asset" \
     " ON asset.aid = alias.aid AND asset.gone_sid IS NOT NULL" \
     " WHERE alias.wsid = ?1 AND alias.ns = ?2 AND alias.val = ?3" \
     " ORDER BY alias.aid DESC LIMIT ?4") \
  X (ALIAS_AFTER, "SELECT alias.aid FROM alias JOIN asset" \
     " ON asset.aid = alias.aid AND asset.gone_sid IS NULL" \
     " WHERE alias.wsid = ?1 AND alias.ns = ?2 AND alias.val = ?3" \
     " AND alias.aid > ?4 ORDER BY alias.aid LIMIT ?5") \
  X (EDGE_PUT, "INSERT OR IGNORE INTO edge (src, dst) VALUES (?1, ?2)") \
  X (EDGE_CLEAR, "DELETE FROM edge WHERE src = ?1") \
  X (EDGE_CUT, "UPDATE edge SET cut = 1 WHERE src = ?1 AND dst = ?2") \
  X (EDGE_WITHIN, "SELECT edge.dst FROM edge JOIN asset ON asset.aid = edge.dst" \
     " WHERE edge.src = ?1 AND asset.kid = ?2") \
  X (EDGE_OF, "SELECT dst FROM edge WHERE src = ?1") \
  X (MISSING_PUT, "INSERT OR IGNORE INTO missing (aid, ns, val)" \
     " VALUES (?1, ?2, ?3)") \
  X (MISSING_CLEAR, "DELETE FROM missing WHERE aid = ?1") \
  X (MISSING_OF, "SELECT ns, val FROM missing WHERE aid = ?1 LIMIT ?2") \
  X (WORK_UNMET, "SELECT edge.dst, work.state, work.prio, work.wid, work.code" \
     " FROM edge" \
     " LEFT JOIN work ON work.wsid = ?1 AND work.aid = edge.dst" \
     " AND work.phase = 1 WHERE edge.src = ?2 AND edge.cut <= ?3" \
     " AND work.new_aid IS NULL") \
  X (WORK_INSERT, "INSERT INTO work (wsid, aid, kid, phase, op, class, prio," \
     " state, new_aid, provenance, code, message) VALUES (?1, ?2, ?3," \
     " ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)") \
  X (WORK_REPLACE, "UPDATE work SET op = ?2, class = ?3, prio = ?4, state = ?5," \
     " wait_on = NULL, not_before = NULL, new_aid = ?6, provenance = ?7," \
     " code = ?8, message = ?9, was = NULL WHERE wid = ?1") \
  X (WORK_MOVE, "UPDATE work SET aid = ?3, was = CASE WHEN phase = 1 AND was" \
     " IS NULL THEN (SELECT body FROM asset WHERE asset.aid = ?2) ELSE was END" \
     " WHERE wsid = ?1 AND aid = ?2 AND phase < 3") \
  X (WORK_FORGET, "UPDATE work SET maybe = 0, before = NULL WHERE wid = ?1") \
  X (WORK_GET, "SELECT " MG_WORK_COLUMNS " FROM work" \
     " WHERE wsid = ?1 AND aid = ?2 AND phase = ?3") \
  X (WORK_BY_ID, "SELECT " MG_WORK_COLUMNS " FROM work WHERE wid = ?1") \
  X (WORK_BY_NEW, "SELECT " MG_WORK_COLUMNS " FROM work" \
     " WHERE new_aid = ?1 AND phase < 3") \
  X (WORK_BEFORE, "SELECT before FROM work WHERE wid = ?1") \
  X (WORK_WAS, "SELECT was FROM work WHERE wid = ?1") \
  X (WORK_SENT_ANEW, "UPDATE work SET was = NULL WHERE wid = ?1") \
  X (WORK_FINISHED, "UPDATE work SET was = NULL WHERE wsid = ?1 AND aid = ?2" \
     " AND phase = 1 AND was IS NOT NULL") \
  X (WORK_DELETE, "DELETE FROM work WHERE wid = ?1") \
  X (WORK_CLEAR_UNDO, "DELETE FROM work WHERE wsid = ?1 AND phase = 3" \
     " AND state != 4") \
  X (WORK_READY, "SELECT " MG_WORK_COLUMNS " FROM work" \
     " WHERE wsid = ?1 AND class = ?2 AND state = 1 ORDER BY prio, wid LIMIT ?3") \
  X (WORK_SET, "UPDATE work SET state = ?2, wait_on = ?3, not_before = ?4," \
     " code = ?5, message = ?6 WHERE wid = ?1") \
  X (WORK_NEVER, "UPDATE work SET maybe = 0, was = NULL WHERE wid = ?1") \
  X (WORK_MAYBE, "UPDATE work SET maybe = 1 WHERE wid = ?1") \
  X (WORK_KEEP_BEFORE, "UPDATE work SET before = coalesce (before, ?2)" \
     " WHERE wid = ?1") \
  X (WORK_CLAIM, "UPDATE work SET state = 2, sent_at = ?2, tries = tries + 1," \
     " was = CASE WHEN maybe THEN was END WHERE wid = ?1") \
  X (WORK_UNCOUNT, "UPDATE work SET tries = max (tries - 1, 0)" \
     " WHERE wid = ?1") \
  X (WORK_DONE, "UPDATE work SET state = ?2, new_aid = ?3, provenance = ?4," \
     " sent_sha = ?5, wait_on = NULL, not_before = NULL, code = ?6," \
     " message = ?7, was = CASE WHEN op = 1 THEN was END WHERE wid = ?1") \
  X (WORK_UNMAP, "UPDATE work SET state = 8, before = NULL, sent_at = NULL," \
     " new_aid = CASE WHEN ?4 THEN new_aid END, provenance = ?4, tries = 0," \
     " maybe = 0, was = NULL, code = ?2, message = ?3 WHERE wid = ?1") \
  X (WORK_WAITERS, "SELECT " MG_WORK_COLUMNS " FROM work" \
     " WHERE wsid = ?1 AND wait_on = ?2 AND state IN (0, 7) AND wid > ?3" \
     " ORDER BY wid LIMIT 512") \
  X (WORK_NEW, "SELECT " MG_WORK_COLUMNS " FROM work" \
     " WHERE wsid = ?1 AND wait_on IS NULL AND wid > ?2 AND state IN (0, 7)" \
     " ORDER BY wid LIMIT 512") \
  X (WORK_WAITING, "SELECT DISTINCT wait_on FROM work" \
     " WHERE wsid = ?1 AND wait_on > ?2 AND state IN (0, 7)" \
     " ORDER BY wait_on LIMIT 512") \
  X (WORK_DUE, "SELECT " MG_WORK_COLUMNS " FROM work" \
     " WHERE wsid = ?1 AND kid = ?2 AND not_before <= ?3 AND state IN (3, 9)" \
     " ORDER BY not_before LIMIT 512") \
  X (WORK_NEXT_DUE, "SELECT not_before FROM work WHERE wsid = ?1 AND kid = ?2" \
     " AND not_before >= 0 AND state IN (3, 9) ORDER BY not_before LIMIT 1") \
  X (WORK_SENT, "SELECT " MG_WORK_COLUMNS " FROM work" \
     " WHERE wsid = ?1 AND state = 2 AND wid > ?2 ORDER BY wid LIMIT 512") \
  X (WORK_BAD, "SELECT " MG_WORK_COLUMNS " FROM work" \
     " WHERE wsid = ?1 AND kid = ?2 AND wid > ?3" \
     " AND (state = 3 OR state BETWEEN 6 AND 8) ORDER BY wid LIMIT 512") \
  X (WORK_PAGE, "SELECT " MG_WORK_COLUMNS " FROM work" \
     " WHERE wsid = ?1 AND aid > ?2 AND phase = ?3 ORDER BY aid LIMIT 512") \
  X (WORK_PAGE_BACK, "SELECT " MG_WORK_COLUMNS " FROM work" \
     " WHERE wsid = ?1 AND aid < ?2 AND phase = ?3 ORDER BY aid DESC LIMIT 512") \
  X (COUNTER_ADD, "INSERT INTO counter (wsid, kid, state, n) VALUES (?1, ?2," \
     " ?3, ?4) ON CONFLICT (wsid, kid, state) DO UPDATE SET n = n + excluded.n") \
  X (COUNTER_LIST, "SELECT kid, state, n FROM counter WHERE wsid = ?1" \
     " ORDER BY kid, state") \
  X (NOTE_PUT, "INSERT OR IGNORE INTO note (wsid, aid, kid, code, message)" \
     " VALUES (?1, ?2, ?3, ?4, ?5)") \
  X (NOTE_CLEAR, "DELETE FROM note WHERE wsid = ?1 AND aid = ?2 AND code = ?3" \
     " AND kid = ?4") \
  X (NOTE_OF_KINDS, "SELECT kid, message FROM note" \
     " WHERE wsid = ?1 AND aid = 0 AND code = ?2") \
  X (NOTE_UNSEEN, "SELECT note.kid, note.message," \
     " coalesce (asset.key, asset.src_id), note.aid FROM note" \
     " CROSS JOIN asset ON asset.aid = note.aid" \
     " WHERE note.wsid = ?1 AND note.code = ?2 AND asset.gone_sid IS NULL" \
     " AND asset.seen_sid < (SELECT sid FROM snapshot WHERE sid >= 0" \
     " AND wsid = ?1 AND purpose = 'export' AND EXISTS (SELECT 1 FROM walk" \
     " WHERE walk.sid = snapshot.sid AND walk.kid = note.kid" \
     " AND walk.node = '') ORDER BY sid DESC LIMIT 1) ORDER BY note.aid") \
  X (NOTE_PAGE, "SELECT nid, wsid, aid, kid, code, message FROM note" \
     " WHERE nid > ?1 ORDER BY nid LIMIT 512") \
  X (DIFFERENCE_CLEAR, "DELETE FROM difference WHERE wsid = ?1") \
  X (DIFFERENCE_PUT, "INSERT OR IGNORE INTO difference (wsid, kid, key, what," \
     " path, source, target, why, aid)" \
     " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)") \
  X (DIFFERENCE_PAGE, "SELECT kid, key, what, path, source, target," \
     " why, aid" \
     " FROM difference WHERE wsid = ?1 ORDER BY kid, key, what, path, source," \
     " target, aid LIMIT ?2 OFFSET ?3") \
  X (WORK_UNSURE, "SELECT 1 FROM work WHERE wsid = ?1 AND state = 2" \
     " UNION ALL SELECT 1 FROM work WHERE wsid = ?1 AND state = 1 AND maybe = 1" \
     " UNION ALL SELECT 1 FROM work WHERE wsid = ?1 AND state IN (0, 7)" \
     " AND maybe = 1" \
     " UNION ALL SELECT 1 FROM work WHERE wsid = ?1 AND state IN (3, 9)" \
     " AND maybe = 1" \
     " UNION ALL SELECT 1 FROM work WHERE wsid = ?1 AND maybe = 1" \
     " AND (state = 3 OR state BETWEEN 6 AND 8) LIMIT 1") \
  X (RUN_BEGIN, "INSERT INTO run (command, wsid, version, began)" \
     " VALUES (?1, ?2, ?3, ?4) RETURNING rid") \
  X (RUN_END, "UPDATE run SET ended = ?2, status = ?3, requests = ?4" \
     " WHERE rid = ?1") \
  X (RUN_LAST, "SELECT command, wsid, version, began, ended, status, requests" \
     " FROM run WHERE rid >= 0 ORDER BY rid DESC LIMIT ?1")

#endif
