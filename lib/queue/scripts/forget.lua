-- SPDX-License-Identifier: MIT
-- Forget a job that is over, or any job: its counts and the offset of its push, the spec of a range job and what nobody
-- has gathered.
-- KEYS jobs puts cancel ranges gather prefix   ARGV name, 1 for a job that is not over, too
-- Reply: OK, UNKNOWN or OPEN (it is not over, or not gathered). Tasks of a job that was forgotten early are not counted
-- any more; when it was cancelled they are still dropped for a while (touch.lua), unless that is forgotten, too. A range
-- job in the midst is cancelled first, and forgotten (z:) when the last of it is dropped. Asked once more it is forgotten
-- at once: then an empty spec stays, so that what is left of it is dropped, and its name is nobody else's.
local job = ARGV[1]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- include job
-- include job_clear

local announced, put, over = job_stand(KEYS[1], KEYS[2], job)
local is_cancelled = redis.call('HEXISTS', KEYS[1], 'x:' .. job) == 1
local is_over = announced and over >= (is_cancelled and put or announced)
local is_note_alone = not announced and put == 0
local spec = redis.call('HGET', KEYS[4], job)
if is_note_alone and redis.call('HEXISTS', KEYS[3], 'job:' .. job) == 0 and not is_cancelled then return 'UNKNOWN' end
if (not is_over or redis.call('SISMEMBER', KEYS[5], job) == 1) and ARGV[2] ~= '1' then return 'OPEN' end
redis.call('HLEN', KEYS[3])
local is_open = spec and announced and over < put
if is_open and redis.call('HSETNX', KEYS[1], 'z:' .. job, now) == 1 then
    redis.call('HSETNX', KEYS[1], 'x:' .. job, now)
    redis.call('HSET', KEYS[3], 'job:' .. job, now)
    return 'OK'
end
job_clear(KEYS[1], KEYS[2], KEYS[4], KEYS[5], KEYS[6], job)
if is_open or spec == '' then redis.call('HSET', KEYS[4], job, '') end
if is_over or is_note_alone or spec then redis.call('HDEL', KEYS[3], 'job:' .. job, 'from:' .. job) end
return 'OK'
