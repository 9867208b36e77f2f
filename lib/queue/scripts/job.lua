-- SPDX-License-Identifier: MIT
-- What is known of jobs, at one instant: of those named, or of all.
-- KEYS jobs puts cancel ranges   ARGV name...
-- Reply: now, {field, value, ...} of jobs, {name, records put, ...}, {name, ...} whose tasks are being dropped,
-- {name, ...} of range jobs.
-- The fields are a letter, a colon and the name: n records announced, t the time (ms) of the last put, d done, f failed
-- for good, c cancelled, x the time at which the job was cancelled; of a range job also h the position of its lowest hit,
-- g where its outputs are not gathered yet, k the bytes of what waits for its gatherer.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if #ARGV == 0 then
    local dropped = {}
    for _, field in ipairs(redis.call('HKEYS', KEYS[3])) do
        if string.sub(field, 1, 4) == 'job:' then dropped[#dropped + 1] = string.sub(field, 5) end
    end
    return {now, redis.call('HGETALL', KEYS[1]), redis.call('HGETALL', KEYS[2]), dropped, redis.call('HKEYS', KEYS[4])}
end
local fields, puts, dropped, ranges = {}, {}, {}, {}
for _, name in ipairs(ARGV) do
    for _, letter in ipairs({'n:', 't:', 'd:', 'f:', 'c:', 'x:', 'h:', 'g:', 'k:'}) do
        local value = redis.call('HGET', KEYS[1], letter .. name)
        if value then
            fields[#fields + 1] = letter .. name
            fields[#fields + 1] = value
        end
    end
    local put = redis.call('HGET', KEYS[2], name)
    if put then
        puts[#puts + 1] = name
        puts[#puts + 1] = put
    end
    if redis.call('HEXISTS', KEYS[3], 'job:' .. name) == 1 then dropped[#dropped + 1] = name end
    if redis.call('HEXISTS', KEYS[4], name) == 1 then ranges[#ranges + 1] = name end
end
return {now, fields, puts, dropped, ranges}
