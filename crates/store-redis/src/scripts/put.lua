-- Keeps a batch with its checkpoint. KEYS: run, candidates, prompts, fitness, generations, events.
-- ARGV: expected, next, fold, best ('' for none), seconds until it expires (0 for never), then for each record:
-- member, generation, fitness ('' for none), record, prompt ('' where it did not just join).
-- Returns -1, or the number of entries that are in it where that is not `expected`.
local actual = tonumber(redis.call('HGET', KEYS[1], 'next') or '0')
if actual > 0 and not whole() then actual = 0 end
if actual ~= tonumber(ARGV[1]) then return actual end
if actual == 0 then redis.call('UNLINK', KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]) end

local function event(...) redis.call('XADD', KEYS[6], 'MAXLEN', '~', '10000', '*', ...) end
for at = 6, #ARGV, 5 do
  local member, generation, fitness = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  redis.call('HSET', KEYS[2], member, ARGV[at + 3])
  redis.call('ZADD', KEYS[5], generation, member)
  -- the lower the rank, the fitter; equal ones are in order of id
  if fitness ~= '' then redis.call('ZADD', KEYS[4], '-' .. fitness, member) else redis.call('ZREM', KEYS[4], member) end
  if ARGV[at + 4] ~= '' then
    redis.call('HSET', KEYS[3], member, ARGV[at + 4])
    event('kind', 'candidate', 'candidate', member, 'generation', generation)
  end
end

local best = ARGV[4]
if best == '' then best = redis.call('ZRANGE', KEYS[4], 0, 0)[1] or '' end
local before = redis.call('HGET', KEYS[1], 'best') or ''
local rank = redis.call('ZSCORE', KEYS[4], best)
redis.call('HSET', KEYS[1], 'next', ARGV[2], 'fold', ARGV[3], 'best', best,
  'count', redis.call('HLEN', KEYS[2]), 'prompts', redis.call('HLEN', KEYS[3]), 'ranked', redis.call('ZCARD', KEYS[4]))
-- ZSCORE gives 17 digits, of which a leading minus is the ranking's
local fitness = rank and rank:gsub('^%-', '') or ''
redis.call('HSET', KEYS[1], 'best_fitness', fitness)
if best ~= before then event('kind', 'best', 'candidate', best, 'fitness', fitness) end
event('kind', 'progress', 'entries', ARGV[2])
if tonumber(ARGV[5]) > 0 then
  for _, key in ipairs(KEYS) do redis.call('EXPIRE', key, ARGV[5]) end
end
return -1
