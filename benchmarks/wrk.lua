-- The request that the bare loop and the worker send.
wrk.method = "PATCH"
wrk.path = "/api/v1/leads/550e8400-e29b-41d4-a716-000000000001"
wrk.headers["Authorization"] = "Bearer bench"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"properties":{"status":"qualified","score":90,"text":"as much as people in sales write down after a call, about eighty characters"}}'
