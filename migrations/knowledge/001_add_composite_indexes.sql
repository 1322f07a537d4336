-- migrate:description Add composite indexes for efficient filtering and sorting
-- migrate:check
SELECT count(*) = 5, 'knowledge_entries has the columns to index'
FROM pragma_table_info('knowledge_entries')
WHERE name IN ('domain', 'confidence_level', 'created_at', 'source_agent', 'success_rate');

-- migrate:up
-- Browsing: the entries of a domain at one confidence level, newest first, without sorting.
CREATE INDEX idx_domain_confidence_time
ON knowledge_entries(domain, confidence_level, created_at DESC);

-- What one agent knows about a domain; counts per agent and domain come from the index alone.
CREATE INDEX idx_source_agent_domain
ON knowledge_entries(source_agent, domain);

-- Quality: the entries of a confidence level, most successful first.
CREATE INDEX idx_confidence_success
ON knowledge_entries(confidence_level, success_rate DESC);

-- Attribution: all entries of an agent. Narrower than idx_source_agent_domain, so cheaper to count.
CREATE INDEX idx_source_agent
ON knowledge_entries(source_agent);

-- migrate:verify
WITH wanted(name) AS (
    VALUES ('idx_domain_confidence_time'), ('idx_source_agent_domain'), ('idx_confidence_success'), ('idx_source_agent')
)
SELECT EXISTS (
           SELECT 1 FROM sqlite_schema s
           WHERE s.type = 'index' AND s.tbl_name = 'knowledge_entries' AND s.name = wanted.name
       ),
       'index ' || wanted.name || ' is there'
FROM wanted;

-- migrate:down
DROP INDEX idx_source_agent;
DROP INDEX idx_confidence_success;
DROP INDEX idx_source_agent_domain;
DROP INDEX idx_domain_confidence_time;
