-- What Felix's KnowledgeStore makes at its first start; the migrations build on it.

CREATE TABLE IF NOT EXISTS knowledge_entries (
    knowledge_id TEXT PRIMARY KEY,
    knowledge_type TEXT NOT NULL,
    content_json TEXT NOT NULL,
    content_compressed BLOB,
    confidence_level TEXT NOT NULL,
    source_agent TEXT NOT NULL,
    domain TEXT NOT NULL,
    tags_json TEXT NOT NULL,
    created_at REAL NOT NULL,
    updated_at REAL NOT NULL,
    access_count INTEGER DEFAULT 0,
    success_rate REAL DEFAULT 1.0,
    related_entries_json TEXT DEFAULT '[]'
);

CREATE TABLE IF NOT EXISTS knowledge_tags (
    knowledge_id TEXT NOT NULL,
    tag TEXT NOT NULL,
    PRIMARY KEY (knowledge_id, tag),
    FOREIGN KEY (knowledge_id) REFERENCES knowledge_entries(knowledge_id) ON DELETE CASCADE
);

CREATE INDEX IF NOT EXISTS idx_knowledge_type ON knowledge_entries(knowledge_type);
CREATE INDEX IF NOT EXISTS idx_domain ON knowledge_entries(domain);
CREATE INDEX IF NOT EXISTS idx_confidence ON knowledge_entries(confidence_level);
CREATE INDEX IF NOT EXISTS idx_created_at ON knowledge_entries(created_at);
CREATE INDEX IF NOT EXISTS idx_tag_lookup ON knowledge_tags(tag);
CREATE INDEX IF NOT EXISTS idx_knowledge_id_tag ON knowledge_tags(knowledge_id);
