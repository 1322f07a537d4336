-- migrate:description Add FTS5 virtual table for workflow search
-- migrate:check
SELECT count(*) = 3, 'workflow_outputs has the columns to search'
FROM pragma_table_info('workflow_outputs')
WHERE name IN ('workflow_id', 'task_input', 'final_synthesis');

-- migrate:up
-- The rowid of the index is workflow_id, which VACUUM and REPLACE keep: a row is found without a scan.
-- Not external content: REPLACE gives the triggers no old values, which such a table needs to forget a row.
CREATE VIRTUAL TABLE workflow_fts USING fts5(
    workflow_id UNINDEXED,
    task_input,
    final_synthesis,
    tokenize='porter unicode61'
);

-- Bytes of new index kept in memory before they are written: fewer and larger pieces to merge.
INSERT INTO workflow_fts(workflow_fts, rank) VALUES ('hashsize', 67108864);

INSERT INTO workflow_fts(rowid, workflow_id, task_input, final_synthesis)
SELECT workflow_id, workflow_id, COALESCE(task_input, ''), COALESCE(final_synthesis, '')
FROM workflow_outputs ORDER BY workflow_id;

-- Back to FTS5's default: the setting is kept in the file and would bind every later writer.
INSERT INTO workflow_fts(workflow_fts, rank) VALUES ('hashsize', 1048576);

-- INSERT OR REPLACE does not fire the delete trigger while recursive_triggers is off, the default: the row that it
-- replaces is removed here.
CREATE TRIGGER workflow_fts_insert AFTER INSERT ON workflow_outputs BEGIN
    DELETE FROM workflow_fts WHERE rowid = new.workflow_id;
    INSERT INTO workflow_fts(rowid, workflow_id, task_input, final_synthesis)
    VALUES (new.workflow_id, new.workflow_id, COALESCE(new.task_input, ''), COALESCE(new.final_synthesis, ''));
END;

-- Only for what is indexed. UPDATE OR REPLACE of an id may displace another workflow without firing its delete
-- trigger, so the new id's row is removed too.
CREATE TRIGGER workflow_fts_update
AFTER UPDATE OF workflow_id, task_input, final_synthesis ON workflow_outputs BEGIN
    DELETE FROM workflow_fts WHERE rowid IN (old.workflow_id, new.workflow_id);
    INSERT INTO workflow_fts(rowid, workflow_id, task_input, final_synthesis)
    VALUES (new.workflow_id, new.workflow_id, COALESCE(new.task_input, ''), COALESCE(new.final_synthesis, ''));
END;

CREATE TRIGGER workflow_fts_delete AFTER DELETE ON workflow_outputs BEGIN
    DELETE FROM workflow_fts WHERE rowid = old.workflow_id;
END;

-- migrate:verify
WITH wanted(type, name) AS (
    VALUES ('table', 'workflow_fts'), ('trigger', 'workflow_fts_insert'),
           ('trigger', 'workflow_fts_update'), ('trigger', 'workflow_fts_delete')
)
SELECT EXISTS (SELECT 1 FROM sqlite_schema s WHERE s.type = wanted.type AND s.name = wanted.name),
       wanted.type || ' ' || wanted.name || ' is there'
FROM wanted;

SELECT (SELECT count(*) FROM workflow_fts) = (SELECT count(*) FROM workflow_outputs),
       'the index has one row for each workflow';

SELECT count(*) = 0, 'each row of the index carries its workflow''s id'
FROM workflow_outputs w
LEFT JOIN workflow_fts f ON f.rowid = w.workflow_id
WHERE f.workflow_id IS NOT w.workflow_id;

-- migrate:down
DROP TRIGGER workflow_fts_delete;
DROP TRIGGER workflow_fts_update;
DROP TRIGGER workflow_fts_insert;
DROP TABLE workflow_fts;
