-- First and last day that any court was observed on.
SELECT DATE '1970-01-01' + min(from_day), DATE '1970-01-01' + max(end_day) - 1
FROM measures.windows
