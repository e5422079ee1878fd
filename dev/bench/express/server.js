// The list of a project's tasks in Express and pg: rows, objects, JSON; no sign-in, no rights.
"use strict";

const express = require("express");
const { Pool } = require("pg");

const PAGE = {
  name: "page",
  text: `
    SELECT t.id, t.number, t.title, t.description, t.type, t.priority, s.key AS status_key,
           t.status_id, t.category, t.is_complete, t.parent_id, t.position, t.due_date::text,
           t.due_time, t.completed_at, t.created_at, t.updated_at, t.version,
           w.public_id AS workspace, p.id AS project, p.key AS project_key,
           p.name AS project_name, p.status AS project_status, p.priority AS project_priority,
           l.public_id AS lead, a.public_id AS assignee, a.name AS assignee_name,
           a.email AS assignee_email, a.avatar_url AS assignee_image, c.public_id AS creator,
           c.name AS creator_name, c.email AS creator_email, c.avatar_url AS creator_image,
           (SELECT count(*)::int FROM comments_comment o
            WHERE o.task_id = t.id AND o.deleted_at IS NULL) AS comment_count
    FROM tasks_task t
    JOIN projects_status s ON s.id = t.status_id
    JOIN projects_project p ON p.id = t.project_id
    JOIN workspaces_workspace w ON w.id = t.workspace_id
    JOIN accounts_user c ON c.id = t.created_by_id
    LEFT JOIN accounts_user a ON a.id = t.assignee_id
    LEFT JOIN accounts_user l ON l.id = p.team_lead_id
    WHERE t.project_id = $1 AND t.deleted_at IS NULL
    ORDER BY t.created_at DESC, t.id DESC
    LIMIT 50`,
};

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
    parent_id: row.parent_id,
    position: Number(row.position),
    due_date: row.due_date,
    due_time: row.due_time,
    completed_at: row.completed_at,
    created_at: row.created_at,
    updated_at: row.updated_at,
    version: row.version,
    comment_count: row.comment_count,
  };
}

app.get("/api/projects/:id/tasks", async (request, response) => {
  const { rows } = await pool.query({ ...PAGE, values: [request.params.id] });
  response.json({ success: true, data: rows.map(task) });
});

app.listen(Number(process.env.PORT), "127.0.0.1");
