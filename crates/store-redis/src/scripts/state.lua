-- What is remembered of a run. KEYS: run, candidates. Returns the number of entries read and the fold; nothing where it is not
-- there or was evicted in part.
local state = redis.call('HMGET', KEYS[1], 'next', 'fold', 'count')
if not state[1] or tonumber(state[3]) ~= redis.call('HLEN', KEYS[2]) then return {} end
return {state[1], state[2]}
