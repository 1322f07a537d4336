-- migrate:description Create command executions, patterns, and approval tables
-- migrate:up
-- Each command that an agent asked for. trust_level: SAFE, REVIEW or BLOCKED; times are Unix seconds.
CREATE TABLE command_executions (
    execution_id INTEGER PRIMARY KEY AUTOINCREMENT,
    workflow_id INTEGER,
    agent_id TEXT NOT NULL,
    agent_type TEXT,
    command TEXT NOT NULL,
    command_hash TEXT NOT NULL,
    trust_level TEXT NOT NULL,
    approved_by TEXT,
    approval_timestamp REAL,
    executed BOOLEAN NOT NULL DEFAULT 0,
    execution_timestamp REAL,
    exit_code INTEGER,
    duration REAL,
    stdout_preview TEXT,
    stderr_preview TEXT,
    output_size INTEGER,
    context TEXT,
    cwd TEXT,
    env_snapshot TEXT,
    venv_active BOOLEAN,
    success BOOLEAN,
    error_category TEXT,
    timestamp REAL NOT NULL
);

-- What an agent did, newest first.
CREATE INDEX idx_agent_commands
ON command_executions(agent_id, timestamp DESC);

-- Has this very command been run before?
CREATE INDEX idx_command_hash
ON command_executions(command_hash);

-- Commands of a trust level that were, or were not, executed.
CREATE INDEX idx_trust_level
ON command_executions(trust_level, executed);

-- Success by trust level.
CREATE INDEX idx_success_rate
ON command_executions(success, trust_level);

-- All commands of a workflow.
CREATE INDEX idx_workflow_commands
ON command_executions(workflow_id);

-- The latest executions.
CREATE INDEX idx_execution_time
ON command_executions(execution_timestamp DESC);

-- Learning: the most successful commands, from the index alone. Only executed commands are in it, so that a command
-- is entered once, when it has ended, and not also when it is stored.
CREATE INDEX idx_command_outcome
ON command_executions(command, success, executed) WHERE executed = 1;

-- Learning: common failures by command and category, from the index alone. Only failures are in it; success leads
-- so that it is preferred to idx_success_rate, which would have each row fetched and sorted.
CREATE INDEX idx_command_failure
ON command_executions(success, command, error_category) WHERE success = 0;

-- The rowid of the index is execution_id, which VACUUM and REPLACE keep: a row is found without a scan.
-- Not external content: REPLACE gives the triggers no old values, which such a table needs to forget a row.
CREATE VIRTUAL TABLE command_fts USING fts5(
    execution_id UNINDEXED,
    command,
    context,
    stdout_preview,
    stderr_preview,
    tokenize='porter unicode61'
);

-- Nothing to index yet when the table is new; this is what makes the index again when it has to be repaired.
-- Bytes of new index kept in memory before they are written: fewer and larger pieces to merge.
INSERT INTO command_fts(command_fts, rank) VALUES ('hashsize', 67108864);

INSERT INTO command_fts(rowid, execution_id, command, context, stdout_preview, stderr_preview)
SELECT execution_id, execution_id, COALESCE(command, ''), COALESCE(context, ''),
       COALESCE(stdout_preview, ''), COALESCE(stderr_preview, '')
FROM command_executions ORDER BY execution_id;

-- Back to FTS5's default: the setting is kept in the file and would bind every later writer.
INSERT INTO command_fts(command_fts, rank) VALUES ('hashsize', 1048576);

-- INSERT OR REPLACE does not fire the delete trigger while recursive_triggers is off, the default: the row that it
-- replaces is removed here.
CREATE TRIGGER command_fts_insert AFTER INSERT ON command_executions BEGIN
    DELETE FROM command_fts WHERE rowid = new.execution_id;
    INSERT INTO command_fts(rowid, execution_id, command, context, stdout_preview, stderr_preview)
    VALUES (new.execution_id, new.execution_id, COALESCE(new.command, ''), COALESCE(new.context, ''),
            COALESCE(new.stdout_preview, ''), COALESCE(new.stderr_preview, ''));
END;

-- Only for what is indexed. UPDATE OR REPLACE of an id may displace another command without firing its delete
-- trigger, so the new id's row is removed too.
CREATE TRIGGER command_fts_update
AFTER UPDATE OF execution_id, command, context, stdout_preview, stderr_preview ON command_executions BEGIN
    DELETE FROM command_fts WHERE rowid IN (old.execution_id, new.execution_id);
    INSERT INTO command_fts(rowid, execution_id, command, context, stdout_preview, stderr_preview)
    VALUES (new.execution_id, new.execution_id, COALESCE(new.command, ''), COALESCE(new.context, ''),
            COALESCE(new.stdout_preview, ''), COALESCE(new.stderr_preview, ''));
