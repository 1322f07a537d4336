-- migrate:description Create task_pattern_matches table and migrate JSON data
-- migrate:check
SELECT count(*) = 2, 'task_executions has execution_id and patterns_matched_json'
FROM pragma_table_info('task_executions')
WHERE name IN ('execution_id', 'patterns_matched_json');

SELECT count(*) = 1, 'task_patterns has pattern_id'
FROM pragma_table_info('task_patterns') WHERE name = 'pattern_id';

-- migrate:up
-- Which patterns an execution matched: a join instead of LIKE '%id%' over patterns_matched_json, which stays as it is.
CREATE TABLE task_pattern_matches (
    execution_id TEXT NOT NULL,
    pattern_id TEXT NOT NULL,
    match_confidence REAL DEFAULT 1.0,
    PRIMARY KEY (execution_id, pattern_id),
    FOREIGN KEY (execution_id) REFERENCES task_executions(execution_id) ON DELETE CASCADE,
    FOREIGN KEY (pattern_id) REFERENCES task_patterns(pattern_id) ON DELETE CASCADE
);

-- json_each raises an error on text that is not JSON, even where a WHERE would leave the row out: hence the CASE.
-- What cannot be carried over is named by the report below. In the order of the key, and the index after the rows:
-- a third of the time.
INSERT INTO task_pattern_matches(execution_id, pattern_id)
SELECT DISTINCT e.execution_id, p.pattern_id
FROM task_executions e
JOIN json_each(CASE WHEN NOT json_valid(e.patterns_matched_json) THEN NULL
                    WHEN json_type(e.patterns_matched_json) = 'array' THEN e.patterns_matched_json END) j
JOIN task_patterns p ON p.pattern_id = j.value
WHERE e.execution_id IS NOT NULL AND j.type = 'text'
ORDER BY e.execution_id, p.pattern_id;

-- The executions of a pattern, from the index alone; also what the foreign key to task_patterns looks up.
CREATE INDEX idx_pattern_executions
ON task_pattern_matches(pattern_id, execution_id);

-- migrate:verify
WITH wanted(type, name) AS (VALUES ('table', 'task_pattern_matches'), ('index', 'idx_pattern_executions'))
SELECT EXISTS (SELECT 1 FROM sqlite_schema s WHERE s.type = wanted.type AND s.name = wanted.name),
       wanted.type || ' ' || wanted.name || ' is there'
FROM wanted;

-- Read again from the JSON, for the executions that have rows: Felix does not write to this table, so that what it
-- stores later has none, and that is no fault.
WITH named AS (
    SELECT e.execution_id, j.value AS pattern_id
    FROM task_executions e
    JOIN json_each(CASE WHEN NOT json_valid(e.patterns_matched_json) THEN NULL
                        WHEN json_type(e.patterns_matched_json) = 'array' THEN e.patterns_matched_json END) j
    WHERE e.execution_id IN (SELECT execution_id FROM task_pattern_matches) AND j.type = 'text'
)
SELECT NOT EXISTS (
           SELECT execution_id, pattern_id FROM task_pattern_matches
           WHERE execution_id IN (SELECT execution_id FROM task_executions)
           EXCEPT SELECT execution_id, pattern_id FROM named
       ),
       'each row is named in the JSON of its execution'
UNION ALL
SELECT NOT EXISTS (
           SELECT execution_id, pattern_id FROM named WHERE pattern_id IN (SELECT pattern_id FROM task_patterns)
           EXCEPT SELECT execution_id, pattern_id FROM task_pattern_matches
       ),
       'each execution with rows has one for each known pattern in its JSON';

-- migrate:report
-- One row for each way in which something was not carried over one to one, with the first three cases.
-- shown: an escaped half of a surrogate pair comes out of JSON as text that no program can read.
WITH execution AS (
    SELECT iif(execution_id IS NULL, 'row ' || rowid, quote(execution_id)) AS name,
           patterns_matched_json AS list,
           CASE WHEN execution_id IS NULL THEN 'no execution_id'
                WHEN patterns_matched_json IS NULL THEN 'patterns_matched_json is NULL'
                WHEN NOT json_valid(patterns_matched_json) THEN 'patterns_matched_json is not valid JSON'
                WHEN json_type(patterns_matched_json) <> 'array' THEN 'patterns_matched_json is not an array'
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
    SELECT 'matched pattern', 'the id is not text', shown || ' in ' || name FROM element WHERE type <> 'text'
    UNION ALL
    SELECT 'matched pattern', 'not in task_patterns', shown || ' in ' || name FROM element
    WHERE type = 'text' AND value NOT IN (SELECT pattern_id FROM task_patterns WHERE pattern_id IS NOT NULL)
    UNION ALL
    SELECT 'matched pattern', 'named more than once by an execution, kept once', shown || ' in ' || name FROM element
    WHERE type = 'text' AND value IN (SELECT pattern_id FROM task_patterns)
    GROUP BY name, value HAVING count(*) > 1
), numbered AS (
    SELECT *, row_number() OVER (PARTITION BY thing, problem ORDER BY example) AS number FROM found
)
SELECT thing || iif(count(*) = 1, ': ', 's: ') || problem
       || ' (' || group_concat(example, ', ') FILTER (WHERE number <= 3) || iif(count(*) > 3, ', …)', ')'),
       count(*)
FROM numbered GROUP BY thing, problem;

-- migrate:down
DROP TABLE task_pattern_matches;
