-- SPDX-License-Identifier: MIT
-- Everything of a range job is gathered and safe: it leaves the set of those with something to gather.
-- KEYS jobs gather acks gatherer   ARGV job, 1 where it was reduced, to this value
-- Reply: OK, MORE (some of its tasks were requeued, or came since), or UNKNOWN: nobody knows this job (any more).
-- g:JOB stays, 0: who requeues one of its tasks makes it a job with something to gather again (sift.lua).
redis.call('SCARD', KEYS[2])
redis.call('LLEN', KEYS[3])
if redis.call('HEXISTS', KEYS[1], 'n:' .. ARGV[1]) == 0 then return 'UNKNOWN' end
local n = redis.call('HMGET', KEYS[1], 'n:' .. ARGV[1], 'd:' .. ARGV[1], 'f:' .. ARGV[1], 'c:' .. ARGV[1])
for i = 1, 4 do n[i] = tonumber(n[i] or '') or 0 end
if n[2] + n[3] + n[4] < n[1] or redis.call('LLEN', KEYS[3]) > 0 then return 'MORE' end
if ARGV[2] == '1' then redis.call('HSET', KEYS[1], 'v:' .. ARGV[1], ARGV[3]) end
if redis.call('HEXISTS', KEYS[1], 'g:' .. ARGV[1]) == 1 then redis.call('HSET', KEYS[1], 'g:' .. ARGV[1], 0) end
redis.call('HDEL', KEYS[1], 'a:' .. ARGV[1], 'k:' .. ARGV[1])
redis.call('SREM', KEYS[2], ARGV[1])
redis.call('DEL', KEYS[3], KEYS[4])
return 'OK'
