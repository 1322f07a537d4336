-- migrate:description Add composite indexes for performance analytics
-- migrate:check
SELECT count(*) = 5, 'task_executions has the columns to index'
FROM pragma_table_info('task_executions')
WHERE name IN ('task_type', 'outcome', 'complexity', 'duration', 'created_at');

-- migrate:up
-- Analytics: executions of a task type and outcome, newest first, without sorting. With duration, counts and
-- average durations by type and outcome are answered from the index alone.
CREATE INDEX idx_task_type_outcome_time
ON task_executions(task_type, outcome, created_at DESC, duration);

-- Performance: durations by complexity, from the index alone.
CREATE INDEX idx_complexity_duration
ON task_executions(complexity, duration);

-- Failures: the executions of an outcome, longest first; durations by outcome from the index alone.
CREATE INDEX idx_outcome_duration
ON task_executions(outcome, duration);

-- migrate:verify
WITH wanted(name) AS (VALUES ('idx_task_type_outcome_time'), ('idx_complexity_duration'), ('idx_outcome_duration'))
SELECT EXISTS (
           SELECT 1 FROM sqlite_schema s
           WHERE s.type = 'index' AND s.tbl_name = 'task_executions' AND s.name = wanted.name
       ),
       'index ' || wanted.name || ' is there'
FROM wanted;

-- migrate:down
DROP INDEX idx_outcome_duration;
DROP INDEX idx_complexity_duration;
DROP INDEX idx_task_type_outcome_time;
