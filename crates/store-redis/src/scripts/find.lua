-- KEYS: answer, buyer. ARGV: who asks, for how many milliseconds they may buy.
-- Gives what was found: 'answer' and it, 'yours', or 'elsewhere'.
local answer = redis.call('GET', KEYS[1])
if answer then
  return { 'answer', answer }
end
if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then
  return { 'yours' }
end
return { 'elsewhere' }
