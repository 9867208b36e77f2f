-- SPDX-License-Identifier: MIT
-- A gatherer of a range job: confirm the acks that are safe, as a consumer of results does (collect.lua). The acks that
-- come next are read by an LRANGE right behind this script.
-- KEYS acks gatherer jobs puts   ARGV job, token, n, confirmed, ms that the gatherer's mark lasts (0: it leaves), bytes of
--      what is confirmed
-- n counts the calls of this gatherer from 1; the field a:JOB of jobs names the call that was the last one of all, k:JOB
-- counts the bytes of what is in the list.
-- Reply: state, length of the list, 1 when every task of the job is over. State is OK, BUSY (somebody else gathers; its
-- token follows), LOST (the list is not what it was) or UNKNOWN (nothing is known of this job).
local job, token, n, confirmed = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])

-- include job

local gatherer = redis.call('GET', KEYS[2])
local length = redis.call('LLEN', KEYS[1])
local last = redis.call('HGET', KEYS[3], 'a:' .. job)
local announced, _, over, all = job_stand(KEYS[3], KEYS[4], job)
local is_over = announced and over >= all and 1 or 0
if gatherer and gatherer ~= token then return {'BUSY', length, is_over, gatherer} end
if not announced then return {'UNKNOWN', length, is_over} end
if confirmed > 0 and last ~= token .. ' ' .. n then
    if last ~= token .. ' ' .. n - 1 or confirmed > length then return {'LOST', length, is_over} end
    redis.call('LTRIM', KEYS[1], confirmed, -1)
    length = length - confirmed
    local left = (tonumber(redis.call('HGET', KEYS[3], 'k:' .. job) or '') or 0) - ARGV[6]
    redis.call('HSET', KEYS[3], 'k:' .. job, length > 0 and string.format('%d', math.max(left, 0)) or 0)
end
redis.call('HSET', KEYS[3], 'a:' .. job, token .. ' ' .. n)
if tonumber(ARGV[5]) > 0 then
    redis.call('SET', KEYS[2], token, 'PX', ARGV[5])
else
    redis.call('DEL', KEYS[2])
end
return {'OK', length, is_over}
