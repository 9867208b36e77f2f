-- SPDX-License-Identifier: MIT
-- Write down what is cancelled: whoever takes a task looks here. Nothing is searched.
-- KEYS jobs puts cancel   ARGV 'job' or 'id', names...
-- Reply: how many of the names are written down. A job of which nothing is left is not: but nothing more can be pushed
-- under its name.
local what = ARGV[1]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local n = 0

-- include job

redis.call('HLEN', KEYS[1])
redis.call('HLEN', KEYS[2])
redis.call('HLEN', KEYS[3])
for i = 2, #ARGV do
    local announced, put, over = nil, 0, 0
    if what == 'job' then
        announced, put, over = job_stand(KEYS[1], KEYS[2], ARGV[i])
        if announced then redis.call('HSETNX', KEYS[1], 'x:' .. ARGV[i], now) end
    end
    if not announced or over < put then
        redis.call('HSET', KEYS[3], what .. ':' .. ARGV[i], now)
        n = n + 1
    end
end
return n
