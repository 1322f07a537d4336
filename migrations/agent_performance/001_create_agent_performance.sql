-- migrate:description Create agent_performance table with indexes for analytics
-- migrate:up
-- One row for each checkpoint that an agent reports on its way down the helix.
-- phase: exploration, analysis or synthesis; timestamp: Unix seconds.
CREATE TABLE agent_performance (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    agent_id TEXT NOT NULL,
    workflow_id INTEGER,
    agent_type TEXT NOT NULL,
    spawn_time REAL NOT NULL,
    checkpoint REAL NOT NULL,
    confidence REAL NOT NULL,
    tokens_used INTEGER NOT NULL,
    processing_time REAL NOT NULL,
    depth_ratio REAL NOT NULL,
    phase TEXT NOT NULL,
    position_x REAL,
    position_y REAL,
    position_z REAL,
    content_preview TEXT,
    timestamp REAL NOT NULL
);

-- Average confidence, and token efficiency, by agent type. With tokens_used both are answered from the index alone.
CREATE INDEX idx_agent_type_confidence
ON agent_performance(agent_type, confidence, tokens_used);

-- All checkpoints of a workflow.
CREATE INDEX idx_workflow_agents
ON agent_performance(workflow_id);

-- Confidence through the helix phases. With depth_ratio it is answered from the index alone.
CREATE INDEX idx_phase_performance
ON agent_performance(phase, confidence, tokens_used, depth_ratio);

-- The newest checkpoints, and those of a span of time.
CREATE INDEX idx_timestamp
ON agent_performance(timestamp DESC);

-- The course of one agent through one workflow, in order of checkpoint.
CREATE INDEX idx_agent_workflow_checkpoint
ON agent_performance(agent_id, workflow_id, checkpoint);

-- migrate:verify
WITH wanted(type, name) AS (
    VALUES ('table', 'agent_performance'),
           ('index', 'idx_agent_type_confidence'), ('index', 'idx_workflow_agents'),
           ('index', 'idx_phase_performance'), ('index', 'idx_timestamp'), ('index', 'idx_agent_workflow_checkpoint')
)
SELECT EXISTS (
           SELECT 1 FROM sqlite_schema s
           WHERE s.type = wanted.type AND s.name = wanted.name AND s.tbl_name = 'agent_performance'
       ),
       wanted.type || ' ' || wanted.name || ' is there'
FROM wanted;

-- migrate:down
DROP TABLE agent_performance;
