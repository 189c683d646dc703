-- The records of candidates. KEYS: run, candidates. ARGV: members. Nothing where the run was evicted in part: what is left must
-- not be read on from.
local count = redis.call('HGET', KEYS[1], 'count')
if not count or tonumber(count) ~= redis.call('HLEN', KEYS[2]) then return {} end
return redis.call('HMGET', KEYS[2], unpack(ARGV))
