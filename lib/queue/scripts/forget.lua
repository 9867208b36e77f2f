-- SPDX-License-Identifier: MIT
-- Forget a job that is over, or any job: its counts and the offset of its push.
-- KEYS jobs puts cancel   ARGV name, 1 for a job that is not over, too
-- Reply: OK, UNKNOWN or OPEN (it is not over). Tasks of a job that was forgotten early are not counted any more; when it
-- was cancelled they are still dropped for a while (touch.lua), unless that is forgotten, too.
local job = ARGV[1]

-- include job

local announced, put, over = job_stand(KEYS[1], KEYS[2], job)
local is_cancelled = redis.call('HEXISTS', KEYS[1], 'x:' .. job) == 1
local is_over = announced and over >= (is_cancelled and put or announced)
local is_note_alone = not announced and put == 0
if is_note_alone and redis.call('HEXISTS', KEYS[3], 'job:' .. job) == 0 and not is_cancelled then return 'UNKNOWN' end
if not is_over and ARGV[2] ~= '1' then return 'OPEN' end
redis.call('HLEN', KEYS[3])
for _, letter in ipairs({'n:', 't:', 'd:', 'f:', 'c:', 'x:'}) do redis.call('HDEL', KEYS[1], letter .. job) end
redis.call('HDEL', KEYS[2], job)
if is_over or is_note_alone then redis.call('HDEL', KEYS[3], 'job:' .. job) end
return 'OK'
