-- SPDX-License-Identifier: MIT
-- Everything of a range job is gathered and safe: it leaves the set of those with something to gather.
-- KEYS jobs gather acks gatherer puts   ARGV job, 1 where it was reduced, to this value
-- Reply: OK, MORE (some of its tasks were requeued, or came since), or UNKNOWN: nobody knows this job (any more).
-- g:JOB stays, 0: who requeues one of its tasks makes it a job with something to gather again (sift.lua).

-- include job

redis.call('SCARD', KEYS[2])
redis.call('LLEN', KEYS[3])
local announced, _, over, all = job_stand(KEYS[1], KEYS[5], ARGV[1])
if not announced then return 'UNKNOWN' end
if over < all or redis.call('LLEN', KEYS[3]) > 0 then return 'MORE' end
if ARGV[2] == '1' then redis.call('HSET', KEYS[1], 'v:' .. ARGV[1], ARGV[3]) end
if redis.call('HEXISTS', KEYS[1], 'g:' .. ARGV[1]) == 1 then redis.call('HSET', KEYS[1], 'g:' .. ARGV[1], 0) end
redis.call('HDEL', KEYS[1], 'a:' .. ARGV[1], 'k:' .. ARGV[1])
redis.call('SREM', KEYS[2], ARGV[1])
redis.call('DEL', KEYS[3], KEYS[4])
return 'OK'
