// The list of a project's tasks in Express and pg: rows, objects, JSON; no sign-in, no rights.
"use strict";

const express = require("express");
const { Pool, types } = require("pg");

// The SQL of the bare server, so that both ask the same.
const PAGE = { name: "page", text: process.env.PAGE };

types.setTypeParser(types.builtins.DATE, String);

const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
const app = express();
app.disable("etag");
app.disable("x-powered-by");

function person(id, name, email, image) {
  return id && { id, name, email, avatar_url: image, image };
}

function task(row) {
  return {
    id: row.id,
    key: `${row.project_key}-${row.number}`,
    number: row.number,
    title: row.title,
    description: row.description,
    type: row.type,
    priority: row.priority,
    status: row.status_key,
    status_id: row.status_id,
    category: row.category,
    is_complete: row.is_complete,
    assignee_id: row.assignee,
    assigneeId: row.assignee,
    assignee: person(row.assignee, row.assignee_name, row.assignee_email, row.assignee_image),
    created_by: person(row.creator, row.creator_name, row.creator_email, row.creator_image),
    workspace_id: row.workspace,
    project_id: row.project,
    projectId: row.project,
    project: {
      id: row.project,
      key: row.project_key,
      name: row.project_name,
      status: row.project_status,
      priority: row.project_priority,
      team_lead: row.lead,
      workspace_id: row.workspace,
      workspaceId: row.workspace,
    },
    is_blocked: row.is_blocked,
    parent_id: row.parent_id,
    position: Number(row.position),
    due_date: row.due_date,
    estimate_minutes: row.estimate_minutes, start_date: row.start_date, due_time: row.due_time,
    recurrence: row.repeat_every ? { every: row.repeat_every, unit: row.repeat_unit } : null,
    completed_at: row.completed_at,
    created_at: row.created_at,
    updated_at: row.updated_at,
    version: row.version,
    comment_count: Number(row.comment_count),
  };
}

app.get("/api/projects/:id/tasks", async (request, response) => {
  const { rows } = await pool.query({ ...PAGE, values: [request.params.id] });
  response.json({ success: true, data: rows.map(task) });
});

app.listen(Number(process.env.PORT), "127.0.0.1");
