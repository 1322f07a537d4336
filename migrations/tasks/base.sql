-- What Felix's TaskMemory makes at its first start; the migrations build on it.

CREATE TABLE IF NOT EXISTS task_patterns (
    pattern_id TEXT PRIMARY KEY,
    task_type TEXT NOT NULL,
    complexity TEXT NOT NULL,
    keywords_json TEXT NOT NULL,
    typical_duration REAL NOT NULL,
    success_rate REAL NOT NULL,
    failure_modes_json TEXT NOT NULL,
    optimal_strategies_json TEXT NOT NULL,
    required_agents_json TEXT NOT NULL,
    context_requirements_json TEXT NOT NULL,
    created_at REAL NOT NULL,
    updated_at REAL NOT NULL,
    usage_count INTEGER DEFAULT 0
);

CREATE TABLE IF NOT EXISTS task_executions (
    execution_id TEXT PRIMARY KEY,
    task_description TEXT NOT NULL,
    task_type TEXT NOT NULL,
    complexity TEXT NOT NULL,
    outcome TEXT NOT NULL,
    duration REAL NOT NULL,
    agents_used_json TEXT NOT NULL,
    strategies_used_json TEXT NOT NULL,
    context_size INTEGER NOT NULL,
    error_messages_json TEXT NOT NULL,
    success_metrics_json TEXT NOT NULL,
    patterns_matched_json TEXT NOT NULL,
    created_at REAL NOT NULL
);

CREATE INDEX IF NOT EXISTS idx_task_type ON task_patterns(task_type);
CREATE INDEX IF NOT EXISTS idx_complexity ON task_patterns(complexity);
CREATE INDEX IF NOT EXISTS idx_success_rate ON task_patterns(success_rate);
CREATE INDEX IF NOT EXISTS idx_execution_type ON task_executions(task_type);
CREATE INDEX IF NOT EXISTS idx_execution_outcome ON task_executions(outcome);
CREATE INDEX IF NOT EXISTS idx_execution_created ON task_executions(created_at);
