-- The records of candidates. ARGV: members. Nothing where the run is not whole: what is left must not be read on from.
if not whole() then return {} end
return redis.call('HMGET', KEYS[2], unpack(ARGV))
