"""Revisits, exclusions, plans and returns become part of the statistics.

An excluded request keeps its state and its day of arrival; what the rates would count of it is
counted apart, under "x.".
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION requests_hub_revisit_cells(v requests_hub_revisit, excluded boolean)
RETURNS text[] LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE day text := '@' || requests_hub_stat_day(v.asked_at);
  x text := CASE WHEN excluded THEN 'x.' ELSE '' END; out text[];
BEGIN
  IF NOT v.is_valid THEN RETURN '{}'; END IF;
  out := ARRAY[x || 'valid' || day];
  IF v.is_contacted THEN out := out || (x || 'contacted' || day); END IF;
  IF v.is_solved THEN out := out || (x || 'solved' || day); END IF;
  IF v.satisfaction IN ('satisfied', 'basically', 'dissatisfied') THEN
    out := out || (x || v.satisfaction || day);
  END IF;
  RETURN out;
END $$;

CREATE FUNCTION requests_hub_revisit_statistics() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE excluded boolean;
BEGIN
  IF TG_OP <> 'INSERT' AND OLD.is_valid THEN
    SELECT is_excluded INTO excluded FROM requests_hub_request WHERE id = OLD.request_id;
    INSERT INTO requests_hub_statdelta (district_id, large_id, medium_id, small_id, micro_id,
      channel, plus, minus)
    VALUES (OLD.district_id, OLD.large_id, OLD.medium_id, OLD.small_id, OLD.micro_id, '',
      '{}', requests_hub_revisit_cells(OLD, excluded));
  END IF;
  IF TG_OP <> 'DELETE' AND NEW.is_valid THEN
    SELECT is_excluded INTO excluded FROM requests_hub_request WHERE id = NEW.request_id;
    INSERT INTO requests_hub_statdelta (district_id, large_id, medium_id, small_id, micro_id,
      channel, plus, minus)
    VALUES (NEW.district_id, NEW.large_id, NEW.medium_id, NEW.small_id, NEW.micro_id, '',
      requests_hub_revisit_cells(NEW, excluded), '{}');
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION requests_hub_request_cells(r requests_hub_request) RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE out text[] := ARRAY['r:' || r.state, 'received@' || requests_hub_stat_day(r.submitted_at)];
  day text; x text := CASE WHEN r.is_excluded THEN 'x.' ELSE '' END;
BEGIN
  IF r.is_excluded THEN
    out := out || ('excluded@' || requests_hub_stat_day(r.submitted_at));
  END IF;
  IF r.closed_at IS NULL AND r.due_at IS NOT NULL THEN
    out := out || ('rdue:' || r.state || '@' || requests_hub_stat_day(r.due_at));
  END IF;
  IF r.accepted_at IS NOT NULL THEN
    out := out || ('accepted@' || requests_hub_stat_day(r.accepted_at));
  END IF;
  IF r.closed_at IS NOT NULL THEN
    day := '@' || requests_hub_stat_day(r.closed_at);
    out := out || ('closed' || day);
    IF r.outcome <> '' THEN out := out || ('closed:' || r.outcome || day); END IF;
    IF r.is_excluded THEN out := out || ('x.closed' || day); END IF;
    IF NOT r.is_excluded AND (r.close_due_at IS NULL OR r.closed_at <= r.close_due_at) THEN
      out := out || ('closed_in_time' || day);
    END IF;
  END IF;
  IF r.close_due_at IS NOT NULL
     AND r.state NOT IN ('draft', 'rejected', 'withdrawn', 'merged', 'held') THEN
    day := '@' || requests_hub_stat_day(r.close_due_at);
    out := out || (x || 'close_due' || day);
    IF r.closed_at IS NOT NULL THEN
      out := out || (x || 'close_done' || day);
      IF r.closed_at <= r.close_due_at THEN out := out || (x || 'close_met' || day); END IF;
    END IF;
  END IF;
  RETURN out;
END $$;

CREATE OR REPLACE FUNCTION requests_hub_task_cells(t requests_hub_task) RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE out text[] := ARRAY[CASE t.kind WHEN 'whistle' THEN 't:' ELSE 'g:' END || t.state];
  day text;
BEGIN
  IF t.paused_at IS NULL AND t.ended_at IS NULL AND t.replied_at IS NULL AND t.due_at IS NOT NULL THEN
    out := out || ('tdue:' || t.state || '@' || requests_hub_stat_day(t.due_at));
  END IF;
  IF t.kind <> 'whistle' THEN RETURN out; END IF;
  out := out || ('called@' || requests_hub_stat_day(t.created_at));
  IF t.report_in_due_at IS NOT NULL AND (t.state <> 'released' OR t.reported_in_at IS NOT NULL)
  THEN
    day := '@' || requests_hub_stat_day(t.report_in_due_at);
    out := out || ('report_due' || day);
    IF t.state = 'called' THEN out := out || ('trep' || day); END IF;
    IF t.reported_in_at IS NOT NULL THEN
      out := out || ('report_done' || day);
      IF t.reported_in_at <= t.report_in_due_at THEN out := out || ('report_met' || day); END IF;
    END IF;
  END IF;
  IF t.return_count > 0 THEN
    out := out || ('returned@' || requests_hub_stat_day(t.created_at));
  END IF;
  IF t.plan_due_at IS NOT NULL AND (t.state <> 'released' OR t.planned_at IS NOT NULL) THEN
    day := '@' || requests_hub_stat_day(t.plan_due_at);
    out := out || ('plan_due' || day);
    IF t.planned_at IS NOT NULL THEN
      out := out || ('plan_done' || day);
      IF t.planned_at <= t.plan_due_at THEN out := out || ('plan_met' || day); END IF;
    END IF;
  END IF;
  IF t.due_at IS NOT NULL AND t.state <> 'released' AND t.paused_at IS NULL THEN
    day := '@' || requests_hub_stat_day(t.due_at);
    out := out || ('handle_due' || day);
    IF t.replied_at IS NOT NULL THEN
      out := out || ('handle_done' || day);
      IF t.replied_at <= t.due_at THEN out := out || ('handle_met' || day); END IF;
    END IF;
    IF t.rework_count > 0 THEN out := out || ('handle_again' || day); END IF;
  END IF;
  RETURN out;
END $$;

CREATE OR REPLACE FUNCTION requests_hub_request_statistics() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE was text[] := '{}'; now_ text[] := '{}';
BEGIN
  IF TG_OP <> 'INSERT' THEN was := requests_hub_request_cells(OLD); END IF;
  IF TG_OP <> 'DELETE' THEN now_ := requests_hub_request_cells(NEW); END IF;
  IF TG_OP = 'UPDATE' THEN
    IF NEW.is_excluded <> OLD.is_excluded THEN
      INSERT INTO requests_hub_statdelta (district_id, large_id, medium_id, small_id, micro_id,
        channel, plus, minus)
      SELECT v.district_id, v.large_id, v.medium_id, v.small_id, v.micro_id, '',
        requests_hub_revisit_cells(v, NEW.is_excluded),
        requests_hub_revisit_cells(v, OLD.is_excluded)
      FROM requests_hub_revisit AS v WHERE v.request_id = NEW.id AND v.is_valid;
    END IF;
    IF NEW.state <> OLD.state THEN
      now_ := now_ || ('to:' || NEW.state || '@' || requests_hub_stat_day(NEW.stage_at));
    END IF;
    IF (NEW.district_id, NEW.large_id, NEW.medium_id, NEW.small_id, NEW.micro_id,
        NEW.lead_department_id, NEW.category_id, NEW.channel) IS NOT DISTINCT FROM
       (OLD.district_id, OLD.large_id, OLD.medium_id, OLD.small_id, OLD.micro_id,
        OLD.lead_department_id, OLD.category_id, OLD.channel) THEN
      IF now_ = was THEN RETURN NULL; END IF;
      INSERT INTO requests_hub_statdelta (district_id, large_id, medium_id, small_id, micro_id,
        department_id, category_id, channel, plus, minus)
      VALUES (NEW.district_id, NEW.large_id, NEW.medium_id, NEW.small_id, NEW.micro_id,
        NEW.lead_department_id, NEW.category_id, NEW.channel,
        ARRAY(SELECT x FROM unnest(now_) AS x WHERE x <> ALL (was)),
        ARRAY(SELECT x FROM unnest(was) AS x WHERE x <> ALL (now_)));
      RETURN NULL;
    END IF;
  END IF;
  INSERT INTO requests_hub_statdelta (district_id, large_id, medium_id, small_id, micro_id,
    department_id, category_id, channel, plus, minus)
  SELECT v.district_id, v.large_id, v.medium_id, v.small_id, v.micro_id,
    v.lead_department_id, v.category_id, v.channel, v.plus, v.minus
  FROM (SELECT (OLD).*, '{}'::text[] AS plus, was AS minus WHERE TG_OP <> 'INSERT'
        UNION ALL
        SELECT (NEW).*, now_, '{}'::text[] WHERE TG_OP <> 'DELETE') AS v;
  RETURN NULL;
END $$;

DROP TRIGGER requests_hub_request_statistics ON requests_hub_request;
CREATE TRIGGER requests_hub_request_statistics
AFTER INSERT OR DELETE OR UPDATE OF state, district_id, large_id, medium_id, small_id, micro_id,
  lead_department_id, category_id, channel, submitted_at, accepted_at, closed_at, due_at,
  close_due_at, is_excluded, outcome
ON requests_hub_request FOR EACH ROW EXECUTE FUNCTION requests_hub_request_statistics();
DROP TRIGGER requests_hub_task_statistics ON requests_hub_task;
CREATE TRIGGER requests_hub_task_statistics
AFTER INSERT OR DELETE OR UPDATE OF state, kind, district_id, large_id, medium_id, small_id,
  micro_id, department_id, created_at, report_in_due_at, reported_in_at, due_at, replied_at,
  ended_at, rework_count, plan_due_at, planned_at,
  paused_at, return_count
ON requests_hub_task FOR EACH ROW EXECUTE FUNCTION requests_hub_task_statistics();

CREATE TRIGGER requests_hub_revisit_statistics AFTER INSERT OR UPDATE OR DELETE
ON requests_hub_revisit FOR EACH ROW EXECUTE FUNCTION requests_hub_revisit_statistics();

-- The figures are summed anew with the new functions; states entered stay as they were counted.
DELETE FROM requests_hub_statstock;
DELETE FROM requests_hub_statflow WHERE measure NOT LIKE 'to:%';
UPDATE requests_hub_statdelta SET minus = '{}',
  plus = ARRAY(SELECT x FROM unnest(plus) AS x WHERE x LIKE 'to:%');
INSERT INTO requests_hub_statdelta (district_id, large_id, medium_id, small_id, micro_id,
  department_id, category_id, channel, plus, minus)
SELECT r.district_id, r.large_id, r.medium_id, r.small_id, r.micro_id,
  r.lead_department_id, r.category_id, r.channel, requests_hub_request_cells(r), '{}'
FROM requests_hub_request AS r;
INSERT INTO requests_hub_statdelta (district_id, large_id, medium_id, small_id, micro_id,
  department_id, channel, plus, minus)
SELECT t.district_id, t.large_id, t.medium_id, t.small_id, t.micro_id,
  t.department_id, '', requests_hub_task_cells(t), '{}'
FROM requests_hub_task AS t;
INSERT INTO requests_hub_statdelta (district_id, large_id, medium_id, small_id, micro_id,
  channel, plus, minus)
SELECT v.district_id, v.large_id, v.medium_id, v.small_id, v.micro_id, '',
  requests_hub_revisit_cells(v, r.is_excluded), '{}'
FROM requests_hub_revisit AS v JOIN requests_hub_request AS r ON r.id = v.request_id
WHERE v.is_valid;
"""
BACKWARD = """
DROP TRIGGER requests_hub_revisit_statistics ON requests_hub_revisit;
CREATE OR REPLACE FUNCTION requests_hub_request_cells(r requests_hub_request) RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE out text[] := ARRAY['r:' || r.state, 'received@' || requests_hub_stat_day(r.submitted_at)];
  day text;
BEGIN
  IF r.closed_at IS NULL AND r.due_at IS NOT NULL THEN
    out := out || ('rdue:' || r.state || '@' || requests_hub_stat_day(r.due_at));
  END IF;
  IF r.accepted_at IS NOT NULL THEN
    out := out || ('accepted@' || requests_hub_stat_day(r.accepted_at));
  END IF;
  IF r.closed_at IS NOT NULL THEN
    day := '@' || requests_hub_stat_day(r.closed_at);
    out := out || ('closed' || day);
    IF r.close_due_at IS NULL OR r.closed_at <= r.close_due_at THEN
      out := out || ('closed_in_time' || day);
    END IF;
  END IF;
  IF r.close_due_at IS NOT NULL
     AND r.state NOT IN ('draft', 'rejected', 'withdrawn', 'merged', 'held') THEN
    day := '@' || requests_hub_stat_day(r.close_due_at);
    out := out || ('close_due' || day);
    IF r.closed_at IS NOT NULL THEN
      out := out || ('close_done' || day);
      IF r.closed_at <= r.close_due_at THEN out := out || ('close_met' || day); END IF;
    END IF;
  END IF;
  IF r.rated_at IS NOT NULL AND r.satisfaction <> '' THEN
    day := '@' || requests_hub_stat_day(r.rated_at);
    out := out || ARRAY['valid' || day, 'contacted' || day, r.satisfaction || day];
    IF r.is_solved THEN out := out || ('solved' || day); END IF;
  END IF;
  RETURN out;
END $$;

CREATE OR REPLACE FUNCTION requests_hub_task_cells(t requests_hub_task) RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE out text[] := ARRAY[CASE t.kind WHEN 'whistle' THEN 't:' ELSE 'g:' END || t.state];
  day text;
BEGIN
  IF t.ended_at IS NULL AND t.replied_at IS NULL AND t.due_at IS NOT NULL THEN
    out := out || ('tdue:' || t.state || '@' || requests_hub_stat_day(t.due_at));
  END IF;
  IF t.kind <> 'whistle' THEN RETURN out; END IF;
  out := out || ('called@' || requests_hub_stat_day(t.created_at));
  IF t.report_in_due_at IS NOT NULL AND (t.state <> 'released' OR t.reported_in_at IS NOT NULL)
  THEN
    day := '@' || requests_hub_stat_day(t.report_in_due_at);
    out := out || ('report_due' || day);
    IF t.state = 'called' THEN out := out || ('trep' || day); END IF;
    IF t.reported_in_at IS NOT NULL THEN
      out := out || ('report_done' || day);
      IF t.reported_in_at <= t.report_in_due_at THEN out := out || ('report_met' || day); END IF;
    END IF;
  END IF;
  IF t.due_at IS NOT NULL AND t.state <> 'released' THEN
    day := '@' || requests_hub_stat_day(t.due_at);
    out := out || ('handle_due' || day);
    IF t.replied_at IS NOT NULL THEN
      out := out || ('handle_done' || day);
      IF t.replied_at <= t.due_at THEN out := out || ('handle_met' || day); END IF;
    END IF;
    IF t.rework_count > 0 THEN out := out || ('handle_again' || day); END IF;
  END IF;
  RETURN out;
END $$;

CREATE OR REPLACE FUNCTION requests_hub_request_statistics() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE was text[] := '{}'; now_ text[] := '{}';
BEGIN
  IF TG_OP <> 'INSERT' THEN was := requests_hub_request_cells(OLD); END IF;
  IF TG_OP <> 'DELETE' THEN now_ := requests_hub_request_cells(NEW); END IF;
  IF TG_OP = 'UPDATE' THEN
    IF NEW.state <> OLD.state THEN
      now_ := now_ || ('to:' || NEW.state || '@' || requests_hub_stat_day(NEW.stage_at));
    END IF;
    IF (NEW.district_id, NEW.large_id, NEW.medium_id, NEW.small_id, NEW.micro_id,
        NEW.lead_department_id, NEW.category_id, NEW.channel) IS NOT DISTINCT FROM
       (OLD.district_id, OLD.large_id, OLD.medium_id, OLD.small_id, OLD.micro_id,
        OLD.lead_department_id, OLD.category_id, OLD.channel) THEN
      IF now_ = was THEN RETURN NULL; END IF;
      INSERT INTO requests_hub_statdelta (district_id, large_id, medium_id, small_id, micro_id,
        department_id, category_id, channel, plus, minus)
      VALUES (NEW.district_id, NEW.large_id, NEW.medium_id, NEW.small_id, NEW.micro_id,
        NEW.lead_department_id, NEW.category_id, NEW.channel,
        ARRAY(SELECT x FROM unnest(now_) AS x WHERE x <> ALL (was)),
        ARRAY(SELECT x FROM unnest(was) AS x WHERE x <> ALL (now_)));
      RETURN NULL;
    END IF;
  END IF;
  INSERT INTO requests_hub_statdelta (district_id, large_id, medium_id, small_id, micro_id,
    department_id, category_id, channel, plus, minus)
  SELECT v.district_id, v.large_id, v.medium_id, v.small_id, v.micro_id,
    v.lead_department_id, v.category_id, v.channel, v.plus, v.minus
  FROM (SELECT (OLD).*, '{}'::text[] AS plus, was AS minus WHERE TG_OP <> 'INSERT'
        UNION ALL
        SELECT (NEW).*, now_, '{}'::text[] WHERE TG_OP <> 'DELETE') AS v;
  RETURN NULL;
END $$;

DROP TRIGGER requests_hub_request_statistics ON requests_hub_request;
CREATE TRIGGER requests_hub_request_statistics
AFTER INSERT OR DELETE OR UPDATE OF state, district_id, large_id, medium_id, small_id, micro_id,
  lead_department_id, category_id, channel, submitted_at, accepted_at, closed_at, due_at,
  close_due_at, rated_at, satisfaction, is_solved
ON requests_hub_request FOR EACH ROW EXECUTE FUNCTION requests_hub_request_statistics();
DROP TRIGGER requests_hub_task_statistics ON requests_hub_task;
CREATE TRIGGER requests_hub_task_statistics
AFTER INSERT OR DELETE OR UPDATE OF state, kind, district_id, large_id, medium_id, small_id,
  micro_id, department_id, created_at, report_in_due_at, reported_in_at, due_at, replied_at,
  ended_at, rework_count
ON requests_hub_task FOR EACH ROW EXECUTE FUNCTION requests_hub_task_statistics();
DROP FUNCTION requests_hub_revisit_statistics();
DROP FUNCTION requests_hub_revisit_cells(requests_hub_revisit, boolean);

-- The figures are summed anew with the new functions; states entered stay as they were counted.
DELETE FROM requests_hub_statstock;
DELETE FROM requests_hub_statflow WHERE measure NOT LIKE 'to:%';
UPDATE requests_hub_statdelta SET minus = '{}',
  plus = ARRAY(SELECT x FROM unnest(plus) AS x WHERE x LIKE 'to:%');
INSERT INTO requests_hub_statdelta (district_id, large_id, medium_id, small_id, micro_id,
  department_id, category_id, channel, plus, minus)
SELECT r.district_id, r.large_id, r.medium_id, r.small_id, r.micro_id,
  r.lead_department_id, r.category_id, r.channel, requests_hub_request_cells(r), '{}'
FROM requests_hub_request AS r;
INSERT INTO requests_hub_statdelta (district_id, large_id, medium_id, small_id, micro_id,
  department_id, channel, plus, minus)
SELECT t.district_id, t.large_id, t.medium_id, t.small_id, t.micro_id,
  t.department_id, '', requests_hub_task_cells(t), '{}'
FROM requests_hub_task AS t;
"""


class Migration(migrations.Migration):
    dependencies = [("requests_hub", "0021_routing_and_suggestions")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
