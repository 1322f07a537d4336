-- What Felix's WorkflowHistory makes at its first start; the migrations build on it.

CREATE TABLE IF NOT EXISTS workflow_outputs (
    workflow_id INTEGER PRIMARY KEY AUTOINCREMENT,
    task_input TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at TEXT NOT NULL,
    completed_at TEXT NOT NULL,
    final_synthesis TEXT,
    confidence REAL DEFAULT 0.0,
    agents_count INTEGER DEFAULT 0,
    tokens_used INTEGER DEFAULT 0,
    max_tokens INTEGER DEFAULT 0,
    processing_time REAL DEFAULT 0.0,
    temperature REAL DEFAULT 0.0,
    metadata TEXT,
    parent_workflow_id INTEGER,
    conversation_thread_id TEXT,
    FOREIGN KEY (parent_workflow_id) REFERENCES workflow_outputs(workflow_id)
);

CREATE INDEX IF NOT EXISTS idx_created_at ON workflow_outputs(created_at DESC);
CREATE INDEX IF NOT EXISTS idx_status ON workflow_outputs(status);
CREATE INDEX IF NOT EXISTS idx_conversation_thread ON workflow_outputs(conversation_thread_id);
CREATE INDEX IF NOT EXISTS idx_parent_workflow ON workflow_outputs(parent_workflow_id);
