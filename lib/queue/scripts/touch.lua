-- SPDX-License-Identifier: MIT
-- An agent beats for its slots, promotes what is due, and looks at the beats of all.
-- KEYS workers queue delayed suspect conf out stat   ARGV W...
-- Reply: now in ms, flags (1 paused, 2 results full, 4 suspect tasks wait), depth, {W that are fenced}, {W, beat, ...}
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local due = redis.call('ZRANGE', KEYS[3], '-inf', now, 'BYSCORE', 'LIMIT', 0, 1000)
local conf = redis.call('HMGET', KEYS[5], 'paused', 'max_results')
local n_results = redis.call('LLEN', KEYS[6])
local n_suspect = redis.call('LLEN', KEYS[4])
local depth = redis.call('LLEN', KEYS[2])
-- Every key is what it should be before the first one changes.
redis.call('ZCARD', KEYS[1])
redis.call('HLEN', KEYS[7])
local fenced = {}
for i = 1, #ARGV do
    if redis.call('ZSCORE', KEYS[1], ARGV[i]) then
        redis.call('ZINCRBY', KEYS[1], 1, ARGV[i])
    else
        fenced[#fenced + 1] = ARGV[i]
    end
end
if #due > 0 then
    for i = #due, 1, -1 do redis.call('LPUSH', KEYS[2], due[i]) end
    redis.call('ZREM', KEYS[3], unpack(due))
    redis.call('HINCRBY', KEYS[7], 'promoted', #due)
end
local flags = 0
if conf[1] == '1' then flags = 1 end
local max_results = tonumber(conf[2] or '') or 0
if max_results > 0 and n_results >= max_results then flags = flags + 2 end
if n_suspect > 0 then flags = flags + 4 end
return {now, flags, depth + #due, fenced, redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')}