END;

CREATE TRIGGER command_fts_delete AFTER DELETE ON command_executions BEGIN
    DELETE FROM command_fts WHERE rowid = old.execution_id;
END;

-- Sequences of commands that worked before. command_sequence is a JSON array.
CREATE TABLE command_patterns (
    pattern_id INTEGER PRIMARY KEY AUTOINCREMENT,
    pattern_name TEXT UNIQUE NOT NULL,
    command_sequence TEXT NOT NULL,
    task_category TEXT,
    success_rate REAL DEFAULT 0.0,
    usage_count INTEGER DEFAULT 0,
    avg_duration REAL DEFAULT 0.0,
    preconditions TEXT,
    created_at REAL NOT NULL,
    updated_at REAL NOT NULL
);

-- The best pattern for a kind of task.
CREATE INDEX idx_pattern_category
ON command_patterns(task_category, success_rate DESC);

-- The patterns used most.
CREATE INDEX idx_pattern_usage
ON command_patterns(usage_count DESC, success_rate DESC);

CREATE TABLE command_pattern_usage (
    usage_id INTEGER PRIMARY KEY AUTOINCREMENT,
    pattern_id INTEGER NOT NULL,
    workflow_id INTEGER,
    agent_id TEXT NOT NULL,
    success BOOLEAN NOT NULL,
    duration REAL,
    timestamp REAL NOT NULL,
    FOREIGN KEY (pattern_id) REFERENCES command_patterns(pattern_id) ON DELETE CASCADE
);

-- How often a pattern worked; also what its foreign key looks up.
CREATE INDEX idx_pattern_success
ON command_pattern_usage(pattern_id, success);

-- The latest uses.
CREATE INDEX idx_pattern_timestamp
ON command_pattern_usage(timestamp DESC);

-- Commands that wait for a person's yes or no. approved is NULL while they wait.
CREATE TABLE pending_approvals (
    approval_id INTEGER PRIMARY KEY AUTOINCREMENT,
    execution_id INTEGER NOT NULL,
    agent_id TEXT NOT NULL,
    command TEXT NOT NULL,
    trust_level TEXT NOT NULL,
    context TEXT,
    risk_assessment TEXT,
    requested_at REAL NOT NULL,
    expires_at REAL,
    approved BOOLEAN,
    approved_by TEXT,
    approved_at REAL,
    denial_reason TEXT,
    FOREIGN KEY (execution_id) REFERENCES command_executions(execution_id) ON DELETE CASCADE
);

-- The queue: what waits, newest first.
CREATE INDEX idx_pending_status
ON pending_approvals(approved, requested_at DESC);

-- What has expired, or will next.
CREATE INDEX idx_approval_expiry
ON pending_approvals(expires_at);

-- migrate:verify
WITH wanted(type, name) AS (
    VALUES ('table', 'command_executions'), ('table', 'command_fts'), ('table', 'command_patterns'),
           ('table', 'command_pattern_usage'), ('table', 'pending_approvals'),
           ('index', 'idx_agent_commands'), ('index', 'idx_command_hash'), ('index', 'idx_trust_level'),
           ('index', 'idx_success_rate'), ('index', 'idx_workflow_commands'), ('index', 'idx_execution_time'),
           ('index', 'idx_command_outcome'), ('index', 'idx_command_failure'),
           ('index', 'idx_pattern_category'), ('index', 'idx_pattern_usage'),
           ('index', 'idx_pattern_success'), ('index', 'idx_pattern_timestamp'),
           ('index', 'idx_pending_status'), ('index', 'idx_approval_expiry'),
           ('trigger', 'command_fts_insert'), ('trigger', 'command_fts_update'), ('trigger', 'command_fts_delete')
)
SELECT EXISTS (SELECT 1 FROM sqlite_schema s WHERE s.type = wanted.type AND s.name = wanted.name),
       wanted.type || ' ' || wanted.name || ' is there'
FROM wanted;

SELECT (SELECT count(*) FROM command_fts) = (SELECT count(*) FROM command_executions),
       'the index has one row for each command';

SELECT count(*) = 0, 'each row of the index carries its command''s id'
FROM command_executions c
LEFT JOIN command_fts f ON f.rowid = c.execution_id
WHERE f.execution_id IS NOT c.execution_id;

-- migrate:down
DROP TABLE pending_approvals;
DROP TABLE command_pattern_usage;
DROP TABLE command_patterns;
DROP TRIGGER command_fts_delete;
DROP TRIGGER command_fts_update;
DROP TRIGGER command_fts_insert;
DROP TABLE command_fts;
DROP TABLE command_executions;
