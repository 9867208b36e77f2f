-- SPDX-License-Identifier: MIT
-- Everything of a range job is gathered and safe: it leaves the set of those with something to gather.
-- KEYS jobs gather acks gatherer   ARGV job, 1 where it was reduced, to this value
-- Reply: OK, or UNKNOWN: nobody knows this job (any more).
redis.call('SCARD', KEYS[2])
redis.call('LLEN', KEYS[3])
if redis.call('HEXISTS', KEYS[1], 'n:' .. ARGV[1]) == 0 then return 'UNKNOWN' end
if ARGV[2] == '1' then redis.call('HSET', KEYS[1], 'v:' .. ARGV[1], ARGV[3]) end
redis.call('HDEL', KEYS[1], 'g:' .. ARGV[1], 'a:' .. ARGV[1])
redis.call('SREM', KEYS[2], ARGV[1])
redis.call('DEL', KEYS[3], KEYS[4])
return 'OK'
