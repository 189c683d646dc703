-- The records of members of a sorted set. KEYS: the set, candidates. ARGV: how to range over it.
local members = redis.call('ZRANGE', KEYS[1], unpack(ARGV))
local records = {}
for first = 1, #members, 1000 do
  local part = redis.call('HMGET', KEYS[2], unpack(members, first, math.min(first + 999, #members)))
  for _, record in ipairs(part) do records[#records + 1] = record end
end
return records
