-- Run once, as a superuser of PostgreSQL: tables belong to one role, requests use another, for which
-- row-level security holds. Their passwords are variables of psql,
--     psql -v owner_password=... -v app_password=... -f docker/roles.sql
-- or OWNER_PASSWORD and APP_PASSWORD in its environment, where the container finds them.
\set ON_ERROR_STOP on
\if :{?owner_password}
\else
    \getenv owner_password OWNER_PASSWORD
\endif
\if :{?app_password}
\else
    \getenv app_password APP_PASSWORD
\endif
SELECT coalesce(:{?owner_password} AND :{?app_password}, false) AS are_given \gset
\if :are_given
\else
    \warn 'Name both passwords: psql -v owner_password=... -v app_password=... -f docker/roles.sql'
    DO $$ BEGIN RAISE 'nothing was created'; END $$;
\endif
CREATE ROLE gantry_owner LOGIN CREATEDB PASSWORD :'owner_password';
CREATE ROLE gantry_app LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'app_password';
CREATE DATABASE gantry OWNER gantry_owner;
