-- migrate:description Add FTS5 virtual table for fast content search
-- migrate:check
SELECT count(*) = 4, 'knowledge_entries has the columns to search'
FROM pragma_table_info('knowledge_entries')
WHERE name IN ('knowledge_id', 'content_json', 'domain', 'tags_json');

-- migrate:up
CREATE VIRTUAL TABLE knowledge_fts USING fts5(
    knowledge_id UNINDEXED,
    content_text,
    domain,
    tags,
    tokenize='porter unicode61'
);

-- Gives each entry its rowid in the index. knowledge_entries has none that lasts: VACUUM renumbers it and
-- INSERT OR REPLACE changes it; and looking for knowledge_id in the index itself reads all of it.
CREATE TABLE knowledge_fts_docs (
    docid INTEGER PRIMARY KEY,
    knowledge_id TEXT UNIQUE
);

-- In the order of the table, so that the index is then filled in one pass over it.
INSERT INTO knowledge_fts_docs(knowledge_id)
SELECT knowledge_id FROM knowledge_entries WHERE knowledge_id IS NOT NULL ORDER BY rowid;

-- Bytes of new index kept in memory before they are written: fewer and larger pieces to merge.
INSERT INTO knowledge_fts(knowledge_fts, rank) VALUES ('hashsize', 67108864);

INSERT INTO knowledge_fts(rowid, knowledge_id, content_text, domain, tags)
SELECT d.docid, e.knowledge_id, COALESCE(e.content_json, ''), COALESCE(e.domain, ''), COALESCE(e.tags_json, '')
FROM knowledge_fts_docs d
JOIN knowledge_entries e ON e.knowledge_id = d.knowledge_id
ORDER BY d.docid;

-- Back to FTS5's default: the setting is kept in the file and would bind every later writer.
INSERT INTO knowledge_fts(knowledge_fts, rank) VALUES ('hashsize', 1048576);

-- INSERT OR REPLACE does not fire the delete trigger while recursive_triggers is off, the default: the row that it
-- replaces is removed here. An entry keeps its docid, and one without a key gets none: no join could return it.
-- NOT EXISTS and not OR IGNORE: the conflict clause of the outer statement overrides one in a trigger.
CREATE TRIGGER knowledge_fts_insert AFTER INSERT ON knowledge_entries BEGIN
    DELETE FROM knowledge_fts
    WHERE rowid = (SELECT docid FROM knowledge_fts_docs WHERE knowledge_id = new.knowledge_id);
    INSERT INTO knowledge_fts_docs(knowledge_id)
    SELECT new.knowledge_id
    WHERE new.knowledge_id IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM knowledge_fts_docs WHERE knowledge_id = new.knowledge_id);
    INSERT INTO knowledge_fts(rowid, knowledge_id, content_text, domain, tags)
    SELECT docid, new.knowledge_id,
           COALESCE(new.content_json, ''), COALESCE(new.domain, ''), COALESCE(new.tags_json, '')
    FROM knowledge_fts_docs WHERE knowledge_id = new.knowledge_id;
END;

-- Only for what is indexed: Felix counts up access_count at every read. UPDATE OR REPLACE of a key may displace
-- another entry without firing its delete trigger, so the new key's row is removed too.
CREATE TRIGGER knowledge_fts_update
AFTER UPDATE OF knowledge_id, content_json, domain, tags_json ON knowledge_entries BEGIN
    DELETE FROM knowledge_fts
    WHERE rowid IN (
        SELECT docid FROM knowledge_fts_docs WHERE knowledge_id IN (old.knowledge_id, new.knowledge_id)
    );
    DELETE FROM knowledge_fts_docs
    WHERE knowledge_id = old.knowledge_id AND old.knowledge_id IS NOT new.knowledge_id;
    INSERT INTO knowledge_fts_docs(knowledge_id)
    SELECT new.knowledge_id
    WHERE new.knowledge_id IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM knowledge_fts_docs WHERE knowledge_id = new.knowledge_id);
    INSERT INTO knowledge_fts(rowid, knowledge_id, content_text, domain, tags)
    SELECT docid, new.knowledge_id,
           COALESCE(new.content_json, ''), COALESCE(new.domain, ''), COALESCE(new.tags_json, '')
    FROM knowledge_fts_docs WHERE knowledge_id = new.knowledge_id;
END;

CREATE TRIGGER knowledge_fts_delete AFTER DELETE ON knowledge_entries BEGIN
    DELETE FROM knowledge_fts
    WHERE rowid = (SELECT docid FROM knowledge_fts_docs WHERE knowledge_id = old.knowledge_id);
    DELETE FROM knowledge_fts_docs WHERE knowledge_id = old.knowledge_id;
END;

-- migrate:verify
WITH wanted(type, name) AS (
    VALUES ('table', 'knowledge_fts'), ('table', 'knowledge_fts_docs'),
           ('trigger', 'knowledge_fts_insert'), ('trigger', 'knowledge_fts_update'), ('trigger', 'knowledge_fts_delete')
)
SELECT EXISTS (SELECT 1 FROM sqlite_schema s WHERE s.type = wanted.type AND s.name = wanted.name),
       wanted.type || ' ' || wanted.name || ' is there'
FROM wanted;

SELECT (SELECT count(*) FROM knowledge_fts)
     = (SELECT count(*) FROM knowledge_entries WHERE knowledge_id IS NOT NULL),
       'the index has one row for each entry';

SELECT count(*) = 0, 'each row of the index carries its entry''s id'
FROM knowledge_fts_docs d
LEFT JOIN knowledge_fts f ON f.rowid = d.docid
WHERE f.knowledge_id IS NOT d.knowledge_id;

-- migrate:report
SELECT iif(count(*) = 1, 'entry: its', 'entries: their')
       || ' content is stored compressed, so search finds '
       || iif(count(*) = 1, 'it', 'them') || ' by domain and tags only',
       count(*)
FROM knowledge_entries WHERE content_compressed IS NOT NULL AND COALESCE(content_json, '') = '';

SELECT iif(count(*) = 1, 'entry: it has', 'entries: they have') || ' no knowledge_id, so search cannot return '
       || iif(count(*) = 1, 'it', 'them'),
       count(*)
FROM knowledge_entries WHERE knowledge_id IS NULL;

-- migrate:down
DROP TRIGGER knowledge_fts_delete;
DROP TRIGGER knowledge_fts_update;
DROP TRIGGER knowledge_fts_insert;
-- IF EXISTS: Felix's own migration of this version has no such table.
DROP TABLE IF EXISTS knowledge_fts_docs;
DROP TABLE knowledge_fts;
