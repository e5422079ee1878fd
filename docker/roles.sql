-- Run once by the first start of PostgreSQL: tables belong to one role, requests use another,
-- for which row-level security holds.
\getenv owner_password OWNER_PASSWORD
\getenv app_password APP_PASSWORD
CREATE ROLE gantry_owner LOGIN CREATEDB PASSWORD :'owner_password';
CREATE ROLE gantry_app LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'app_password';
CREATE DATABASE gantry OWNER gantry_owner;
