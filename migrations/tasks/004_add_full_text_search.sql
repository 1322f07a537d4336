-- migrate:description Add FTS5 virtual table for task search
-- migrate:check
SELECT count(*) = 3, 'task_executions has the columns to search'
FROM pragma_table_info('task_executions')
WHERE name IN ('execution_id', 'task_description', 'error_messages_json');

-- migrate:up
CREATE VIRTUAL TABLE task_executions_fts USING fts5(
    execution_id UNINDEXED,
    task_description,
    error_messages,
    tokenize='porter unicode61'
);

-- Gives each execution its rowid in the index. task_executions has none that lasts: VACUUM renumbers it and
-- INSERT OR REPLACE changes it; and looking for execution_id in the index itself reads all of it.
CREATE TABLE task_executions_fts_docs (
    docid INTEGER PRIMARY KEY,
    execution_id TEXT UNIQUE
);

-- In the order of the table, so that the index is then filled in one pass over it.
INSERT INTO task_executions_fts_docs(execution_id)
SELECT execution_id FROM task_executions WHERE execution_id IS NOT NULL ORDER BY rowid;

-- Bytes of new index kept in memory before they are written: fewer and larger pieces to merge.
INSERT INTO task_executions_fts(task_executions_fts, rank) VALUES ('hashsize', 67108864);

INSERT INTO task_executions_fts(rowid, execution_id, task_description, error_messages)
SELECT d.docid, e.execution_id, COALESCE(e.task_description, ''), COALESCE(e.error_messages_json, '')
FROM task_executions_fts_docs d
JOIN task_executions e ON e.execution_id = d.execution_id
ORDER BY d.docid;

-- Back to FTS5's default: the setting is kept in the file and would bind every later writer.
INSERT INTO task_executions_fts(task_executions_fts, rank) VALUES ('hashsize', 1048576);

-- INSERT OR REPLACE does not fire the delete trigger while recursive_triggers is off, the default: the row that it
-- replaces is removed here. An execution keeps its docid, and one without a key gets none: no join could return it.
-- NOT EXISTS and not OR IGNORE: the conflict clause of the outer statement overrides one in a trigger.
CREATE TRIGGER task_executions_fts_insert AFTER INSERT ON task_executions BEGIN
    DELETE FROM task_executions_fts
    WHERE rowid = (SELECT docid FROM task_executions_fts_docs WHERE execution_id = new.execution_id);
    INSERT INTO task_executions_fts_docs(execution_id)
    SELECT new.execution_id
    WHERE new.execution_id IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM task_executions_fts_docs WHERE execution_id = new.execution_id);
    INSERT INTO task_executions_fts(rowid, execution_id, task_description, error_messages)
    SELECT docid, new.execution_id, COALESCE(new.task_description, ''), COALESCE(new.error_messages_json, '')
    FROM task_executions_fts_docs WHERE execution_id = new.execution_id;
END;

-- Only for what is indexed. UPDATE OR REPLACE of a key may displace another execution without firing its delete
-- trigger, so the new key's row is removed too.
CREATE TRIGGER task_executions_fts_update
AFTER UPDATE OF execution_id, task_description, error_messages_json ON task_executions BEGIN
    DELETE FROM task_executions_fts
    WHERE rowid IN (
        SELECT docid FROM task_executions_fts_docs WHERE execution_id IN (old.execution_id, new.execution_id)
    );
    DELETE FROM task_executions_fts_docs
    WHERE execution_id = old.execution_id AND old.execution_id IS NOT new.execution_id;
    INSERT INTO task_executions_fts_docs(execution_id)
    SELECT new.execution_id
    WHERE new.execution_id IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM task_executions_fts_docs WHERE execution_id = new.execution_id);
    INSERT INTO task_executions_fts(rowid, execution_id, task_description, error_messages)
    SELECT docid, new.execution_id, COALESCE(new.task_description, ''), COALESCE(new.error_messages_json, '')
    FROM task_executions_fts_docs WHERE execution_id = new.execution_id;
END;

CREATE TRIGGER task_executions_fts_delete AFTER DELETE ON task_executions BEGIN
    DELETE FROM task_executions_fts
    WHERE rowid = (SELECT docid FROM task_executions_fts_docs WHERE execution_id = old.execution_id);
    DELETE FROM task_executions_fts_docs WHERE execution_id = old.execution_id;
END;

-- migrate:verify
WITH wanted(type, name) AS (
    VALUES ('table', 'task_executions_fts'), ('table', 'task_executions_fts_docs'),
           ('trigger', 'task_executions_fts_insert'), ('trigger', 'task_executions_fts_update'),
           ('trigger', 'task_executions_fts_delete')
)
SELECT EXISTS (SELECT 1 FROM sqlite_schema s WHERE s.type = wanted.type AND s.name = wanted.name),
       wanted.type || ' ' || wanted.name || ' is there'
FROM wanted;

SELECT (SELECT count(*) FROM task_executions_fts)
     = (SELECT count(*) FROM task_executions WHERE execution_id IS NOT NULL),
       'the index has one row for each execution';

SELECT count(*) = 0, 'each row of the index carries its execution''s id'
FROM task_executions_fts_docs d
LEFT JOIN task_executions_fts f ON f.rowid = d.docid
WHERE f.execution_id IS NOT d.execution_id;

-- migrate:report
SELECT iif(count(*) = 1, 'execution: it has', 'executions: they have') || ' no execution_id, so search cannot return '
       || iif(count(*) = 1, 'it', 'them'),
       count(*)
FROM task_executions WHERE execution_id IS NULL;

-- migrate:down
DROP TRIGGER task_executions_fts_delete;
DROP TRIGGER task_executions_fts_update;
DROP TRIGGER task_executions_fts_insert;
-- IF EXISTS: Felix's own migration of this version has no such table.
DROP TABLE IF EXISTS task_executions_fts_docs;
DROP TABLE task_executions_fts;
