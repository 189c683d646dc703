-- Whether everything of a run is there that its checkpoint counts: what was evicted or has expired in part is of no use.
-- KEYS: run, candidates, prompts, fitness, generations, events.
local function whole()
  if redis.call('HEXISTS', KEYS[1], 'fold') == 0 then return false end
  local counts = redis.call('HMGET', KEYS[1], 'count', 'prompts', 'ranked')
  local there = { redis.call('HLEN', KEYS[2]), redis.call('HLEN', KEYS[3]), redis.call('ZCARD', KEYS[4]) }
  for n, count in ipairs(there) do
    if tonumber(counts[n] or '') ~= count then return false end
  end
  return redis.call('ZCARD', KEYS[5]) == there[1] and redis.call('EXISTS', KEYS[6]) == 1
end
