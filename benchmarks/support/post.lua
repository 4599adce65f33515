-- wrk script: every request takes the next prepared body of a file (one a line); each thread owns its own file.
local bodies, at, counter, bad = {}, 0, 0, 0
local threads = {}

function setup(thread)
  counter = counter + 1
  thread:set("number", counter)
  table.insert(threads, thread)
end

function init(args)
  for line in io.lines(args[1] .. "." .. number) do bodies[#bodies + 1] = line end
  token = args[2]
  headers = { ["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. token, ["Accept-Language"] = "en" }
  accepted, other, spent = 0, 0, false
end

function request()
  at = at + 1
  if at > #bodies then spent = true; at = 1 end
  return wrk.format("POST", "/api/facts", headers, bodies[at])
end

function response(status, _, body)
  if status == 200 then
    local _, n = body:gsub('"accepted"', "")
    accepted = accepted + n
    if n == 0 and not spent then other = other + 1 end
  else
    other = other + 1
  end
end

function done(summary, latency)
  local taken, failed, spent = 0, 0, false
  for _, thread in ipairs(threads) do
    taken = taken + thread:get("accepted")
    failed = failed + thread:get("other")
    spent = spent or thread:get("spent")
  end
  io.write(string.format('\nRESULT {"accepted": %d, "other": %d, "spent": %s, "seconds": %.4f, "p50_ms": %.2f, "p99_ms": %.2f}\n',
    taken, failed, tostring(spent), summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
