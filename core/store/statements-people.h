/* The statements about what people decided: see statements.h. */
#ifndef MG_STORE_STATEMENTS_PEOPLE_H
#define MG_STORE_STATEMENTS_PEOPLE_H

#define MG_STATEMENTS_OF_PEOPLE(X) \
  X (EDITED_PUT, "INSERT INTO edited (aid, was, sha, body, who, at) SELECT ?1," \
     " sha, ?2, ?3, ?4, ?5 FROM asset WHERE aid = ?1 ON CONFLICT (aid) DO" \
     " UPDATE SET was = excluded.was, sha = excluded.sha," \
     " body = excluded.body, who = excluded.who, at = excluded.at") \
  X (EDITED_REMOVE, "DELETE FROM edited WHERE aid = ?1") \
  X (EDITED_BODY, "SELECT sha, body FROM edited WHERE aid = ?1") \
  X (EDITED_GET, "SELECT aid, who, at, was IS NOT asset.sha FROM edited" \
     " JOIN asset USING (aid) WHERE aid = ?1") \
  X (EDITED_AFTER, "SELECT aid, who, at, was IS NOT asset.sha FROM edited" \
     " JOIN asset USING (aid) WHERE aid > ?1 ORDER BY aid LIMIT 1") \
  X (ASSET_ORIGIN, "UPDATE asset SET origin = ?2, key = ?3 WHERE aid = ?1") \
  X (ASSET_AS_FOUND, "SELECT aid, wsid, kid, src_id, key, stamp, sha, body, 0," \
     " parent, first_sid, seen_sid, want FROM asset WHERE aid = ?1") \
  X (DECISION_PUT, "INSERT INTO decision (wsid, aid, what, reason, who, at)" \
     " VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (wsid, aid) DO UPDATE SET" \
     " what = excluded.what, reason = excluded.reason, who = excluded.who," \
     " at = excluded.at") \
  X (DECISION_REMOVE, "DELETE FROM decision WHERE wsid = ?1 AND aid = ?2" \
     " RETURNING aid") \
  X (DECISION_GET, "SELECT aid, what, reason, who, at FROM decision" \
     " WHERE wsid = ?1 AND aid = ?2") \
  X (DECISION_AFTER, "SELECT aid, what, reason, who, at FROM decision" \
     " WHERE wsid = ?1 AND aid > ?2 ORDER BY aid LIMIT 1") \
  X (RULE_PUT, "INSERT INTO rule (sort, old, new, who, at) VALUES (?1, ?2, ?3," \
     " ?4, ?5) ON CONFLICT (sort, old) DO UPDATE SET new = excluded.new," \
     " who = excluded.who, at = excluded.at") \
  X (RULE_REMOVE, "DELETE FROM rule WHERE sort = ?1 AND old = ?2 RETURNING at") \
  X (RULE_LIST, "SELECT sort, old, new, who, at FROM rule WHERE sort > ''" \
     " ORDER BY sort, old") \
  X (ACTION_PUT, "INSERT INTO action (wsid, kid, src_id, key, source_id, state," \
     " before, who, off_at, back_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8," \
     " ?9, ?10) ON CONFLICT (wsid, kid, src_id) DO UPDATE SET" \
     " key = excluded.key, source_id = excluded.source_id," \
     " state = excluded.state, before = excluded.before, who = excluded.who," \
     " off_at = excluded.off_at, back_at = excluded.back_at") \
  X (ACTION_GET, "SELECT kid, src_id, key, source_id, state, before, who," \
     " off_at, back_at FROM action WHERE wsid = ?1 AND kid = ?2" \
     " AND src_id = ?3") \
  X (ACTION_AFTER, "SELECT kid, src_id, key, source_id, state, before, who," \
     " off_at, back_at FROM action WHERE wsid = ?1 AND kid = ?2" \
     " AND src_id > ?3 ORDER BY src_id LIMIT 1") \
  X (ACTION_STATE, "UPDATE action SET state = ?4, off_at = ?5" \
     " WHERE wsid = ?1 AND kid = ?2 AND src_id = ?3") \
  X (ACTION_DROP, "DELETE FROM action WHERE wsid = ?1 AND kid = ?2" \
     " AND src_id = ?3") \
  X (ACTION_RETURNED, "SELECT 1 FROM action WHERE wsid = ?1" \
     " AND back_at IS NOT NULL LIMIT 1")

#endif
