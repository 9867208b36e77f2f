-- SPDX-License-Identifier: MIT
-- All numbers of a queue at one instant. Costs the same whatever the depth: it grows with the number of slots only.
-- KEYS queue workers out delayed dead suspect stat conf cycle   ARGV prefix of the held lists
-- Reply: now, waiting, results, delayed, dead, suspect, held, {W, beat, held, ...}, {stat}, {conf}
-- What is held is counted in tasks: a range is as many as it has positions. What waits is counted in records.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local workers = redis.call('ZRANGE', KEYS[2], 0, -1, 'WITHSCORES')
local held, slots = 0, {}
for i = 1, #workers, 2 do
    local key = ARGV[1] .. workers[i]
    local n = redis.call('LLEN', key)
    if string.find(redis.call('HGET', KEYS[9], workers[i]) or '', 'r', 1, true) then
        local lo, hi = string.match(redis.call('LINDEX', key, 0) or '', '^#skep r=(%d+):(%d+)')
        n = hi and hi - lo or n
    end
    held = held + n
    slots[#slots + 1] = workers[i]
    slots[#slots + 1] = tonumber(workers[i + 1])
    slots[#slots + 1] = n
end
return {now, redis.call('LLEN', KEYS[1]), redis.call('LLEN', KEYS[3]), redis.call('ZCARD', KEYS[4]),
    redis.call('LLEN', KEYS[5]), redis.call('LLEN', KEYS[6]), held, slots,
    redis.call('HGETALL', KEYS[7]), redis.call('HGETALL', KEYS[8])}
