"""The cells of the statistics in SQL: as rows and events say, and as they are held."""

# What the rows and the event log say, as the cells of the statistics.
ROWS = """
SELECT r.district_id, e.* FROM requests_hub_request AS r, LATERAL requests_hub_stat_expand(
  r.large_id, r.medium_id, r.small_id, r.micro_id, r.lead_department_id, r.category_id,
  r.channel, requests_hub_request_cells(r), 1) AS e
UNION ALL
SELECT t.district_id, e.* FROM requests_hub_task AS t, LATERAL requests_hub_stat_expand(
  t.large_id, t.medium_id, t.small_id, t.micro_id, t.department_id, NULL, '',
  requests_hub_task_cells(t), 1) AS e
UNION ALL
SELECT v.district_id, e.* FROM requests_hub_revisit AS v
JOIN requests_hub_request AS r ON r.id = v.request_id, LATERAL requests_hub_stat_expand(
  v.large_id, v.medium_id, v.small_id, v.micro_id, NULL, NULL, '',
  requests_hub_revisit_cells(v, r.is_excluded), 1) AS e
UNION ALL
SELECT v.district_id, e.* FROM requests_hub_departmentanswer AS a
JOIN requests_hub_revisit AS v ON v.id = a.revisit_id
JOIN requests_hub_request AS r ON r.id = v.request_id, LATERAL requests_hub_stat_expand(
  v.large_id, v.medium_id, v.small_id, v.micro_id, a.department_id, NULL, '',
  requests_hub_answer_cells(a, v, r.is_excluded), 1) AS e
"""
ENTERED = """
SELECT r.district_id, x.* FROM core_event AS v JOIN requests_hub_request AS r ON r.id = v.subject_id,
  LATERAL requests_hub_stat_expand(r.large_id, r.medium_id, r.small_id, r.micro_id,
    r.lead_department_id, r.category_id, r.channel,
    ARRAY['to:' || (v.data ->> 'to') || '@' || requests_hub_stat_day(v.occurred_at)], 1) AS x
WHERE v.subject_type = 'request' AND v.data ? 'step' AND v.data ->> 'from' <> v.data ->> 'to'
"""
UNFOLDED = """
SELECT d.district_id, e.* FROM requests_hub_statdelta AS d, LATERAL (
  SELECT * FROM requests_hub_stat_expand(d.large_id, d.medium_id, d.small_id, d.micro_id,
    d.department_id, d.category_id, d.channel, d.plus, 1)
  UNION ALL
  SELECT * FROM requests_hub_stat_expand(d.large_id, d.medium_id, d.small_id, d.micro_id,
    d.department_id, d.category_id, d.channel, d.minus, -1)) AS e
"""
BUILD = f"""
WITH cells AS MATERIALIZED (
  SELECT district_id, place_id, axis, key, measure, day, sum(n) AS n
  FROM ({ROWS} UNION ALL {ENTERED}) AS x GROUP BY 1, 2, 3, 4, 5, 6
), stock AS (
  INSERT INTO requests_hub_statstock (district_id, place_id, axis, key, measure, n)
  SELECT district_id, place_id, axis, key, measure, n FROM cells WHERE day IS NULL
)
INSERT INTO requests_hub_statflow (district_id, place_id, axis, key, measure, day, n)
SELECT district_id, place_id, axis, key, measure, day, n FROM cells WHERE day IS NOT NULL
"""  # noqa: S608 constants of this file

# A state entered is compared for the whole district and all days only: the log does not say where
# a request lay then, and a step at midnight may be written on either side of it.
COMPARE = f"""
WITH held AS (
  SELECT district_id, place_id, axis, key, measure, NULL::date AS day, n
  FROM requests_hub_statstock
  UNION ALL
  SELECT district_id, place_id, axis, key, measure, day, n FROM requests_hub_statflow
  UNION ALL {UNFOLDED}
), both_ AS (
  SELECT district_id, place_id, axis, key, measure, day, n AS held, 0 AS counted
  FROM held WHERE measure NOT LIKE 'to:%%'
  UNION ALL
  SELECT district_id, 0, '', '', measure, NULL, n, 0
  FROM held WHERE measure LIKE 'to:%%' AND place_id = 0 AND axis = ''
  UNION ALL
  SELECT district_id, place_id, axis, key, measure, day, 0, n FROM ({ROWS}) AS r
  UNION ALL
  SELECT district_id, 0, '', '', measure, NULL, 0, n
  FROM ({ENTERED}) AS v WHERE place_id = 0 AND axis = ''
), cells AS MATERIALIZED (
  SELECT district_id, place_id, axis, key, measure, day, sum(held) AS held,
    sum(counted) AS counted
  FROM both_ GROUP BY 1, 2, 3, 4, 5, 6
), wrong AS (SELECT * FROM cells WHERE held <> counted)
SELECT (SELECT count(*) FROM cells), (SELECT count(*) FROM wrong),
  (SELECT coalesce(json_agg(w), '[]') FROM (
    SELECT * FROM wrong ORDER BY measure, axis, place_id, key, day LIMIT %s) AS w)
"""  # noqa: S608 constants of this file
