# Tables and columns of migrate-session(5): a line "TABLE COLUMN" each.

/^\.Sh / { inside = ($2 == "TABLES") }
inside && /^\.Ss / { table = $2 }
inside && /^\.It Va / { print table, $3 }
