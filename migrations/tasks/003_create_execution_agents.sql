-- migrate:description Create task_execution_agents table and migrate JSON data
-- migrate:check
SELECT count(*) = 2, 'task_executions has execution_id and agents_used_json'
FROM pragma_table_info('task_executions')
WHERE name IN ('execution_id', 'agents_used_json');

-- migrate:up
-- Which agents worked on an execution, and how many of each type; agents_used_json stays as it is.
CREATE TABLE task_execution_agents (
    execution_id TEXT NOT NULL,
    agent_type TEXT NOT NULL,
    agent_count INTEGER DEFAULT 1,
    PRIMARY KEY (execution_id, agent_type),
    FOREIGN KEY (execution_id) REFERENCES task_executions(execution_id) ON DELETE CASCADE
);

-- json_each raises an error on text that is not JSON, even where a WHERE would leave the row out: hence the CASE.
-- The last condition leaves out half of a surrogate pair, an escape that JSON allows and no UTF-8 text can hold:
-- it reads as U+FFFD without being one. What cannot be carried over is named by the report below.
INSERT INTO task_execution_agents(execution_id, agent_type, agent_count)
SELECT e.execution_id, j.value, count(*)
FROM task_executions e
JOIN json_each(CASE WHEN NOT json_valid(e.agents_used_json) THEN NULL
                    WHEN json_type(e.agents_used_json) = 'array' THEN e.agents_used_json END) j
WHERE e.execution_id IS NOT NULL AND j.type = 'text'
  AND replace(j.value, char(65533), '') NOT GLOB '*[' || char(65533) || ']*'
GROUP BY e.execution_id, j.value;

-- The executions of an agent type, for its success rate, from the index alone.
CREATE INDEX idx_agent_executions
ON task_execution_agents(agent_type, execution_id);

-- migrate:verify
WITH wanted(type, name) AS (VALUES ('table', 'task_execution_agents'), ('index', 'idx_agent_executions'))
SELECT EXISTS (SELECT 1 FROM sqlite_schema s WHERE s.type = wanted.type AND s.name = wanted.name),
       wanted.type || ' ' || wanted.name || ' is there'
FROM wanted;

-- Counted again from the JSON, for the executions that have rows: Felix does not write to this table, so that what it
-- stores later has none, and that is no fault.
WITH named AS (
    SELECT e.execution_id, j.value AS agent_type, count(*) AS agent_count
    FROM task_executions e
    JOIN json_each(CASE WHEN NOT json_valid(e.agents_used_json) THEN NULL
                        WHEN json_type(e.agents_used_json) = 'array' THEN e.agents_used_json END) j
    WHERE e.execution_id IN (SELECT execution_id FROM task_execution_agents) AND j.type = 'text'
      AND replace(j.value, char(65533), '') NOT GLOB '*[' || char(65533) || ']*'
    GROUP BY e.execution_id, j.value
)
SELECT NOT EXISTS (
           SELECT execution_id, agent_type, agent_count FROM task_execution_agents
           WHERE execution_id IN (SELECT execution_id FROM task_executions)
           EXCEPT SELECT execution_id, agent_type, agent_count FROM named
       ),
       'each row counts what the JSON of its execution names'
UNION ALL
SELECT NOT EXISTS (
           SELECT execution_id, agent_type, agent_count FROM named
           EXCEPT SELECT execution_id, agent_type, agent_count FROM task_execution_agents
       ),
       'each execution with rows has one for each agent type in its JSON';

-- migrate:report
-- One row for each way in which something was not carried over, with the first three cases.
WITH execution AS (
    SELECT iif(execution_id IS NULL, 'row ' || rowid, quote(execution_id)) AS name,
           agents_used_json AS list,
           CASE WHEN execution_id IS NULL THEN 'no execution_id'
                WHEN agents_used_json IS NULL THEN 'agents_used_json is NULL'
                WHEN NOT json_valid(agents_used_json) THEN 'agents_used_json is not valid JSON'
                WHEN json_type(agents_used_json) <> 'array' THEN 'agents_used_json is not an array'
           END AS problem
    FROM task_executions
), element AS (
    SELECT x.name, j.type, j.value,
           CASE WHEN j.type IN ('null', 'true', 'false') THEN j.type
                WHEN j.value GLOB '*[' || char(65533) || ']*' THEN 'unreadable ' || j.type
                ELSE substr(j.value, 1, 40) END AS shown
    FROM execution x
    JOIN json_each(iif(x.problem IS NULL, x.list, NULL)) j
), found(thing, problem, example) AS (
    SELECT 'execution', problem, name FROM execution WHERE problem IS NOT NULL
    UNION ALL
    SELECT 'agent', 'the type is not text', shown || ' in ' || name FROM element WHERE type <> 'text'
    UNION ALL
    SELECT 'agent', 'the type is not valid Unicode', 'in ' || name FROM element
    WHERE type = 'text' AND replace(value, char(65533), '') GLOB '*[' || char(65533) || ']*'
), numbered AS (
    SELECT *, row_number() OVER (PARTITION BY thing, problem ORDER BY example) AS number FROM found
)
SELECT thing || iif(count(*) = 1, ': ', 's: ') || problem
       || ' (' || group_concat(example, ', ') FILTER (WHERE number <= 3) || iif(count(*) > 3, ', …)', ')'),
       count(*)
FROM numbered GROUP BY thing, problem;

-- migrate:down
DROP TABLE task_execution_agents;
