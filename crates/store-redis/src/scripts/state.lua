-- What is remembered of a run: the number of entries read and the fold; nothing where it is not there, or not whole.
local state = redis.call('HMGET', KEYS[1], 'next', 'fold')
if not state[1] or not whole() then return {} end
return {state[1], state[2]}
