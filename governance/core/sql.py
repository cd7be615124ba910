"""Functions that column defaults call; the first migration makes them."""

NEXT_ID = """
CREATE SEQUENCE IF NOT EXISTS core_id_seq;
CREATE OR REPLACE FUNCTION core_next_id() RETURNS bigint LANGUAGE sql VOLATILE AS $$
  SELECT ((extract(epoch FROM clock_timestamp()) * 1000)::bigint - 1704067200000) * 2048
         + (nextval('core_id_seq') % 2048)
$$;
"""

NEXT_NO = """
CREATE SEQUENCE IF NOT EXISTS core_no_seq;
CREATE TABLE IF NOT EXISTS core_daynumber (day date PRIMARY KEY, base bigint NOT NULL);
CREATE OR REPLACE FUNCTION core_next_no(prefix text) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  today date := (now() AT TIME ZONE 'Asia/Shanghai')::date;
  n bigint; b bigint;
BEGIN
  LOOP
    SELECT base INTO b FROM core_daynumber WHERE day = today;
    n := nextval('core_no_seq');
    IF b IS NULL THEN
      INSERT INTO core_daynumber VALUES (today, n - 1) ON CONFLICT (day) DO NOTHING;
      SELECT base INTO b FROM core_daynumber WHERE day = today;
    END IF;
    IF b IS NOT NULL AND n > b THEN
      RETURN prefix || to_char(today, 'YYYYMMDD') || '-'
             || lpad((n - b)::text, greatest(4, length((n - b)::text)), '0');
    END IF;
  END LOOP;
END $$;
"""
