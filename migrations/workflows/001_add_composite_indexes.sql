-- migrate:description Add composite indexes for efficient workflow queries
-- migrate:check
SELECT count(*) = 4, 'workflow_outputs has the columns to index'
FROM pragma_table_info('workflow_outputs')
WHERE name IN ('status', 'created_at', 'conversation_thread_id', 'confidence');

-- migrate:up
-- The usual filter: workflows of one status, newest first, without sorting.
CREATE INDEX idx_status_created
ON workflow_outputs(status, created_at DESC);

-- A conversation in order of time; the newest of each conversation comes from the index alone.
CREATE INDEX idx_thread_created
ON workflow_outputs(conversation_thread_id, created_at DESC);

-- The most confident workflows first, the newest of equals first.
CREATE INDEX idx_confidence_time
ON workflow_outputs(confidence DESC, created_at DESC);

-- migrate:verify
WITH wanted(name) AS (VALUES ('idx_status_created'), ('idx_thread_created'), ('idx_confidence_time'))
SELECT EXISTS (
           SELECT 1 FROM sqlite_schema s
           WHERE s.type = 'index' AND s.tbl_name = 'workflow_outputs' AND s.name = wanted.name
       ),
       'index ' || wanted.name || ' is there'
FROM wanted;

-- migrate:down
DROP INDEX idx_confidence_time;
DROP INDEX idx_thread_created;
DROP INDEX idx_status_created;
