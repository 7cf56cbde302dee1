SELECT court_id, name, level, region FROM courts WHERE source_id = $1 ORDER BY name
