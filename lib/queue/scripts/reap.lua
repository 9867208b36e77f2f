-- SPDX-License-Identifier: MIT
-- Declare W dead: fence it and move what it holds. Does nothing if its beat moved since it was observed.
-- KEYS queue held workers cycle suspect crashes stat info
-- ARGV W, observed beat ('' when its death is certain), the task that ran, what is known of the crash
-- The task that ran is the number of tasks that W took before it (so that it stays right whatever was settled since);
-- 'none': nothing ran; 'head': not known, the oldest that it holds.
-- Reply: how many tasks were moved, or -1 if W is alive or was reaped before.
--
-- The task that ran has crashed once more: the first time it keeps its place, later it goes to the suspects, to be run
-- alone. All others go back to the head of the queue in their order, at no cost to them; a suspect that did not run stays
-- one. The worker that takes a suspect sees its count and buries it when the budget is spent: only C writes results.
local W, observed = ARGV[1], ARGV[2]
local beat = redis.call('ZSCORE', KEYS[3], W)
local applied = redis.call('HGET', KEYS[4], W) or '0 0'
local n_held = redis.call('LLEN', KEYS[2])
local running = -1
if ARGV[3] == 'head' then
    running = 0
elseif ARGV[3] ~= 'none' then
    running = ARGV[3] - string.match(applied, '^%d+ (%d+)')
end
local blamed = running >= 0 and running < n_held and redis.call('LINDEX', KEYS[2], running) or nil
redis.call('LLEN', KEYS[1])
redis.call('LLEN', KEYS[5])
redis.call('HLEN', KEYS[6])
redis.call('HLEN', KEYS[7])
if not beat or (observed ~= '' and tonumber(observed) ~= tonumber(beat)) then return -1 end

-- include digest

redis.call('ZREM', KEYS[3], W)
redis.call('HDEL', KEYS[4], W)
redis.call('DEL', KEYS[8])
local home = string.find(applied, 's', 1, true) and KEYS[5] or KEYS[1]
local suspect = false
if blamed then
    local key = digest(blamed)
    local count = tonumber(string.match(redis.call('HGET', KEYS[6], key) or '0', '^%d+')) + 1
    redis.call('HSET', KEYS[6], key, count .. ' ' .. ARGV[4])
    suspect = count >= 2
    redis.call('HINCRBY', KEYS[7], 'crashes', 1)
end
for position = n_held - 1, 0, -1 do
    if suspect and position == running then
        redis.call('LMOVE', KEYS[2], KEYS[5], 'RIGHT', 'RIGHT')
    else
        redis.call('LMOVE', KEYS[2], home, 'RIGHT', 'LEFT')
    end
end
if n_held > 0 then redis.call('HINCRBY', KEYS[7], 'crash_moved', n_held) end
redis.call('HINCRBY', KEYS[7], 'reaped', 1)
return n_held
