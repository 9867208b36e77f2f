-- SPDX-License-Identifier: MIT
-- All numbers of a queue at one instant. Costs the same whatever the depth: it grows with the number of slots only.
-- KEYS queue workers out delayed dead suspect stat conf cycle ranges   ARGV prefix of the held lists
-- Reply: now, waiting, results, delayed, dead, suspect, held, when the record at the head was queued or -1, range jobs,
-- {W, beat, held, cycles, ...}, {stat}, {conf}
-- What is held is counted in tasks: a range is as many as it has positions. What waits is counted in records.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local workers = redis.call('ZRANGE', KEYS[2], 0, -1, 'WITHSCORES')
local held, slots = 0, {}
for i = 1, #workers, 2 do
    local key = ARGV[1] .. workers[i]
    local n = redis.call('LLEN', key)
    local applied, mark = string.match(redis.call('HGET', KEYS[9], workers[i]) or '', '^(%d+) %d+(%a*)$')
    if mark and string.find(mark, 'r', 1, true) then
        local lo, hi = string.match(redis.call('LINDEX', key, 0) or '', '^#skep r=(%d+):(%d+)')
        n = hi and hi - lo or n
    end
    held = held + n
    slots[#slots + 1] = workers[i]
    slots[#slots + 1] = tonumber(workers[i + 1])
    slots[#slots + 1] = n
    slots[#slots + 1] = tonumber(applied or 0)
end
-- skep's own line is at most so long.
local head = string.sub(redis.call('LINDEX', KEYS[1], 0) or '', 1, 8192)
local queued = string.match(head, '^#skep[^\n]- q=(%d+)') or ''
return {now, redis.call('LLEN', KEYS[1]), redis.call('LLEN', KEYS[3]), redis.call('ZCARD', KEYS[4]),
    redis.call('LLEN', KEYS[5]), redis.call('LLEN', KEYS[6]), held, #queued < 15 and tonumber(queued) or -1,
    redis.call('HLEN', KEYS[10]), slots, redis.call('HGETALL', KEYS[7]), redis.call('HGETALL', KEYS[8])}
