SELECT (SELECT count(*) FROM sources) AS files,
       (SELECT count(*) FROM sources WHERE kind = 'cases') AS case_files,
       (SELECT coalesce(bool_or(synthetic), false) FROM sources) AS synthetic,
       (SELECT value FROM meta WHERE key = 'built_sources') AS built_sources,
       (SELECT value FROM meta WHERE key = 'build') AS build_version,
       (SELECT string_agg(source_id, ',' ORDER BY source_id) FROM sources) AS present_sources
